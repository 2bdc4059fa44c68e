"""Granting and withdrawing adjustments: what they would do to a bill, and doing it for an applied request."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import case, func, insert, select, update

from heatdesk.approvals.kinds import BatchRow, Effect, as_thought
from heatdesk.billing.errors import DebtWrittenOff
from heatdesk.billing.models import Account, Adjustment, Bill, Entry, Journal, Prepayment, Season
from heatdesk.billing.rules.adjustments import Granted, plain
from heatdesk.billing.rules.ledger import JournalKind, LedgerCode, Movement
from heatdesk.billing.rules.lines import Line
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments, ledger, open_reductions
from heatdesk.billing.services.assessment_plans import Plan
from heatdesk.billing.services.assessments import Done
from heatdesk.db import db, get_or_refuse, lock_rows
from heatdesk.errors import BadInput, Refusal, RuleBroken
from heatdesk.money import ZERO

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
        open_reductions.refuse(account, season, wanted, besides)
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


def grant(effect: Effect, account_id: int, season_id: int, wanted: Sequence[Granted]) -> Decimal:
    """Write the adjustments and post what they move, in the request's name; returns by how many yuan the bill rose.

    A season without bills takes them with its first bill (`season_adjusting`).
    """
    assessments.open_season(season_id)
    lock_rows(Account, Account.id == account_id, order_by=Account.id)
    season = get_or_refuse(Season, season_id)
    _write(effect, season_id, [account_id], wanted)
    if not is_billed(account_id, season):
        return ZERO
    with effect.part(f"season:{season.code}"), refusals_in_words():
        return assessments.assess(account_id, season_id, by=effect.by, reason=effect.number)


def grant_many(
    effect: Effect, season_id: int, wanted: Granted, thought: Mapping[int, Decimal], part: str
) -> dict[int, Decimal | Refusal]:
    """The same for many accounts at once: by account what its bill moved by, or why it is left out. Whose bill would
    move by something else than was thought is left out.
    """
    assessments.open_season(season_id)
    season = get_or_refuse(Season, season_id)
    accounts = lock_rows(Account, Account.id.in_(thought), order_by=Account.id)
    plan = Plan(season, accounts, also={account.id: [wanted] for account in accounts})
    billed = set(_billed(list(thought), season))
    found: dict[int, Decimal | Refusal] = {}
    for account in accounts:
        try:
            moves = sum((change.difference for change in plan.changes(account.id)), ZERO)
            found[account.id] = as_thought(
                BatchRow(part, thought[account.id], {}), moves if account.id in billed else ZERO
            )
        except Refusal as refusal:
            found[account.id] = refusal
    fitting = [account_id for account_id, done in found.items() if isinstance(done, Decimal)]
    if fitting:
        _write(effect, season_id, fitting, [wanted])
        with effect.part(part):
            moving = [account_id for account_id in fitting if account_id in billed]
            posted = assessments.assess_many(moving, season_id, by=effect.by, reason=effect.number)
        _refuse_any(posted)
    return found


def _write(effect: Effect, season_id: int, account_ids: Sequence[int], wanted: Sequence[Granted]) -> None:
    rows = [
        {
            "season_id": season_id,
            "account_id": account_id,
            "change_request_id": effect.request_id,
            "effect": f"account:{account_id}:{one.item}:{number}",
            **plain(one),
        }
        for account_id in account_ids
        for number, one in enumerate(wanted, start=1)
    ]
    db.session.execute(insert(Adjustment).values(rows))


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
        _refuse_any(done)
    with effect.part(f"{part}:prepayment"):
        _pay_from_prepayment(effect, season, billed, {row.change_request_id for row in rows})
    return sum(done.differences.values(), ZERO)


def _refuse_any(done: Done) -> None:
    """What was looked at before is not refused when it is done; if it is, nothing of the request happens."""
    for refusal in done.refusals.values():
        raise refusal


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


def _pay_from_prepayment(
    effect: Effect, season: Season, account_ids: Sequence[int], authors: Collection[int]
) -> None:
    """Money that the withdrawn adjustments sent to the prepayment goes back to the bills it came from."""
    both = [LedgerCode.RECEIVABLE, LedgerCode.PREPAYMENT]
    signed = case((Entry.credit == LedgerCode.PREPAYMENT, Entry.amount), else_=-Entry.amount)
    due = Bill.charged - Bill.reduced - Bill.paid
    rows = db.session.execute(
        select(Entry.account_id, Account.branch_id, func.sum(signed), Prepayment.balance, due)
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
        .group_by(Entry.account_id, Account.branch_id, Prepayment.balance, due)
    ).all()
    back: dict[int, list[Movement]] = {}
    for account_id, branch_id, sent, held, owed in rows:
        amount = min(sent, held, owed)
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
        ledger.post(JournalKind.ASSESSMENT, movements, branch_id=branch_id, by=effect.by, memo=effect.number)
