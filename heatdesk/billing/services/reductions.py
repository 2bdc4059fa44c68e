"""Granting and withdrawing adjustments: what they would do to a bill, and doing it for an applied request."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import case, func, insert, select, update

from heatdesk.approvals.kinds import Effect
from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.rules.states import OPEN
from heatdesk.billing.errors import DebtWrittenOff, WithOpenRequests
from heatdesk.billing.models import Account, Adjustment, Bill, Entry, Journal, Prepayment, Season
from heatdesk.billing.rules.adjustments import Granted, facts_of, plain
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode
from heatdesk.billing.rules.lines import Line
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments, ledger
from heatdesk.billing.services.assessments import Plan
from heatdesk.db import db, get_or_refuse, lock_rows
from heatdesk.errors import BadInput, Refusal, RuleBroken
from heatdesk.i18n import _
from heatdesk.money import ZERO

KINDS = frozenset(
    {"low_temperature", "late_supply", "outage", "correction", "receivable", "bad_debt", "subsidy"}
)
"""The kinds of requests whose payload names adjustments: «account_id», «season_id», «adjustments»."""


@dataclass(frozen=True)
class Outlook:
    """One bill before and after: `lines` are what is asked for (or taken back), `moved` what would be booked now."""

    lines: tuple[Line, ...]
    before: "Totals"
    after: "Totals"
    is_billed: bool

    @property
    def worth(self) -> Decimal:
        """How the bill moves by these lines, yuan, signed."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def moved(self) -> Decimal:
        """By how much the bill moves when it is carried out; zero while there is no bill."""
        return self.after.total - self.before.total if self.is_billed else ZERO


@dataclass(frozen=True)
class Totals:
    """A bill, yuan; `reduced` is ≥ 0."""

    charged: Decimal
    reduced: Decimal

    @property
    def total(self) -> Decimal:
        return self.charged - self.reduced


def outlook(
    account: Account, season: Season, wanted: Sequence[Granted], *, besides: tuple[str, str]
) -> Outlook:
    """What granting `wanted` would do; `besides` (kind, target) is the request itself, which may be open already.

    Raises what the rules refuse, `ReducedBeyondBill`, and `WithOpenRequests` when only what others ask for stands
    in the way.
    """
    with refusals_in_words():
        plan = Plan(season, [account], also={account.id: wanted})
        looked = _look(account, season, plan, wanted)
        _keep_from_debtor(account, season, plan, looked)
        refuse_with_open(account, season, wanted, besides)
    return looked


def outlook_without(account: Account, season: Season, ids: Collection[int]) -> Outlook:
    """What withdrawing these adjustments would do; the lines are those that go."""
    with refusals_in_words():
        now = Plan(season, [account])
        rest = Plan(season, [account], without=ids)
        left = {(one.number, one.item) for one, _line in _lines(rest, account)}
        gone = [line for one, line in _lines(now, account) if (one.number, one.item) not in left]
        return _outlook(account, season, gone, rest)


def grant(
    effect: Effect, account_id: int, season_id: int, wanted: Sequence[Granted], part: str = ""
) -> Decimal:
    """Write the adjustments and post what they move, in the request's name; returns by how many yuan the bill rose.

    A season without bills takes them with its first bill (`season_adjusting`). A `part` is open already when named.
    """
    assessments.open_season(season_id)
    [account] = lock_rows(Account, Account.id == account_id, order_by=Account.id)
    season = get_or_refuse(Season, season_id)
    rows = [
        {
            "season_id": season_id,
            "account_id": account_id,
            "change_request_id": effect.request_id,
            "effect": f"{part or f'account:{account_id}'}:{one.item}:{number}",
            **plain(one),
        }
        for number, one in enumerate(wanted, start=1)
    ]
    db.session.execute(insert(Adjustment).values(rows))
    if not is_billed(account_id, season):
        return ZERO
    with refusals_in_words():
        if part:
            return assessments.assess(account_id, season_id, by=effect.by, reason=effect.number)
        with effect.part(f"season:{season.code}"):
            return assessments.assess(account_id, season_id, by=effect.by, reason=effect.number)


def withdraw(effect: Effect, rows: Sequence[Adjustment]) -> Decimal:
    """Take granted adjustments back: bills rise again, and what had gone to the prepayment pays them, where it is
    still there.
    """
    for season_id in sorted({row.season_id for row in rows}):
        assessments.open_season(season_id)
    ids = [row.id for row in rows]
    lock_rows(Account, Account.id.in_({row.account_id for row in rows}), order_by=Account.id)
    db.session.execute(
        update(Adjustment).where(Adjustment.id.in_(ids)).values(withdrawn_by=effect.request_id)
    )
    moved = ZERO
    for account_id, season_id in sorted({(row.account_id, row.season_id) for row in rows}):
        season = get_or_refuse(Season, season_id)
        if not is_billed(account_id, season):
            continue
        with effect.part(f"account:{account_id}:{season.code}"), refusals_in_words():
            moved += assessments.assess(account_id, season_id, by=effect.by, reason=effect.number)
        authors = {row.change_request_id for row in rows if row.account_id == account_id}
        _pay_from_prepayment(effect, account_id, season, authors)
    return moved


def of_request(request_id: int, account_id: int | None) -> list[Adjustment]:
    """What an applied request granted and nobody withdrew, of one account or of all."""
    query = select(Adjustment).where(
        Adjustment.change_request_id == request_id, Adjustment.withdrawn_by.is_(None)
    )
    if account_id is not None:
        query = query.where(Adjustment.account_id == account_id)
    return list(db.session.scalars(query.order_by(Adjustment.account_id, Adjustment.id)))


