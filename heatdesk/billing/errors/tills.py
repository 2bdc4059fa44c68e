"""Refusals of billing: tills and number books."""

from heatdesk.errors import RuleBroken, Stale


class NoOpenTill(RuleBroken):
    message = "You have no open till today. Open one with your float first."


class NoNumberBook(RuleBroken):
    message = "You hold no %(kind)s book with numbers left. Ask the supervisor to issue one to you."


class TillAlreadyOpen(RuleBroken):
    message = "%(till)s is already open in your hands. Count and close it before you open another."


class TillInOtherHands(RuleBroken):
    message = "%(till)s is open in the hands of %(name)s. Take another till, or have that one counted and closed first."


class TillClosed(RuleBroken):
    message = "This till is already counted and closed. A closed till never opens again; open a new one."


class TillBeingCounted(RuleBroken):
    message = (
        "%(till)s is being counted, so no money goes in or out of it. Hand in the count, or go back to taking money "
        "under Tills."
    )


class NotBeingCounted(Stale):
    message = "This till is taking money again, so this count no longer holds. Begin the count anew."


class CountDiffers(RuleBroken):
    """Says where there is a difference and not how much: the count stays blind until it is recorded."""

    message = (
        "Your count and the books differ: %(methods)s. Count once more; if it stays so, write down the reason "
        "and close."
    )


class TillMoved(Stale):
    message = "Money was taken or given back on this till while it was being counted. Count again."


class NoBranch(RuleBroken):
    message = (
        "You work for the head office, which has no till. Ask your administrator to put you into a branch."
    )


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
