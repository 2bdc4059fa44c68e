"""Measurements with their own data: every figure is a ratio to a yardstick that ran in the same minutes."""
