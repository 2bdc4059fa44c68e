"""Refusals of billing: payments, voids, receipts and invoices."""

from heatdesk.errors import RuleBroken, Stale


class AccountLocked(RuleBroken):
    message = "This account is locked and takes no payment. Ask the billing clerk why, and to unlock it."


class AccountClosed(RuleBroken):
    message = "This account was closed on %(day)s and takes no payment. Search for the flat's open account."


class NoSuchSeason(RuleBroken):
    message = "A ticked season has no bill here. Open the household again and tick anew."


class BalanceChanged(Stale):
    message = "¥%(now)s is owed now, because %(reason)s. Look at the dues, then take the money again."


class DueDiffers(Stale):
    message = "The ticked seasons come to ¥%(now)s, but the page showed ¥%(shown)s. Look at the sum, then press again."


class AlreadyVoid(RuleBroken):
    message = "This payment was already voided by %(name)s: %(reason)s."


class DayIsOver(RuleBroken):
    message = (
        "This payment was taken on %(day)s, and that business day is over. It cannot be voided any more: "
        "file a request for correction."
    )


class TillIsCounted(RuleBroken):
    message = (
        "The till that took this payment has been counted and closed. It cannot be voided any more: "
        "file a request for correction."
    )


class NotYourTill(RuleBroken):
    message = "Another till took this payment. Ask %(name)s or a supervisor to void it."


class PrepaymentUsed(RuleBroken):
    message = (
        "¥%(amount)s of this payment became prepayment and has been used since. Void the later payment first."
    )


class PenaltyUsed(RuleBroken):
    message = (
        "¥%(amount)s of the penalty that this payment froze has been paid or waived since. "
        "Undo the later payment first, or file a request for correction."
    )


class NoPenalty(RuleBroken):
    message = "Nothing of a penalty is open for season %(code)s. Look at the dues on the customer card."


class WaiverTooHigh(RuleBroken):
    message = "Only ¥%(open)s of penalty is open for season %(code)s. Ask for that much or less."


class NoReason(RuleBroken):
    status = 422
    message = "Say why the payment is voided, in at least two characters."


class AlreadyInvoiced(RuleBroken):
    message = "Invoice %(number)s stands for this season of the payment already. Print that one."


class NothingToInvoice(RuleBroken):
    message = "This payment paid nothing for that season, so there is nothing to invoice."


class PaymentIsVoid(RuleBroken):
    message = "This payment was voided, so no paper can be issued for it."
