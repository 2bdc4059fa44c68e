"""Valve jobs of the demo: flats cut off for old debts on a list that two people agreed on, some of them carried out."""

import io
from collections import Counter
from datetime import timedelta
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select

from heatdesk.approvals import kinds
from heatdesk.approvals.rules.states import Verdict
from heatdesk.approvals.services import deciding, requests
from heatdesk.approvals.services.deciding import Ballot
from heatdesk.approvals.services.files import Upload
from heatdesk.auth.models import Staff
from heatdesk.billing.models import Account, Bill, Season
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.desk.changes.supply_list import worked_out
from heatdesk.network.models import Branch, Premises
from heatdesk.service.models import Ticket
from heatdesk.service.services import valve_jobs
from heatdesk.service.services.valve_jobs import Execution

_LISTED, _DONE = 12, 3
_PAPER = b"%PDF-1.4\n% signed list of the demo\n"


def cut_off_list(branch: Branch, applicant: Staff, decider: Staff) -> None:
    """A list of cards that have owed longest, by building, asked for by one person and approved by another."""
    account_ids = _overdue(branch.id)
    if not account_ids:
        return
    payload: dict[str, Any] = {
        "deed": "cut_off",
        "starts_on": today().isoformat(),
        "applied_on": today().isoformat(),
        "unpaid": False,
        "branch_id": branch.id,
        "accounts": account_ids,
    }
    upload = Upload("list", "停热名单.pdf", _PAPER)
    request = requests.create(
        kinds.get("supply_list"),
        worked_out(payload),
        "两次催缴未交，按规定停热",
        by=applicant,
        uploads=[upload],
    )
    requests.submit(request, by=applicant)
    deciding.decide(request.id, Ballot(Verdict.APPROVE, deciding.seen_now(request)), decider)


def hand_out(branch: Branch, dispatcher: Staff, technician: Staff) -> None:
    """Half of the jobs have a technician, three are carried out, one could not be."""
    jobs = db.session.scalars(select(Ticket).where(Ticket.branch_id == branch.id).order_by(Ticket.id)).all()
    for number, job in enumerate(jobs[: len(jobs) // 2 + 1]):
        due = today() + timedelta(days=number % 3)
        valve_jobs.assign(job.id, technician.id, due, seen=job.version, by=dispatcher)
    for number, job in enumerate(jobs[:_DONE]):
        execution = Execution(
            seen=job.version,
            executed_on=today(),
            executed_by=technician.id,
            seal_number=f"{417 + number:04d}",
            photos=[(f"seal{number}.png", _photo(number))],
        )
        valve_jobs.execute(job.id, execution, by=technician)
    for job in jobs[_DONE : _DONE + 1]:
        valve_jobs.obstruct(job.id, "nobody_home", "已贴条", seen=job.version, by=technician)


def _overdue(branch_id: int) -> list[int]:
    """Up to twelve accounts of the buildings with most of them, which owe for a season that is over."""
    due = Bill.charged - Bill.reduced - Bill.paid
    rows = db.session.execute(
        select(Account.id, Premises.building_id)
        .join(Premises, Premises.id == Account.premises_id)
        .join(Bill, Bill.account_id == Account.id)
        .join(Season, Season.id == Bill.season_id)
        .where(Account.branch_id == branch_id, due > 0, Season.due_on < today(), Account.closed_on.is_(None))
        .order_by(Premises.building_id, Account.id)
        .distinct()
    ).all()
    often = Counter(building_id for _account_id, building_id in rows)
    ordered = sorted(rows, key=lambda row: (-often[row.building_id], row.building_id, row.id))
    return [row.id for row in ordered[:_LISTED]]


def _photo(number: int) -> bytes:
    """A drawn seal, so that the demo needs no picture of anybody's staircase."""
    picture = Image.new("RGB", (640, 480), (92, 98, 104))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((0, 200, 640, 280), fill=(150, 110, 70))
    pen.ellipse((240, 160, 400, 320), fill=(200, 60, 40), outline=(120, 30, 20), width=8)
    pen.text((292, 232), f"{417 + number:04d}", fill=(255, 255, 255))
    drawn = io.BytesIO()
    picture.save(drawn, "PNG")
    return drawn.getvalue()
