"""The lines of one bill with everything behind them: why, on which document, what they were before, by whose request.

Read from what is stored anyway: the charges in all their revisions, their bases, the journals and the requests that the
journals name.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, case, func, or_, select

from heatdesk.approvals.models import Attachment, ChangeRequest
from heatdesk.auth.models import Staff
from heatdesk.billing.models import (
    Allocation,
    Bill,
    Charge,
    ChargeBasis,
    Entry,
    Journal,
    LedgerAccount,
    Payment,
    PaymentVoid,
    Receipt,
    Season,
    Tender,
)
from heatdesk.billing.rules.ledger import BillTotal, JournalKind, LedgerCode
from heatdesk.billing.services import dues, explanations, labels, standings
from heatdesk.db import db
from heatdesk.errors import Missing


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that a request rests on."""

    id: int
    name: str


@dataclass(frozen=True, slots=True)
class Origin:
    """The request on whose authority a line changed."""

    id: int
    number: str
    kind: str
    reason: str
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Revision:
    """One time the line was booked: by how much, to what, when, by whom, and why; `difference` is signed yuan."""

    number: int
    difference: Decimal
    target: Decimal
    sentences: list[str]
    journal_id: int
    kind: JournalKind
    on: date
    recorded_at: datetime
    who: str
    memo: str
    origin: Origin | None


@dataclass(frozen=True, slots=True)
class BillLine:
    """An item of a bill as it now stands, yuan, below zero for a reduction; `revisions` has the newest first."""

    item: str
    label: str
    amount: Decimal
    sentences: list[str]
    documents: list[str]
    revisions: list[Revision]


@dataclass(frozen=True, slots=True)
class BillOf:
    """A bill: its season, its sums, yuan with `reduced` and `paid` ≥ 0, its lines and the payments towards it.

    `penalty` is what is open of it on `as_of`, the branch's business day, and `penalty_reasons` say how it came about.
    """

    season: Season
    charged: Decimal
    reduced: Decimal
    paid: Decimal
    penalty: Decimal
    penalty_reasons: list[str]
    as_of: date
    lines: list[BillLine]
    payments: Sequence[Row[Any]]
    """Rows of (id, taken_at, business_date, amount, receipt, methods); voided ones are not among them."""
    moves: Sequence[Row[Any]]
    """Rows of (journal_id, business_date, kind, code, amount): what else was paid, or taken away again when below zero.
    A bill that is lowered below what was paid gives the rest to the prepayment; money may be transferred.
    """

    @property
    def due(self) -> Decimal:
        return self.charged - self.reduced - self.paid + self.penalty


def read(account_id: int, code: str) -> BillOf:
    """The account's bill in the season with this code; raises `Missing` where there is none."""
    season = db.session.scalars(
        select(Season)
        .join(Bill, Bill.season_id == Season.id)
        .where(Season.code == code, Bill.account_id == account_id)
    ).first()
    if season is None:
        raise Missing
    standing = standings.of_account(account_id)
    [bill] = standing.chosen({season.id})
    return BillOf(
        season,
        bill.charged,
        bill.reduced,
        bill.paid,
        bill.penalty,
        dues.penalty_sentences(bill),
        standing.on,
        lines=_lines(account_id, season.id),
        payments=_payments(account_id, season.id),
        moves=_moves(account_id, season.id),
    )


def _moves(account_id: int, season_id: int) -> Sequence[Row[Any]]:
    is_raised = Entry.debit == LedgerCode.RECEIVABLE
    other = case((is_raised, Entry.credit), else_=Entry.debit)
    amount = func.sum(case((is_raised, -Entry.amount), else_=Entry.amount))
    of_payments = select(Payment.journal_id).where(Payment.account_id == account_id)
    of_voids = (
        select(PaymentVoid.journal_id)
        .join(Payment, Payment.id == PaymentVoid.payment_id)
        .where(Payment.account_id == account_id)
    )
    return db.session.execute(
        select(
            Entry.journal_id,
            Journal.business_date,
            Journal.kind,
            LedgerAccount.code,
            amount.label("amount"),
        )
        .join(Journal, Journal.id == Entry.journal_id)
        .join(LedgerAccount, LedgerAccount.code == other)
        .where(
            Entry.season_id == season_id,
            Entry.account_id == account_id,
            or_(is_raised, Entry.credit == LedgerCode.RECEIVABLE),
            LedgerAccount.bill_total == BillTotal.PAID,
            Entry.journal_id.not_in(of_payments),
            Entry.journal_id.not_in(of_voids),
        )
        .group_by(Entry.journal_id, Journal.business_date, Journal.kind, LedgerAccount.code)
        .order_by(Entry.journal_id)
    ).all()


