"""Refusals of billing: tariffs, seasons and their runs."""

from heatdesk.errors import RuleBroken


class ApproverIsAuthor(RuleBroken):
    message = "You entered this tariff yourself. A second person has to approve it."


class TariffIsFinal(RuleBroken):
    message = "This tariff is approved and is never edited. Enter a new version that follows it."


class TariffIsWithdrawn(RuleBroken):
    message = "This version is withdrawn already."


class TariffDateTaken(RuleBroken):
    message = (
        "Another approved tariff of this class is valid from %(day)s already. "
        "Choose another day, or withdraw that one."
    )


class DraftExists(RuleBroken):
    message = "There is already a draft for this class. Finish or withdraw it first."


class SeasonIsBilled(RuleBroken):
    message = "Season %(code)s is being billed or has bills, so its dates stay as they are."


class SeasonOverlaps(RuleBroken):
    message = "These days overlap season %(code)s. A day belongs to one season."


class DaysDoNotFit(RuleBroken):
    message = "From %(first)s to %(last)s are %(days)s days; %(statutory)s statutory days cannot be right."


class SeasonCodeTaken(RuleBroken):
    message = "There is a season %(code)s already."


class SeasonIsClosed(RuleBroken):
    message = "Season %(code)s is closed: nothing can be charged to it any more."


class RunUnderWay(RuleBroken):
    message = (
        "Season %(code)s is just being billed. Wait until the run is posted, then do this again; "
        "nothing was changed."
    )


class TakenOver(RuleBroken):
    message = (
        "The bill of account %(card_no)s for %(code)s was taken over from the old books. "
        "It is not assessed again; book a correction instead."
    )


class RunIsLive(RuleBroken):
    message = "A run of season %(code)s is already under way. Open it, or withdraw it first."


class StarterReleases(RuleBroken):
    message = "You started this run. A second person has to release it."


class RunNotReady(RuleBroken):
    message = "This run cannot be released: it is not a finished trial any more. Look at its page again."


class TrialIsOld(RuleBroken):
    message = "Tariffs, the season or its bills have changed since the trial. Withdraw this run and start a new trial."


class DaysNotOpen(RuleBroken):
    message = (
        "No business day is open in: %(branches)s. Charges are booked on the open day of each branch; "
        "ask its supervisor to open the day, then go on."
    )


class RunIsOver(RuleBroken):
    message = "This run is over; there is nothing to go on with or to withdraw."


class TwoOfOneClass(RuleBroken):
    message = (
        "Two of the versions are for the same class, and a class has one draft at a time. "
        "Load the older one, have it approved, then load the newer one."
    )


class NothingToTry(RuleBroken):
    message = "Choose at least one draft to try."


class NothingCharged(RuleBroken):
    message = "Season %(code)s has no bills yet. Compare with the tariffs in force instead."


class TrialUnderWay(RuleBroken):
    message = (
        "The same drafts are being tried on season %(code)s just now. Open that trial, or stop it first."
    )


class TrialIsOver(RuleBroken):
    message = "This trial is over; there is nothing to stop or to go on with."


class TrialIsRunning(RuleBroken):
    message = "This trial is still running. Stop it first, then remove it."
