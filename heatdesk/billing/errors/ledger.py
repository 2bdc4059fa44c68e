"""Refusals of billing: posting and business days."""

from heatdesk.errors import RuleBroken


class DayNotOpen(RuleBroken):
    message = "No business day is open in this branch, so no money can be booked. Ask the supervisor to open the day."


class NothingToPost(RuleBroken):
    message = "Nothing would change in the books, so nothing was posted."


class DayStillOpen(RuleBroken):
    message = "%(day)s is still open. Close it before the next day is opened."


class DayNotAfterLast(RuleBroken):
    message = "%(last)s was the last business day, and a closed day never opens again. Choose a later date."


class DayTooFarAhead(RuleBroken):
    message = "%(day)s is more than %(most)s days ahead of today, %(today)s. Check the date."


class DayTooLongAgo(RuleBroken):
    message = "%(day)s is more than a year before today, %(today)s. Check the date."


class DayClosed(RuleBroken):
    message = "%(day)s is already closed. A closed day never opens again; book on the next one."


class DayNotClosed(RuleBroken):
    message = "%(day)s is still open, so its sheet cannot be drawn. Close the day first."


class TillsStillOpen(RuleBroken):
    message = "The day cannot be closed while a till is open: %(names)s. Have each counted and closed first."
