"""Taking money at the counter: one payment, one journal, one receipt, once."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select

from heatdesk.auth.models import Staff
from heatdesk.billing.errors import (
    AccountClosed,
    AccountLocked,
    BalanceChanged,
    DueDiffers,
    NoSuchSeason,
)
from heatdesk.billing.models import Account, Allocation, Payment, Receipt, Tender, TillShift
from heatdesk.billing.rules.ledger import JournalKind, Movement
from heatdesk.billing.rules.payments import (
    CASH_STEPS,
    Offer,
    Reckoning,
    match_movements,
    reckon,
)
from heatdesk.billing.rules.settlements import Share, share_out
from heatdesk.billing.rules.workflow import NumberKind
from heatdesk.billing.services import (
    discounts,
    happenings,
    ledger,
    number_books,
    penalties,
    receipts,
    standings,
    tills,
)
from heatdesk.billing.services.happenings import Happening, Paid
from heatdesk.billing.services.standings import SeasonDue, Standing
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import Missing
from heatdesk.money import format_money
from heatdesk.network.models import Branch


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """What the cashier asks for: the ticked seasons, the tenders, and the state that the page showed."""

    season_ids: frozenset[int]
    offers: tuple[Offer, ...]
    shown_due: Decimal
    seen: str
    part: bool = False
    keep_surplus: bool = False


def take(account_id: int, order: PaymentOrder, *, by: Staff, request_id: uuid.UUID) -> Receipt:
    """Book the payment and issue its receipt, all or nothing.

    Locks till shift, account, number book, in this order. An open till is always of the branch's open business day:
    the database closes no day while a till is open. Raises `NoOpenTill`, `Missing` (another branch), `AccountLocked`,
    `AccountClosed`, `BalanceChanged` and `DueDiffers` (the page is stale), `NoSuchSeason`, `NoNumberBook`, and what
    `reckon` refuses.
    """
    shift = tills.current_shift(by.id)
    account = _payable(account_id, shift)
    standing = standings.of_account(account.id)
    due = _agreed_due(account, standing, order)
    ticked = standing.chosen(order.season_ids)
    reckoning = reckon(
        due,
        order.offers,
        cash_step=cash_step(shift.branch_id),
        prepayment=standing.prepayment,
        part=order.part,
        keep_surplus=order.keep_surplus,
    )
    shares = share_out(reckoning.settled, [bill.open for bill in ticked])
    book, number = number_books.take_number(NumberKind.RECEIPT, by.id)
    journal = ledger.post(
        JournalKind.PAYMENT,
        _movements(account.id, ticked, reckoning, shares),
        branch_id=shift.branch_id,
        by=by.id,
        request_id=request_id,
        till_shift_id=shift.id,
    )
    penalties.record(account.id, ticked, journal.id)
    offers = {bill.season_id: bill.discount for bill in ticked if bill.discount}
    discounts.record(account.id, shares, offers, journal.id)
    payment = _record(account, shift, journal.id, reckoning, shares)
    receipt = receipts.issue(
        payment, reckoning, shares, standing, shift=shift, by=by, book=book, number=number
    )
    happenings.tell(Happening.PAYMENT_TAKEN, Paid(account.id, payment.id), by=by.id)
    return receipt


def _movements(
    account_id: int, ticked: Sequence[SeasonDue], reckoning: Reckoning, shares: Sequence[Share]
) -> list[Movement]:
    """The penalty of the ticked bills to this day, the money over fees and penalties, the discounts it earned."""
    money = match_movements(
        reckoning.tenders,
        {share.season_id: share.amount for share in shares},
        account_id=account_id,
        penalties={share.season_id: share.penalty for share in shares},
        to_prepayment=reckoning.to_prepayment,
        rounding=reckoning.rounding,
    )
    granted = discounts.movements(account_id, shares)
    return [*penalties.freezing(account_id, ticked), *money, *granted]


def cash_step(branch_id: int) -> Decimal:
    """What this branch rounds cash to, yuan."""
    return CASH_STEPS[db.session.scalars(select(Branch.cash_rounding).where(Branch.id == branch_id)).one()]


def _payable(account_id: int, shift: TillShift) -> Account:
    account = get_or_refuse(Account, account_id, lock=True)
    if account.branch_id != shift.branch_id:
        raise Missing
    if account.is_locked:
        raise AccountLocked
    if account.closed_on is not None:
        raise AccountClosed(day=account.closed_on)
    return account


def _agreed_due(account: Account, standing: Standing, order: PaymentOrder) -> Decimal:
    """What the ticked seasons come to, when the page showed the same."""
    if not standings.still_seen(order.seen, standing):
        raise BalanceChanged(
            now=format_money(standing.owed), reason=standings.what_changed(account.id, order.seen, standing)
        )
    if order.season_ids - {bill.season_id for bill in standing.bills}:
        raise NoSuchSeason
    due = standing.due_of(order.season_ids)
    if due != order.shown_due:
        raise DueDiffers(now=format_money(due), shown=format_money(order.shown_due))
    return due


def _record(
    account: Account,
    shift: TillShift,
    journal_id: int,
    reckoning: Reckoning,
    shares: Sequence[Share],
) -> Payment:
    payment = Payment(
        account_id=account.id,
        journal_id=journal_id,
        till_shift_id=shift.id,
        amount=reckoning.amount,
        to_prepayment=reckoning.to_prepayment,
        rounding=reckoning.rounding,
        cash_received=reckoning.cash_received,
        change_given=reckoning.change,
    )
    db.session.add(payment)
    db.session.flush()
    db.session.add_all(_parts(payment, reckoning.tenders, shares))
    return payment


def _parts(payment: Payment, tenders: Sequence[Offer], shares: Sequence[Share]) -> list[Tender | Allocation]:
    return [
        *(
            Tender(
                payment_id=payment.id, method=tender.method, amount=tender.amount, reference=tender.reference
            )
            for tender in tenders
        ),
        *(
            Allocation(
                payment_id=payment.id,
                season_id=share.season_id,
                account_id=payment.account_id,
                amount=share.amount,
                penalty=share.penalty,
            )
            for share in shares
        ),
    ]
