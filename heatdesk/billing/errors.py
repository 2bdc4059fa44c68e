"""Refusals in billing's own words."""

from heatdesk.errors import RuleBroken, Stale


class DayNotOpen(RuleBroken):
    message = "No business day is open in this branch, so no money can be booked. Ask the supervisor to open the day."


class NothingToPost(RuleBroken):
    message = "Nothing would change in the books, so nothing was posted."


class NoOpenTill(RuleBroken):
    message = "You have no open till today. Open one with your float first."


class NoNumberBook(RuleBroken):
    message = "You hold no %(kind)s book with numbers left. Ask the supervisor to issue one to you."


class TillAlreadyOpen(RuleBroken):
    message = "%(till)s is already open in your hands. Count and close it before you open another."


class TillInOtherHands(RuleBroken):
    message = "%(till)s is open in the hands of %(name)s. Take another till, or have that one counted and closed first."


class TillClosed(RuleBroken):
    message = "This till is already counted and closed. A closed till never opens again; open a new one."


class CountDiffers(RuleBroken):
    """Says that there is a difference and not how much: the count stays blind until it is recorded."""

    message = (
        "Your count and the books differ. Count once more; if it stays so, write down the reason and close."
    )


class TillMoved(Stale):
    message = "Money was taken or given back on this till while it was being counted. Count again."


class NoBranch(RuleBroken):
    message = (
        "You work for the head office, which has no till. Ask your administrator to put you into a branch."
    )


class DayStillOpen(RuleBroken):
    message = "%(day)s is still open. Close it before the next day is opened."


class DayNotAfterLast(RuleBroken):
    message = "%(last)s was the last business day, and a closed day never opens again. Choose a later date."


class DayTooFarAhead(RuleBroken):
    message = "%(day)s is more than %(most)s days ahead of today, %(today)s. Check the date."


class DayTooLongAgo(RuleBroken):
    message = "%(day)s is more than a year before today, %(today)s. Check the date."


class DayClosed(RuleBroken):
    message = "%(day)s is already closed. A closed day never opens again; book on the next one."


class DayNotClosed(RuleBroken):
    message = "%(day)s is still open, so its sheet cannot be drawn. Close the day first."


class TillsStillOpen(RuleBroken):
    message = "The day cannot be closed while a till is open: %(names)s. Have each counted and closed first."


class BookOverlaps(RuleBroken):
    message = (
        "These numbers overlap the book %(first)s–%(last)s, which was issued before. Choose numbers after it."
    )


class BookStillHeld(RuleBroken):
    message = (
        "%(name)s still holds the book %(first)s–%(last)s with %(left)s numbers left. Take it back first."
    )


class BookNotHeld(RuleBroken):
    message = "This book is in nobody's hands any more. Look at the list again."


class BookInUse(RuleBroken):
    message = "This book is in the hands of %(name)s. Take it back before you hand it on."


class BookUsedUp(RuleBroken):
    message = "All numbers of this book are used. Issue a new book."


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


class TillOfAnotherDay(RuleBroken):
    message = (
        "Your till was opened for %(till_day)s, but the business day is %(day)s. Count and close it, "
        "then open one for today."
    )


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


class NoReason(RuleBroken):
    status = 422
    message = "Say why the payment is voided, in at least two characters."


class AlreadyInvoiced(RuleBroken):
    message = "Invoice %(number)s stands for this season of the payment already. Print that one."


class NothingToInvoice(RuleBroken):
    message = "This payment paid nothing for that season, so there is nothing to invoice."


class PaymentIsVoid(RuleBroken):
    message = "This payment was voided, so no paper can be issued for it."


class ApproverIsAuthor(RuleBroken):
    message = "You entered this tariff yourself. A second person has to approve it."


class TariffIsFinal(RuleBroken):
    message = "This tariff is approved and is never edited. Enter a new version that follows it."


class TariffDateTaken(RuleBroken):
    message = (
        "Another approved tariff of this class is valid from %(day)s already. Choose another day, or withdraw that one."
    )


class DraftExists(RuleBroken):
    message = "There is already a draft for this class. Finish or withdraw it first."


class SeasonIsBilled(RuleBroken):
    message = "Season %(code)s is being billed or has bills, so its dates stay as they are."


class SeasonOverlaps(RuleBroken):
    message = "These days overlap season %(code)s. A day belongs to one season."


class SeasonCodeTaken(RuleBroken):
    message = "There is a season %(code)s already."


class SeasonIsClosed(RuleBroken):
    message = "Season %(code)s is closed: nothing can be charged to it any more."


class RunUnderWay(RuleBroken):
    message = (
        "Season %(code)s is just being billed. Wait until the run is posted, then do this again; nothing was changed."
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
    message = (
        "Tariffs, the season or its bills have changed since the trial. Withdraw this run and start a new trial."
    )


class DaysNotOpen(RuleBroken):
    message = (
        "No business day is open in: %(branches)s. Charges are booked on the open day of each branch; "
        "ask its supervisor to open the day, then go on."
    )


class RunIsOver(RuleBroken):
    message = "This run is over; there is nothing to go on with or to withdraw."


class NoSuchCard(RuleBroken):
    message = "There is no account %(card_no)s in your branch. Check the number."


class NoTermThatDay(RuleBroken):
    message = "The account has no supply term on %(day)s. Choose a day on which its facts are known."


class SameAreas(RuleBroken):
    message = "The areas are what they were, so nothing would change."
