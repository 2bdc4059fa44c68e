"""Refusals of adjustments of bills: reductions, stated amounts, subsidies, debts written off."""

from heatdesk.errors import RuleBroken


class ReducedBeyondBill(RuleBroken):
    message = (
        "The reductions would come to %(reduced)s yuan, but only %(charged)s yuan are charged. "
        "Ask for less, or withdraw a reduction first."
    )


class WithOpenRequests(RuleBroken):
    message = "Together with what is asked for in %(numbers)s this is not possible: %(reason)s"


class NoRuleForThis(RuleBroken):
    message = "The tariff %(document)s has no rule for “%(item)s”, so nothing can be worked out."


class StatedOnly(RuleBroken):
    message = (
        "The bill of account %(card_no)s for %(code)s was taken over from the old books: only stated amounts can be "
        "taken off. Ask for an account write-down."
    )


class SecondSubsidy(RuleBroken):
    message = "A subsidy is granted for this season already. Withdraw it before you ask for another."


class NothingReduced(RuleBroken):
    message = "By the rules of the tariff this comes to nothing. Check what was measured and the days."


class NotBilledYet(RuleBroken):
    message = "The account has no bill for %(code)s, so no amount can be stated for it."


class MoreThanDue(RuleBroken):
    message = "Only %(due)s yuan of this bill are still owed; no more than that can be written off."


class DebtWrittenOff(RuleBroken):
    message = "A debt of this bill is written off. Claim it again first, so that what is given back does not go to the debtor."


class SeasonUnknown(RuleBroken):
    message = "Choose the season."


class NoSuchReduction(RuleBroken):
    message = "There is no granted reduction of request %(number)s. Check the number, or whether it was withdrawn already."


class NoAffectedAccounts(RuleBroken):
    message = (
        "None of the chosen accounts can be given anything for this outage. Check the place and the times."
    )


class CardsUnknown(RuleBroken):
    message = "These card numbers are not accounts of your branch: %(cards)s."


class SeveralBranches(RuleBroken):
    message = "The accounts belong to several branches. Ask for each branch apart: its own people decide."


class TooManyAccounts(RuleBroken):
    message = "These are %(count)s accounts; at most %(most)s go into one request. Divide them by building."


class ClaimedAgain(RuleBroken):
    message = "Only %(left)s yuan of this debt are still written off."


class MoreThanClaimed(RuleBroken):
    message = "Only %(left)s yuan of this subsidy are still outstanding."
