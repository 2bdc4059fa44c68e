"""Refusals about supply that stops or starts."""

from heatdesk.errors import RuleBroken


class AlreadySupplied(RuleBroken):
    message = "On %(day)s the premises are supplied already, so there is nothing to resume."


class AlreadyStopped(RuleBroken):
    message = "On %(day)s the supply is stopped already. Resume it first, or choose another day."


class NoSeasonAhead(RuleBroken):
    message = "No heating season holds %(day)s or begins after it. Create the season first."


class NoSuspensionRule(RuleBroken):
    message = (
        "The tariff in force for these premises has no rule for suspension, so heat cannot be suspended."
    )


class NotUnpaidRule(RuleBroken):
    message = (
        "The tariff does not count flats that have not paid as suspended. Choose single cards or a building."
    )


class NothingOverdue(RuleBroken):
    message = "Nothing is overdue on %(day)s, so the supply cannot be cut off for non-payment."


class DebtsFirst(RuleBroken):
    message = "¥%(owed)s of old arrears must be paid before the supply is resumed."


class HandedInLater(RuleBroken):
    message = "The application cannot have been handed in after today."


class SeasonOver(RuleBroken):
    message = "The season %(code)s that this was asked for ended on %(day)s. Withdraw the job."


class NotSuspended(RuleBroken):
    message = "On %(day)s the premises are neither suspended nor cut off, so no heat was taken in secret."


class HasPaid(RuleBroken):
    message = "Card %(card_no)s has paid meanwhile, so it is left as it is."


class WorksTooLong(RuleBroken):
    message = "Works stop the supply for some days of one season. For longer, ask for a suspension."


class NoSuchCards(RuleBroken):
    message = "These cards are not in your branch: %(cards)s. Correct the list."


class NoRows(RuleBroken):
    message = "No flat fits. Choose another place, list or day."


class TooManyRows(RuleBroken):
    message = "At most %(most)s flats fit into one request; these are %(n)s. Ask in parts, by building."
