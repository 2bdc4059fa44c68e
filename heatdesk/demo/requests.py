"""Change requests of the demo: one carried out, one that the supervisor has before him, one that finance has."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from heatdesk.approvals import kinds
from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.rules.states import Verdict
from heatdesk.approvals.services import deciding, requests
from heatdesk.approvals.services.deciding import Ballot
from heatdesk.approvals.services.files import Upload
from heatdesk.auth.models import Staff
from heatdesk.billing.models import Account, Bill, Season
from heatdesk.billing.services import supply_terms
from heatdesk.db import db
from heatdesk.network.models import Branch

_PAPER = b"%PDF-1.4\n% signed sheet of the demo\n"


def ask_for_changes(branch: Branch, old: Season, season: Season, applicant: Staff, decider: Staff) -> None:
    """Heat came two days late, a flat was measured anew, a debt of `old` is lost."""
    debt, late, measured = _owing(branch, old)[0], *_owing(branch, season)[-2:]
    days = [{"item": "late_start", "facts": {"days": 2}}]
    _approve(_ask("late_supply", late, season, days, "单元阀门损坏，晚供两天", applicant), decider)
    lost = f"-{debt.charged - debt.reduced - debt.paid:.2f}"
    written = [{"item": "bad_debt", "facts": {"amount": lost, "grounds": "death"}}]
    _approve(_ask("bad_debt", debt, old, written, "户主去世，无继承人", applicant), decider)
    [term, *_older] = supply_terms.timeline(measured.account_id)
    area = {
        "account_id": measured.account_id,
        "starts_on": season.starts_on.isoformat(),
        "building_area_m2": f"{term.building_area_m2 + Decimal('2.80'):.2f}",
        "inner_area_m2": None,
        "usable_area_m2": None,
    }
    _submit("area", area, "复测面积与台账不符", applicant)


def _ask(
    kind: str, bill: Bill, season: Season, adjustments: list[Any], reason: str, applicant: Staff
) -> ChangeRequest:
    payload = {"account_id": bill.account_id, "season_id": season.id, "adjustments": adjustments}
    return _submit(kind, payload, reason, applicant)


def _submit(kind: str, payload: dict[str, Any], reason: str, applicant: Staff) -> ChangeRequest:
    """With one paper for every piece of evidence that the kind wants."""
    asked = kinds.get(kind)
    uploads = [Upload(one.name, f"{one.title}.pdf", _PAPER) for one in asked.evidence]
    request = requests.create(asked, payload, reason, by=applicant, uploads=uploads)
    requests.submit(request, by=applicant)
    return request


def _approve(request: ChangeRequest, decider: Staff) -> None:
    deciding.decide(request.id, Ballot(Verdict.APPROVE, deciding.seen_now(request)), decider)


def _owing(branch: Branch, season: Season) -> list[Bill]:
    """Unpaid bills of the season in the branch, by card."""
    due = Bill.charged - Bill.reduced - Bill.paid
    query = (
        select(Bill)
        .join(Account, Account.id == Bill.account_id)
        .where(Account.branch_id == branch.id, Bill.season_id == season.id, due > 0, Bill.paid == 0)
        .order_by(Account.card_no)
    )
    return list(db.session.scalars(query))
