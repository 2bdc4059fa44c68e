"""Refusals of tills, business days and number books."""

from heatdesk.errors import RuleBroken, Stale


class TillAlreadyOpen(RuleBroken):
    message = "%(till)s is already open in your hands. Count and close it before you open another."


class TillInOtherHands(RuleBroken):
    message = "%(till)s is open in the hands of %(name)s. Take another till, or have that one counted and closed first."


class TillClosed(RuleBroken):
    message = "This till is already counted and closed. A closed till never opens again; open a new one."


class CountDiffers(RuleBroken):
    """Says where there is a difference and not how much: the count stays blind until it is recorded."""

    message = (
        "Your count and the books differ: %(methods)s. "
        "Count once more; if it stays so, write down the reason and close."
    )


class TillMoved(Stale):
    message = "Money was taken or given back on this till while it was being counted. Count again."


class NoBranch(RuleBroken):
    message = (
        "You work for the head office, which has no till. Ask your administrator to put you into a branch."
    )


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


class BookOverlaps(RuleBroken):
    message = (
        "These numbers overlap the book %(first)s–%(last)s, which was issued before. Choose numbers after it."
    )


class BookStillHeld(RuleBroken):
    message = (
        "%(name)s still holds the book %(first)s–%(last)s with %(left)s numbers left. Take it back first."
    )


class BookNotHeld(RuleBroken):
    message = "This book is in nobody's hands any more. Look at the list again."


class BookInUse(RuleBroken):
    message = "This book is in the hands of %(name)s. Take it back before you hand it on."


class BookUsedUp(RuleBroken):
    message = "All numbers of this book are used. Issue a new book."