def _payments(account_id: int, season_id: int) -> Sequence[Row[Any]]:
    """What each payment paid of the fee; its penalty is no part of the bill."""
    methods = (
        select(func.array_agg(Tender.method))
        .where(Tender.payment_id == Payment.id)
        .correlate(Payment)
        .scalar_subquery()
    )
    return db.session.execute(
        select(
            Payment.id,
            Payment.taken_at,
            Journal.business_date,
            (Allocation.amount - Allocation.penalty).label("amount"),
            Receipt.written.label("receipt"),
            methods.label("methods"),
        )
        .join(Payment, Payment.id == Allocation.payment_id)
        .join(Journal, Journal.id == Payment.journal_id)
        .outerjoin(Receipt, Receipt.payment_id == Payment.id)
        .outerjoin(PaymentVoid, PaymentVoid.payment_id == Payment.id)
        .where(
            Allocation.account_id == account_id,
            Allocation.season_id == season_id,
            Allocation.amount > Allocation.penalty,
            PaymentVoid.payment_id.is_(None),
        )
        .order_by(Payment.id)
    ).all()


def _lines(account_id: int, season_id: int) -> list[BillLine]:
    rows: Sequence[Any] = db.session.execute(
        select(Charge, Journal, Staff.name, ChangeRequest)
        .join(Journal, Journal.id == Charge.journal_id)
        .join(Staff, Staff.id == Journal.actor_id)
        .outerjoin(ChangeRequest, ChangeRequest.id == Journal.change_request_id)
        .where(Charge.account_id == account_id, Charge.season_id == season_id)
        .order_by(Charge.revision.desc())
    ).all()
    bases = _bases([row.Charge.basis_id for row in rows])
    evidence = _evidence([row.ChangeRequest for row in rows if row.ChangeRequest is not None])
    revisions: defaultdict[str, list[Revision]] = defaultdict(list)
    newest: dict[str, Charge] = {}
    for charge, journal, who, request in rows:
        newest.setdefault(charge.item, charge)
        origin = None if request is None else _origin(request, evidence)
        revisions[charge.item].append(_revision(charge, journal, who, origin))
    order = {item.value: number for number, item in enumerate(labels.ITEMS)}
    lines = [
        BillLine(
            item=item,
            label=labels.item_label(item),
            amount=charge.target,
            sentences=revisions[item][0].sentences,
            documents=explanations.documents_of(charge),
            revisions=revisions[item],
        )
        for item, charge in newest.items()
    ]
    # Held while the charges were said, so that none had to ask for its basis.
    del bases
    return sorted(lines, key=lambda line: (not line.amount, order.get(line.item, len(order)), line.item))


def _revision(charge: Charge, journal: Journal, who: str, origin: Origin | None) -> Revision:
    return Revision(
        number=charge.revision,
        difference=charge.amount,
        target=charge.target,
        sentences=explanations.sentences(charge),
        journal_id=journal.id,
        kind=journal.kind,
        on=journal.business_date,
        recorded_at=journal.recorded_at,
        who=who,
        memo=journal.memo,
        origin=origin,
    )


def _bases(ids: Collection[int | None]) -> Sequence[ChargeBasis]:
    """Read together; while they are held, the session gives them out again without a query."""
    return db.session.scalars(select(ChargeBasis).where(ChargeBasis.id.in_(filter(None, ids)))).all()


def _evidence(requests: Collection[ChangeRequest]) -> dict[tuple[int, int], list[Evidence]]:
    """The files of each request's revision that was decided on."""
    found: defaultdict[tuple[int, int], list[Evidence]] = defaultdict(list)
    query = select(Attachment).where(Attachment.change_request_id.in_({one.id for one in requests}))
    for file in db.session.scalars(query.order_by(Attachment.id)):
        found[file.change_request_id, file.revision].append(Evidence(file.id, file.file_name))
    return found


def _origin(request: ChangeRequest, evidence: dict[tuple[int, int], list[Evidence]]) -> Origin:
    files = evidence.get((request.id, request.revision), ())
    return Origin(request.id, request.number, request.kind, request.reason, tuple(files))
