"""What billing does in the background."""
