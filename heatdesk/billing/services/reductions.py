"""Granting and withdrawing adjustments: what they would do to a bill, and doing it for an applied request."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, Text, case, func, insert, literal, select, tuple_, update

from heatdesk.approvals.kinds import Effect
from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.rules.states import OPEN
from heatdesk.billing.errors import DebtWrittenOff, WithOpenRequests
from heatdesk.billing.models import Account, Adjustment, Bill, Entry, Journal, Prepayment, Season
from heatdesk.billing.rules.adjustments import Granted, facts_of, plain
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode, Movement
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
AT_ONCE = 500
"""Accounts that are looked at, or moved, together."""


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
        _keep_from_debtor(account, plan, looked, wanted)
        refuse_with_open(account, season, wanted, besides)
    return looked


def outlooks_without(season: Season, rows: Sequence[Adjustment]) -> list[tuple[Account, Outlook]]:
    """What withdrawing these adjustments of one season would do to each bill; the lines are those that go."""
    found: list[tuple[Account, Outlook]] = []
    members = sorted({row.account_id for row in rows})
    ids = [row.id for row in rows]
    for start in range(0, len(members), AT_ONCE):
        part = members[start : start + AT_ONCE]
        accounts = list(db.session.scalars(select(Account).where(Account.id.in_(part)).order_by(Account.id)))
        now, rest = Plan(season, accounts), Plan(season, accounts, without=ids)
        for account in accounts:
            with refusals_in_words():
                left = {(one.number, one.item) for one, _line in _lines(rest, account)}
                gone = [line for one, line in _lines(now, account) if (one.number, one.item) not in left]
                found.append((account, _outlook(account, season, gone, rest)))
    return found


def grant(
    effect: Effect, account_id: int, season_id: int, wanted: Sequence[Granted], part: str = ""
) -> Decimal:
    """Write the adjustments and post what they move, in the request's name; returns by how many yuan the bill rose.

    A season without bills takes them with its first bill (`season_adjusting`). A `part` is open already when named.
    """
    assessments.open_season(season_id)
    lock_rows(Account, Account.id == account_id, order_by=Account.id)
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
    moved = ZERO
    for season_id in sorted({row.season_id for row in rows}):
        assessments.open_season(season_id)
        season = get_or_refuse(Season, season_id)
        of_season = [row for row in rows if row.season_id == season_id]
        members = sorted({row.account_id for row in of_season})
        for start in range(0, len(members), AT_ONCE):
            part = set(members[start : start + AT_ONCE])
            theirs = [row for row in of_season if row.account_id in part]
            moved += _withdraw_some(effect, season, theirs, f"{season.code}:{start}")
    return moved


def _withdraw_some(effect: Effect, season: Season, rows: Sequence[Adjustment], part: str) -> Decimal:
    accounts = lock_rows(Account, Account.id.in_({row.account_id for row in rows}), order_by=Account.id)
    ids = [row.id for row in rows]
    db.session.execute(
        update(Adjustment).where(Adjustment.id.in_(ids)).values(withdrawn_by=effect.request_id)
    )
    billed = _billed([account.id for account in accounts], season)
    with effect.part(part), refusals_in_words():
        done = assessments.assess_many(billed, season.id, by=effect.by, reason=effect.number)
        for refusal in done.refusals.values():
            raise refusal
    with effect.part(f"{part}:prepayment"):
        _pay_from_prepayment(effect, season, billed, {row.change_request_id for row in rows})
    return sum(done.differences.values(), ZERO)


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
    return bool(_billed([account_id], season))


def _billed(account_ids: Sequence[int], season: Season) -> list[int]:
    if season.state != SeasonState.PLANNED:
        return list(account_ids)
    query = select(Bill.account_id).where(Bill.season_id == season.id, Bill.account_id.in_(account_ids))
    return list(db.session.scalars(query))


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


def _keep_from_debtor(account: Account, plan: Plan, looked: Outlook, wanted: Sequence[Granted]) -> None:
    """Raises `DebtWrittenOff` when money would become the prepayment of one whose debt of the same bill is lost."""
    bill = plan.bills.get(account.id)
    if bill is None or bill.due + looked.moved >= 0:
        return
    lost = [one for one, line in _lines(plan, account) if one.item is Item.BAD_DEBT and line.amount]
    if any(one not in wanted for one in lost):
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
    found: dict[int, list[tuple[str, list[Granted]]]] = {}
    for number, account_id, payload in [
        *_open_single(account_ids, season_id, besides),
        *_open_batches(account_ids, season_id, besides),
    ]:
        found.setdefault(account_id, []).append((number, asked_for(payload)))
    return found


def _open_single(account_ids: Collection[int], season_id: int, besides: tuple[str, str]) -> list[Any]:
    """(number, account, payload) of open requests about one bill."""
    targets = [target_key(account_id, season_id) for account_id in account_ids]
    query = select(
        ChangeRequest.number,
        ChangeRequest.payload["account_id"].as_integer(),
        ChangeRequest.payload,
    ).where(
        ChangeRequest.state.in_(OPEN),
        ChangeRequest.kind.in_(KINDS - {"outage"}),
        ChangeRequest.target.in_(targets),
        tuple_(ChangeRequest.kind, ChangeRequest.target) != besides,
    )
    return list(db.session.execute(query))


def _open_batches(account_ids: Collection[int], season_id: int, besides: tuple[str, str]) -> list[Any]:
    """The same of open outages, whose lists the database searches."""
    rows = func.jsonb_array_elements(ChangeRequest.payload["rows"]).table_valued("value").lateral()
    account = rows.c.value.op("->")(literal(0)).cast(Text).cast(BigInteger)
    named = func.jsonb_build_object("adjustments", ChangeRequest.payload["adjustments"])
    query = (
        select(ChangeRequest.number, account, named)
        .select_from(ChangeRequest)
        .join(rows, account.in_(account_ids))
        .where(
            ChangeRequest.state.in_(OPEN),
            ChangeRequest.kind == "outage",
            ChangeRequest.payload["season_id"].as_integer() == season_id,
            tuple_(ChangeRequest.kind, ChangeRequest.target) != besides,
        )
    )
    return list(db.session.execute(query))


def asked_for(payload: dict[str, object]) -> list[Granted]:
    """The adjustments that a payload names."""
    listed: list[dict[str, object]] = payload["adjustments"]  # type: ignore[assignment]
    return [Granted(Item(str(one["item"])), facts_of(Item(str(one["item"])), one["facts"])) for one in listed]


def target_key(account_id: int, season_id: int) -> str:
    """One bill as what a request is about."""
    return f"account:{account_id}:season:{season_id}"


def _pay_from_prepayment(
    effect: Effect, season: Season, account_ids: Sequence[int], authors: Collection[int]
) -> None:
    """Money that the withdrawn adjustments sent to the prepayment goes back to the bills it came from."""
    both = [LedgerCode.RECEIVABLE, LedgerCode.PREPAYMENT]
    signed = case((Entry.credit == LedgerCode.PREPAYMENT, Entry.amount), else_=-Entry.amount)
    rows = db.session.execute(
        select(Entry.account_id, Account.branch_id, func.sum(signed), Prepayment.balance, Bill)
        .join(Journal, Journal.id == Entry.journal_id)
        .join(Account, Account.id == Entry.account_id)
        .join(Prepayment, Prepayment.account_id == Entry.account_id)
        .join(Bill, (Bill.season_id == Entry.season_id) & (Bill.account_id == Entry.account_id))
        .where(
            Journal.change_request_id.in_(authors),
            Entry.account_id.in_(account_ids),
            Entry.season_id == season.id,
            Entry.debit.in_(both),
            Entry.credit.in_(both),
        )
        .group_by(Entry.account_id, Account.branch_id, Prepayment.balance, Bill)
        .execution_options(populate_existing=True)
    ).all()
    back: dict[int, list[Movement]] = {}
    for account_id, branch_id, sent, held, bill in rows:
        amount = min(sent, held, bill.due)
        if amount > 0:
            back.setdefault(branch_id, []).append(
                ledger.movement(
                    LedgerCode.PREPAYMENT,
                    LedgerCode.RECEIVABLE,
                    amount,
                    season_id=season.id,
                    account_id=account_id,
                )
            )
    for branch_id, movements in back.items():
        ledger.post(
            JournalKind.ASSESSMENT, movements, branch_id=branch_id, by=effect.by, memo=effect.number
        )