def is_billed(account_id: int, season: Season) -> bool:
    """Whether what is granted moves books at once: the season is billed, or old books left the account a bill."""
    if season.state != SeasonState.PLANNED:
        return True
    return db.session.get(Bill, (season.id, account_id)) is not None


@contextmanager
def refusals_in_words() -> Iterator[None]:
    """What a rule cannot use was typed on a form of ours: its refusal belongs to the form, not to a page of its own."""
    try:
        yield
    except BadInput as error:
        raise RuleBroken(error.message, **error.values) from error


def _look(account: Account, season: Season, plan: Plan, wanted: Sequence[Granted]) -> Outlook:
    asked = {id(one) for one in wanted}
    lines = [line for one, line in _lines(plan, account) if id(one) in asked]
    return _outlook(account, season, lines, plan)


def _outlook(account: Account, season: Season, lines: Iterable[Line], plan: Plan) -> Outlook:
    changes = plan.changes(account.id)
    bill = plan.bills.get(account.id)
    before = Totals(ZERO, ZERO) if bill is None else Totals(bill.charged, bill.reduced)
    return Outlook(
        tuple(lines), before, Totals(*plan.totals(account.id, changes)), is_billed(account.id, season)
    )


def _lines(plan: Plan, account: Account) -> list[tuple[Granted, Line]]:
    return plan.adjustments(account.id, plan.area_bill(account.id))


def _keep_from_debtor(account: Account, season: Season, plan: Plan, looked: Outlook) -> None:
    """Raises `DebtWrittenOff` when money would become the prepayment of one whose debt of the same bill is lost."""
    bill = plan.bills.get(account.id)
    if bill is None or bill.due + looked.moved >= 0:
        return
    if any(one.item is Item.BAD_DEBT and line.amount for one, line in _lines(plan, account)):
        raise DebtWrittenOff


def refuse_with_open(
    account: Account, season: Season, wanted: Sequence[Granted], besides: tuple[str, str]
) -> None:
    """Raises `WithOpenRequests` when this and what is asked for already do not go together (approvals, rule 6)."""
    waiting = open_for([account.id], season.id, besides=besides).get(account.id, [])
    if not waiting:
        return
    asked = [*wanted, *(one for _number, granted in waiting for one in granted)]
    try:
        Plan(season, [account], also={account.id: asked}).changes(account.id)
    except Refusal as refusal:
        numbers = ", ".join(dict.fromkeys(number for number, _granted in waiting))
        raise WithOpenRequests(numbers=numbers, reason=_(refusal.message, **refusal.values)) from refusal


def open_for(
    account_ids: Collection[int], season_id: int, *, besides: tuple[str, str]
) -> dict[int, list[tuple[str, list[Granted]]]]:
    """By account what open requests ask for in this season: the request's number and the adjustments."""
    targets = [target_key(account_id, season_id) for account_id in account_ids]
    rows = db.session.execute(
        select(ChangeRequest.number, ChangeRequest.kind, ChangeRequest.target, ChangeRequest.payload).where(
            ChangeRequest.state.in_(OPEN),
            ((ChangeRequest.kind.in_(KINDS - {"outage"})) & ChangeRequest.target.in_(targets))
            | (
                (ChangeRequest.kind == "outage")
                & (ChangeRequest.payload["season_id"].as_integer() == season_id)
            ),
        )
    )
    found: dict[int, list[tuple[str, list[Granted]]]] = {}
    for number, kind, target, payload in rows:
        if (kind, target) == besides:
            continue
        members = [row[0] for row in payload["rows"]] if kind == "outage" else [payload["account_id"]]
        for account_id in set(members) & set(account_ids):
            found.setdefault(account_id, []).append((number, asked_for(payload)))
    return found


def asked_for(payload: dict[str, object]) -> list[Granted]:
    """The adjustments that a payload names."""
    listed: list[dict[str, object]] = payload["adjustments"]  # type: ignore[assignment]
    return [Granted(Item(str(one["item"])), facts_of(Item(str(one["item"])), one["facts"])) for one in listed]


def target_key(account_id: int, season_id: int) -> str:
    """One bill as what a request is about."""
    return f"account:{account_id}:season:{season_id}"


def _pay_from_prepayment(effect: Effect, account_id: int, season: Season, authors: Collection[int]) -> None:
    """Money that the withdrawn adjustments sent to the prepayment goes back to the bill it came from."""
    signed = case((Entry.credit == LedgerCode.PREPAYMENT, Entry.amount), else_=-Entry.amount)
    sent = db.session.scalar(
        select(func.coalesce(func.sum(signed), ZERO))
        .join(Journal, Journal.id == Entry.journal_id)
        .where(
            Journal.change_request_id.in_(authors),
            Entry.account_id == account_id,
            Entry.season_id == season.id,
            Entry.debit.in_([LedgerCode.RECEIVABLE, LedgerCode.PREPAYMENT]),
            Entry.credit.in_([LedgerCode.RECEIVABLE, LedgerCode.PREPAYMENT]),
        )
    )
    held = db.session.get(Prepayment, account_id, populate_existing=True)
    bill = db.session.get(Bill, (season.id, account_id), populate_existing=True)
    if held is None or bill is None:
        return
    amount = min(sent or ZERO, held.balance, bill.due)
    if amount <= 0:
        return
    back = ledger.movement(
        LedgerCode.PREPAYMENT, LedgerCode.RECEIVABLE, amount, season_id=season.id, account_id=account_id
    )
    branch_id = get_or_refuse(Account, account_id).branch_id
    with effect.part(f"prepayment:{account_id}:{season.code}"):
        ledger.post(JournalKind.ASSESSMENT, [back], branch_id=branch_id, by=effect.by, memo=effect.number)
