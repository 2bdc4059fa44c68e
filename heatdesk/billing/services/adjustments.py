"""Adjustments of bills as the books keep them: what was granted to whom, and where its money is booked."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import case, func, select

from heatdesk.approvals.models import ChangeRequest
from heatdesk.billing.errors import ReducedBeyondBill, StatedOnly
from heatdesk.billing.models import Account, Adjustment, DebtRecovery, Entry, Season
from heatdesk.billing.rules import adjustments as rules
from heatdesk.billing.rules.adjustments import FACTS, STATED, Granted, facts_of, is_reduction, ledger_account
from heatdesk.billing.rules.ledger import LedgerCode
from heatdesk.billing.rules.lines import Assessment, Line
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.sentences import SENTENCES
from heatdesk.billing.rules.states import Item
from heatdesk.billing.services.charging import Charging
from heatdesk.db import db
from heatdesk.i18n import _
from heatdesk.money import ZERO, format_money

Charged = Mapping[int, Mapping[str, tuple[Decimal, int]]]
"""Account → item → what was charged, and the last revision."""

recovered = (
    select(func.coalesce(func.sum(DebtRecovery.amount), ZERO))
    .where(DebtRecovery.adjustment_id == Adjustment.id)
    .correlate(Adjustment)
    .scalar_subquery()
)
"""What of a written-off debt is claimed again, yuan."""


def is_adjustment(item: str) -> bool:
    """Whether an item of a bill follows from something granted, not from the supply."""
    return item in FACTS


class Adjusted:
    """What was granted to accounts for one season, beside what of it is booked, read in two queries at most."""

    def __init__(
        self,
        season: Season,
        account_ids: Sequence[int],
        charged: Charged,
        *,
        also: Mapping[int, Sequence[Granted]] | None = None,
        without: Collection[int] = (),
    ) -> None:
        self._season = season
        self._charges = charged
        self._granted = granted_to(account_ids, season.id, without=without)
        for account_id, more in (also or {}).items():
            self._granted.setdefault(account_id, []).extend(more)
        self._raised = self._booked_as_income(season.id)

    def _booked_as_income(self, season_id: int) -> dict[int, Decimal]:
        """By account, what adjustments of the receivable have raised its bill by."""
        accounts = [account for account, items in self._charges.items() if Item.RECEIVABLE in items]
        if not accounts:
            return {}
        income, receivable = LedgerCode.HEAT_INCOME, LedgerCode.RECEIVABLE
        signed = case((Entry.credit == income, Entry.amount), else_=-Entry.amount)
        rows = db.session.execute(
            select(Entry.account_id, func.sum(signed))
            .where(
                Entry.season_id == season_id,
                Entry.account_id.in_(accounts),
                Entry.item == Item.RECEIVABLE,
                ((Entry.debit == receivable) & (Entry.credit == income))
                | ((Entry.debit == income) & (Entry.credit == receivable)),
            )
            .group_by(Entry.account_id)
        )
        return {row[0]: row[1] for row in rows}

    def charged(self, account_id: int) -> Decimal:
        """What the charge rows say was charged, reductions left out: the rest of a bill comes from the old books."""
        items = self._charges.get(account_id, {})
        amounts = [amount for item, (amount, _revision) in items.items() if not is_adjustment(item)]
        return sum(amounts, self._raised.get(account_id, ZERO))

    def lines(self, account_id: int, bill: Assessment, charging: Charging) -> list[tuple[Granted, Line]]:
        """What follows from everything granted; raises what the rules refuse."""
        granted = self._granted.get(account_id)
        if not granted:
            return []
        terms = charging.terms.get(account_id, [])
        return rules.adjusted(charging.facts, bill, terms, charging.tariffs, granted)

    def on_old_bill(self, account: Account, season: SeasonFacts) -> list[tuple[Granted, Line]]:
        """The same for a bill from the old books; raises `StatedOnly`."""
        granted = self._granted.get(account.id, [])
        if any(one.item not in STATED for one in granted):
            raise StatedOnly(card_no=account.card_no, code=self._season.code)
        return rules.stated(season, granted)

    def counterparts(
        self, account_id: int, item: Item, difference: Decimal, lines: Sequence[Line]
    ) -> list[tuple[LedgerCode, Decimal]]:
        """What a changed adjustment moves: a receivable that rises and one that falls stand on different accounts."""
        if item is not Item.RECEIVABLE:
            return [(ledger_account(item, difference), difference)]
        raised = sum((line.amount for line in lines if line.amount > 0), ZERO)
        more = raised - self._raised.get(account_id, ZERO)
        return [(LedgerCode.HEAT_INCOME, more), (LedgerCode.REDUCTION, difference - more)]


def granted_to(
    account_ids: Collection[int], season_id: int, *, without: Collection[int] = ()
) -> dict[int, list[Granted]]:
    """By account what is granted and not withdrawn, in the order it was."""
    found: dict[int, list[Granted]] = defaultdict(list)
    rows = db.session.execute(
        select(Adjustment, ChangeRequest.number, recovered)
        .join(ChangeRequest, ChangeRequest.id == Adjustment.change_request_id)
        .where(
            Adjustment.season_id == season_id,
            Adjustment.account_id.in_(account_ids),
            Adjustment.withdrawn_by.is_(None),
            Adjustment.id.not_in(without),
        )
        .order_by(Adjustment.id)
    )
    for row, number, claimed in rows:
        facts = facts_of(row.item, row.facts)
        again = claimed if row.item is Item.BAD_DEBT else ZERO
        found[row.account_id].append(Granted(row.item, facts, number, again))
    return found


def refuse_beyond_bill(opening: Decimal, lines: Iterable[Line]) -> None:
    """Raises `ReducedBeyondBill` when the reductions are more than what is charged, `opening` included."""
    charged, reduced = opening, ZERO
    for line in lines:
        if is_reduction(line):
            reduced -= line.amount
        else:
            charged += line.amount
    if reduced > charged:
        raise ReducedBeyondBill(reduced=format_money(reduced), charged=format_money(charged))


def notes_of(account_id: int, season_ids: Collection[int]) -> dict[int, list[str]]:
    """By season one sentence for each adjustment granted to the account, in the reader's language."""
    said: dict[int, list[str]] = defaultdict(list)
    rows = db.session.execute(
        select(Adjustment, ChangeRequest.number)
        .join(ChangeRequest, ChangeRequest.id == Adjustment.change_request_id)
        .where(
            Adjustment.account_id == account_id,
            Adjustment.season_id.in_(season_ids),
            Adjustment.withdrawn_by.is_(None),
        )
        .order_by(Adjustment.id)
    )
    for row, number in rows:
        step = rules.note(Granted(row.item, facts_of(row.item, row.facts), number))
        said[row.season_id].append(_(SENTENCES[step.rule], **step.values))
    return said
