"""Refusals of billing: register imports."""

from heatdesk.errors import RuleBroken


class ImportApplied(RuleBroken):
    message = "The file “%(name)s” is imported already. Open it in the list to see what came of it."


class ImportWithdrawn(RuleBroken):
    message = "The file “%(name)s” was withdrawn and its content deleted. Upload it again."


class ImportNotChecked(RuleBroken):
    message = "The file is not checked yet. Say which column holds what, and let it be checked."


class ImportUnderWay(RuleBroken):
    message = "heatdesk is working on this file right now. Wait until it is done."


class RegisterHasErrors(RuleBroken):
    message = (
        "The file has %(errors)s errors, so nothing was imported. Correct them in the file and upload it again, "
        "or choose to import the good rows."
    )


class RegisterMoved(RuleBroken):
    message = (
        "The register changed since this file was checked: %(then)s accounts would have been new, now %(now)s. "
        "Nothing was imported. Check the file again."
    )


class ArrearsDiffer(RuleBroken):
    message = (
        "Arrears of %(season)s: you typed %(typed)s, the file would book %(booked)s. Nothing was imported. Find the "
        "difference first."
    )


class PrepaymentsDiffer(RuleBroken):
    message = (
        "Prepayments: you typed %(typed)s, the file would book %(booked)s. Nothing was imported. Find the difference "
        "first."
    )


class NoDayForOpening(RuleBroken):
    message = (
        "The file brings money, and no business day is open in: %(branches)s. Nothing was imported. Ask the "
        "supervisor there to open the day."
    )
