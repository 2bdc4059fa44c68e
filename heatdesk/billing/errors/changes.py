"""Refusals of change requests about bills."""

from heatdesk.errors import RuleBroken


class NoSuchCard(RuleBroken):
    message = "There is no account %(card_no)s in your branch. Check the number."


class NoTermThatDay(RuleBroken):
    message = "The account has no supply term on %(day)s. Choose a day on which its facts are known."


class DaysReversed(RuleBroken):
    message = "The last day is before the first. Change one of them."


class SameAreas(RuleBroken):
    message = "The areas are what they were, so nothing would change."


class SameFacts(RuleBroken):
    message = "This is what is recorded already, so nothing would change."


class FactMoved(RuleBroken):
    message = (
        "What is recorded has changed since this was written. Edit the request to start from what holds now."
    )


class NeedsSecondPerson(RuleBroken):
    message = (
        "This would change bills that are out by ¥%(amount)s, so a second person has to agree. "
        "Ask for it as a change request."
    )


class PenaltyFirst(RuleBroken):
    message = (
        "A penalty of ¥%(penalty)s is open, which does not pass to the new customer. Take it at the counter, or ask "
        "for it to be waived, first."
    )


class SettleFirst(RuleBroken):
    message = (
        "The account still owes ¥%(owed)s on its last day. Take the money first, or tick that the new customer takes "
        "over what is owed."
    )


class SameCustomer(RuleBroken):
    message = "This customer holds the account already. Choose another one."


class NoNewOwnerYet(RuleBroken):
    message = "The account was opened on %(day)s, so its last day cannot lie before that. Choose a later day."


class NotTheAuthor(RuleBroken):
    message = "Only who wrote the draft asks for its approval. Open it, look it through and save it, and it is yours."


class TariffMoved(RuleBroken):
    message = "The draft was changed after its approval was asked for. Withdraw this request and ask again."


class SameSetting(RuleBroken):
    message = "The setting is like that already, so nothing would change."


class NoSuchSetting(RuleBroken):
    message = "There is no setting “%(name)s” that is changed by request."


class BadSettingValue(RuleBroken):
    message = "“%(value)s” is not possible for this setting. Possible is: %(possible)s."
