"""Refusals of the change-request engine."""

from heatdesk.errors import BadInput, RuleBroken, Stale


class NotWaiting(RuleBroken):
    message = "This request no longer waits for a decision. Look at it again to see what became of it."


class RequestExpired(RuleBroken):
    message = (
        "This request waited longer than %(days)s days and has lapsed. Ask the applicant to submit it anew."
    )


class OwnRequest(RuleBroken):
    message = "You applied for this or edited it, so somebody else has to decide."


class DeputyOfApplicant(RuleBroken):
    message = "%(name)s applied for this or edited it, so nobody can decide on it in that name."


class TookPart(RuleBroken):
    message = "%(name)s took part in what this request is about, so somebody else has to decide."


class AlreadyDecided(RuleBroken):
    message = "You, or the person you stand in for, already decided on another level. This level needs another person."


class NoDelegation(RuleBroken):
    message = "%(name)s has not made you a deputy for this kind of request today. Ask for a delegation."


class OverDelegatedAmount(RuleBroken):
    message = "As deputy of %(name)s you may decide up to %(limit)s yuan; this counts as %(amount)s yuan."


class WrongDepartment(RuleBroken):
    message = "This level is decided by %(role)s, %(department)s. Leave it to them."


class EffectChanged(RuleBroken):
    message = (
        "When this was submitted it would have moved %(was)s yuan; today it would move %(now)s yuan. "
        "Return it, so that it is submitted with the new figure."
    )


class EffectDiffers(RuleBroken):
    message = (
        "The books would have moved by %(done)s yuan where %(shown)s yuan were approved; nothing was done."
    )


class StaleRequest(Stale):
    message = (
        "This request, or what it would change, is no longer what your page showed. Look again, then decide."
    )


class ReasonMissing(BadInput):
    message = "Write why, so that the applicant knows what to do next."


class AnotherIsOpen(RuleBroken):
    message = "Request %(number)s about the same thing is still open. Finish or withdraw it first."


class EvidenceMissing(RuleBroken):
    message = "Evidence is missing: %(title)s, at least %(least)s. Edit the request and attach it."


class NoRuleInForce(RuleBroken):
    message = "No approval rule is in force for this kind of request. Ask finance to propose one."


class AppliesAlone(RuleBroken):
    message = "You took part in what this request is about. Let a colleague edit and submit it."


class NotEditable(RuleBroken):
    message = "Only drafts and returned requests can be changed."


class OnlyApplicantWithdraws(RuleBroken):
    message = "Only the applicant can withdraw a request, and only until the last decision."


class FileNotTaken(RuleBroken):
    message = "“%(name)s” cannot be attached: PDF, JPEG and PNG files up to %(limit)s MB are taken."


class UnknownKind(BadInput):
    message = "There is no such kind of request. Choose one from the list."


class DelegatesToSelf(RuleBroken):
    message = "Choose a deputy other than yourself."


class DeputyMayNotDecide(RuleBroken):
    message = "%(name)s does not decide on requests of your branch and cannot be a deputy."


class DelegationEndsEarly(RuleBroken):
    message = "A delegation ends on its last day, which is neither past nor before the first, and lasts a year at most."


class RuleSetExists(RuleBroken):
    message = "Rules for this kind that start on %(day)s exist already. Choose another day."


class LevelsIncomplete(RuleBroken):
    message = (
        "Give every level a role and a department, without gaps, and amounts that rise from level to level."
    )


class ValidFromPast(RuleBroken):
    message = "New rules start tomorrow at the earliest. Choose a later day."


class AlreadyApplied(RuleBroken):
    message = "The effect of this request stands in the books already; it cannot be carried out twice."


class NotApplied(RuleBroken):
    message = "Request %(number)s was not approved, so nothing follows from it."
