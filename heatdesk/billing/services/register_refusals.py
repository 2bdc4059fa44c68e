"""What the register refuses, in billing's own words."""

from heatdesk.errors import RuleBroken


class PremisesTaken(RuleBroken):
    message = "The premises already have an open account: card %(card_no)s, %(name)s. Close that one first."


class CardTaken(RuleBroken):
    message = "Card number %(card_no)s already belongs to an account. Leave it empty to be given a free one."


class StillOwing(RuleBroken):
    message = "The account still owes ¥%(owed)s. Take the money or correct the bill before closing it."


class ClosedAccount(RuleBroken):
    message = "The account was closed on %(day)s, so its facts stay as they are."


class AlreadySo(RuleBroken):
    message = "That has already been done: look at the account again."


class OpenedAfter(RuleBroken):
    message = "The account was opened on %(day)s; choose a later day."


class TermOverlaps(RuleBroken):
    message = (
        "From %(first)s to %(last)s other facts are already recorded (from %(other_first)s to %(other_last)s). "
        "Choose other days, or correct that term."
    )


class TermStartsThatDay(RuleBroken):
    message = "A term already starts on %(day)s. Correct that one, or choose another day."


class OnlyTerm(RuleBroken):
    message = "This is the account's only supply term. Correct it instead of removing it."
