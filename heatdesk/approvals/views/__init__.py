"""The screens of change requests."""

from heatdesk.approvals.views import delegations, inbox, requests, rules, showing

BLUEPRINTS = (requests.bp, inbox.bp)
SCREENS = (delegations, rules, showing)
"""Modules that add routes to the two blueprints above."""
