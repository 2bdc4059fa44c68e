"""Refusals of the service desk."""

from heatdesk.errors import BadInput, RuleBroken, Stale


class MoveNotAllowed(RuleBroken):
    message = "This job is %(state)s, so that cannot be done with it. Look at it again."


class JobMoved(Stale):
    message = "Somebody has moved job %(number)s meanwhile. Look at it again before you go on."


class JobIsOpen(RuleBroken):
    message = "Valve job %(number)s of this flat is still open. Have it carried out or withdrawn first."


class SealMissing(RuleBroken):
    message = "A closed valve is sealed: write down the number of the seal."


class PhotoMissing(RuleBroken):
    message = "A closed valve wants a photo of the seal. Take one, or have the paper sheet entered."


class NotATechnician(RuleBroken):
    message = "%(name)s is no technician of this branch. Choose who turned the valve."


class ExecutedInFuture(RuleBroken):
    message = "%(day)s is still to come. Write down the day on which it was done."


class ExecutedTooEarly(RuleBroken):
    message = "The job was not wanted before %(day)s, so it was not carried out earlier."


class ReasonMissing(RuleBroken):
    message = "Say why, in a few words."


class DueInPast(RuleBroken):
    message = "Choose today or a coming day for the job to be done by."


class PhotoNotTaken(BadInput):
    message = "“%(name)s” is no photo heatdesk can keep. Send a JPEG, PNG or WebP of up to %(limit)s MB."


class TooManyPhotos(RuleBroken):
    message = "A job keeps up to %(most)s photos."


class NoRowsFilled(RuleBroken):
    message = (
        "No row is ticked. Tick the jobs that were carried out, or give a reason for those that were not."
    )
