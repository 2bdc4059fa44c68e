"""Refusals in billing's own words."""

from heatdesk.errors import RuleBroken


class DayNotOpen(RuleBroken):
    message = "No business day is open in this branch, so no money can be booked. Ask the supervisor to open the day."


class NothingToPost(RuleBroken):
    message = "Nothing would change in the books, so nothing was posted."
