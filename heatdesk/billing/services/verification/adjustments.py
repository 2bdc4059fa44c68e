"""Invariants of granted adjustments: who allowed them (I12), and that bills say what follows from them (I15)."""

from collections.abc import Sequence

from sqlalchemy import func, select

from heatdesk.billing.errors import TakenOver
from heatdesk.billing.models import Account, Adjustment, Charge, RunException, Season, SeasonRun, Tariff
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.billing.services.assessment_plans import Plan
from heatdesk.billing.services.reductions import is_billed
from heatdesk.billing.services.verification.report import Invariant
from heatdesk.db import db
from heatdesk.errors import Refusal

_AT_ONCE = 500

INVARIANTS = [
    Invariant(
        "I12",
        "What lowers or raises a bill was granted, and taken back, by requests that were carried out",
        """
        select format('adjustment %s of account %s: request %s, which granted it, is %s', adjustment.id, account_id,
                      number, state)
          from adjustment join change_request on change_request.id = change_request_id where state <> 'applied'
        union all
        select format('adjustment %s of account %s: request %s, which withdrew it, is %s', adjustment.id, account_id,
                      number, state)
          from adjustment join change_request on change_request.id = withdrawn_by where state <> 'applied'
        union all
        select format('debt %s: %s written off, %s claimed again', adjustment.id, -(facts ->> 'amount')::numeric,
                      sum(amount))
          from adjustment join debt_recovery on adjustment_id = adjustment.id
         group by adjustment.id having item <> 'bad_debt' or sum(amount) > -(facts ->> 'amount')::numeric
        union all
        select format('subsidy receipt %s of %s: its journal says %s', subsidy_receipt.id, subsidy_receipt.amount,
                      coalesce(sum(entry.amount), 0))
          from subsidy_receipt
          left join entry on entry.journal_id = subsidy_receipt.journal_id and debit = '1002' and credit = '1221.1'
                         and entry.season_id = subsidy_receipt.season_id
         group by subsidy_receipt.id having coalesce(sum(entry.amount), 0) <> subsidy_receipt.amount
        """,
    ),
]


def not_as_granted() -> list[str]:
    """Bills whose items are not what the facts make of them today, for every account that was granted something.

    Left out: who stands on a run's list of exceptions, and bills older than a tariff approved since.
    """
    cases: list[str] = []
    for season in db.session.scalars(select(Season).order_by(Season.id)):
        accounts = _accounts(season)
        for start in range(0, len(accounts), _AT_ONCE):
            part = accounts[start : start + _AT_ONCE]
            plan = Plan(season, part)
            cases += [case for account in part for case in _differences(plan, season, account)]
    return cases


def _accounts(season: Season) -> Sequence[Account]:
    newest = select(func.max(Tariff.approved_at)).where(
        Tariff.state == TariffState.APPROVED, Tariff.valid_from <= season.starts_on
    )
    older = (
        select(Charge.account_id)
        .where(Charge.season_id == season.id, Charge.account_id == Account.id)
        .group_by(Charge.account_id)
        .having(func.max(Charge.recorded_at) < newest.scalar_subquery())
    )
    granted = select(Adjustment.id).where(
        Adjustment.season_id == season.id, Adjustment.account_id == Account.id
    )
    listed = (
        select(RunException.id)
        .join(SeasonRun, SeasonRun.id == RunException.run_id)
        .where(SeasonRun.season_id == season.id, RunException.account_id == Account.id)
    )
    query = select(Account).where(granted.exists(), ~older.exists(), ~listed.exists()).order_by(Account.id)
    return db.session.scalars(query).all()


def _differences(plan: Plan, season: Season, account: Account) -> list[str]:
    if not is_billed(account.id, season):
        return []
    try:
        changes = plan.changes(account.id)
    except TakenOver:
        return []
    except Refusal as refusal:
        return [f"account {account.card_no}, season {season.code}: {refusal}"]
    return [
        f"account {account.card_no}, season {season.code}, {one.item}: charged {one.before}, by the facts {one.target}"
        for one in changes
        if one.difference
    ]


CHECKS = {
    ("I15", "Every bill with adjustments is what its facts and what was granted make of it"): not_as_granted
}
