"""Refusals of billing: refunds and reversals."""

from heatdesk.errors import BadInput, RuleBroken


class MoreThanPrepaid(RuleBroken):
    message = (
        "Only ¥%(there)s lie ahead on this account, so ¥%(amount)s cannot be given back. "
        "What bills still owe is paid first; lower the amount."
    )


class RefundIsOver(RuleBroken):
    message = "This refund was %(state)s already. Look at it again to see when and by whom."


class NoSuchRefund(BadInput):
    message = (
        "No refund of your branch was agreed by request %(number)s. Read the number in the list of refunds."
    )


class PaysOwnRefund(RuleBroken):
    message = "You asked for this refund or agreed to it, so a colleague pays it out."


class TooLittleInTill(RuleBroken):
    message = "Your till holds less cash than ¥%(amount)s. Pay by transfer, or take cash into the till first."


class NoBankReference(BadInput):
    message = "Write the bank's reference of the transfer, so that it can be found on the statement."


class NoSuchReceipt(BadInput):
    message = "There is no receipt %(number)s in your branch. Read the number on the paper again."


class DayStillRuns(RuleBroken):
    message = "The day of this payment is still open: void it at the counter, no request is needed."


class MoneyIsOut(RuleBroken):
    message = "¥%(amount)s that this payment put ahead has been used since. Undo what used it first."


class SameHousehold(BadInput):
    message = "The payment stands on this card already. Write the card on which it should have been booked."


class NothingCameBack(RuleBroken):
    message = "This payment was made from prepayment alone, so there is no money to give back or to move."
