"""Refusals in billing's own words."""

from heatdesk.errors import RuleBroken


class DayNotOpen(RuleBroken):
    message = "No business day is open in this branch, so no money can be booked. Ask the supervisor to open the day."


class NothingToPost(RuleBroken):
    message = "Nothing would change in the books, so nothing was posted."


class NoOpenTill(RuleBroken):
    message = "You have no open till today. Open one with your float first."


class NoNumberBook(RuleBroken):
    message = "You hold no %(kind)s book with numbers left. Ask the supervisor to issue one to you."
