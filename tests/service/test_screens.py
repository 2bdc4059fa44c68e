"""The pages of valve jobs: works, wrong role, other branch, wrong state, pressed twice, stale page, sheets, papers."""

import io
import uuid

import pytest
from sqlalchemy import select

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Account
from heatdesk.db import db
from heatdesk.network.models import Premises
from heatdesk.service.models import Ticket
from heatdesk.service.rules.states import TicketState
from heatdesk.service.services import photos
from heatdesk.sheets.reading import read_sheet
from tests import factories
from tests.changes.scenarios import send
from tests.conftest import Person, text_of
from tests.service.field import make_field, photo

JOBS = "/service/valve_jobs"


@pytest.fixture
def staffed(app):
    """Three flats of a building with a job each."""
    field = make_field(flats=3)
    for account in field.accounts:
        field.ask("suspension", "2026-11-15", account=account)
    for name in ("technician", "dispatcher", "cashier"):
        setattr(field, name, Person(app, getattr(field, name)))
    field.clerk = Person(app, field.office.clerk)
    return field


def filled(field, job, **more):
    return {
        "seen": str(job.version),
        "executed_on": "2026-11-20",
        "executed_by": str(field.technician.id),
        "seal_number": "0417",
        "photos": (io.BytesIO(photo()), "seal.png"),
        **more,
    }


def building_of(field):
    return db.session.get_one(Premises, field.account.premises_id).building_id


def test_the_enquiry_counts_filters_and_exports(staffed):
    page = staffed.dispatcher.get(JOBS)
    words = text_of(page)
    assert "To be carried out 3" in words
    assert "Overdue 0" in words
    job = staffed.job(staffed.accounts[1])
    assert job.number in words
    only = text_of(staffed.dispatcher.get(f"{JOBS}?q={job.card_no}"))
    assert job.number in only
    assert staffed.job().number not in only
    assert "Nothing fits the filter" in text_of(staffed.dispatcher.get(f"{JOBS}?standing=executed"))
    book = staffed.dispatcher.get(f"{JOBS}/export.xlsx?standing=waiting")
    assert job.number in str(list(read_sheet(book.data, "jobs.xlsx").rows()))


def test_the_request_shows_its_job_and_what_it_moved(staffed):
    job = staffed.job()
    page = f"/requests/{job.change_request_id}"
    assert f"{job.number} to be carried out not yet" in text_of(staffed.clerk.get(page))
    staffed.technician.post(f"{JOBS}/{job.id}/execute", filled(staffed, job))
    told = staffed.clerk.get(page)
    # 5 of 121 days are heated: 2,500 − (103.31 + 479.34).
    assert f"{job.number} carried out −1,917.35" in text_of(told)
    assert f'href="{JOBS}/{job.id}"' in told.get_data(as_text=True)


def test_the_list_costs_no_query_a_row(staffed, count_queries):
    with count_queries() as seen:
        staffed.dispatcher.get(JOBS)
    assert len(seen) < 20, seen


def test_a_technician_carries_a_job_out_on_the_phone(staffed):
    job = staffed.job()
    page = staffed.technician.get(f"{JOBS}/{job.id}")
    words = text_of(page)
    assert "Close the valve" in words
    assert "2500" not in words
    assert "2,500" not in words
    answer = staffed.technician.post(f"{JOBS}/{job.id}/execute", filled(staffed, job))
    assert answer.status_code == 302
    assert staffed.job().state == TicketState.RESOLVED
    assert staffed.charged() < 2500
    [kept] = photos.of(job.id)
    shown = staffed.technician.get(f"{JOBS}/{job.id}/photos/{kept.id}")
    assert shown.mimetype == "image/jpeg"
    assert "0417" in text_of(staffed.technician.get(f"{JOBS}/{job.id}"))


def test_pressed_twice_it_is_carried_out_once(staffed):
    job, key = staffed.job(), str(uuid.uuid4())
    answers = [
        staffed.clerk.post(
            f"{JOBS}/{job.id}/execute",
            filled(staffed, job, request_id=key, seen="1", photos=(io.BytesIO(photo()), "s.png")),
        )
        for _ in range(2)
    ]
    assert [one.status_code for one in answers] == [302, 302]
    assert staffed.job().version == 2


def test_a_stale_page_and_a_fault_are_told(staffed):
    job = staffed.job()
    stale = staffed.technician.post(f"{JOBS}/{job.id}/execute", filled(staffed, job, seen="7"))
    assert stale.status_code == 409
    bare = staffed.technician.post(f"{JOBS}/{job.id}/execute", filled(staffed, job, seal_number=""))
    assert bare.status_code == 422
    assert "number of the seal" in text_of(bare)
    bad = staffed.technician.post(
        f"{JOBS}/{job.id}/execute", filled(staffed, job, photos=(io.BytesIO(b"no picture"), "seal.png"))
    )
    assert bad.status_code == 422
    assert staffed.job().state == TicketState.NEW


def test_a_job_goes_back_with_its_reason(staffed):
    job = staffed.job()
    back = staffed.technician.post(
        f"{JOBS}/{job.id}/obstruct", {"seen": "1", "obstacle": "nobody_home", "note": "二次"}
    )
    assert back.status_code == 302
    words = text_of(staffed.dispatcher.get(f"{JOBS}/{job.id}"))
    assert "Nobody was at home" in words
    assert "Put back in the queue" in words
    put = staffed.dispatcher.post(f"{JOBS}/{job.id}/resume", {"seen": "2", "due_on": "2027-04-12"})
    assert put.status_code == 302
    given = {"seen": "3", "assignee_id": str(staffed.technician.id), "due_on": "2027-04-12"}
    assert staffed.dispatcher.post(f"{JOBS}/{job.id}/assign", given).status_code == 302
    assert staffed.dispatcher.post(f"{JOBS}/{job.id}/void", {"seen": "4", "note": "撤回"}).status_code == 302
    assert staffed.job().state == TicketState.VOID


def test_another_branch_finds_nothing(app, staffed):
    stranger = Person(app, factories.make_staff(Role.DISPATCHER, factories.make_branch()))
    job, building = staffed.job(), building_of(staffed)
    for path in (f"{JOBS}/{job.id}", f"{JOBS}/{job.id}/order", f"/service/valve_sheets/{building}/paper"):
        assert stranger.get(path).status_code == 404
    assert job.number not in text_of(stranger.get(JOBS))
    assert stranger.post(f"{JOBS}/{job.id}/execute", filled(staffed, job)).status_code == 404


def test_a_cashier_sees_and_moves_nothing(staffed):
    job = staffed.job()
    assert staffed.cashier.get(f"{JOBS}/{job.id}").status_code == 200
    assert staffed.cashier.post(f"{JOBS}/{job.id}/execute", filled(staffed, job)).status_code == 403
    assert staffed.technician.post(f"{JOBS}/{job.id}/void", {"seen": "1", "note": "no"}).status_code == 403


def test_a_filled_sheet_is_entered_row_by_row(staffed):
    building = building_of(staffed)
    jobs = db.session.scalars(select(Ticket).order_by(Ticket.id)).all()
    page = text_of(staffed.clerk.get(f"/service/valve_sheets/{building}"))
    assert all(job.card_no in page for job in jobs)
    form = {
        "executed_on": "2026-11-20",
        "executed_by": str(staffed.technician.id),
        "ticket": [str(one.id) for one in jobs],
    }
    form |= {f"seen-{one.id}": "1" for one in jobs}
    first, second, third = jobs
    form |= {
        f"done-{first.id}": "y",
        f"seal-{first.id}": "１００１",
        f"done-{second.id}": "y",
        f"obstacle-{third.id}": "refused",
    }
    answer = staffed.clerk.post(f"/service/valve_sheets/{building}", form)
    assert answer.status_code == 200
    assert "number of the seal" in text_of(answer)
    assert (first.state, first.seal_number) == (TicketState.RESOLVED, "1001")
    assert (second.state, third.state) == (TicketState.NEW, TicketState.WAITING)
    empty = {"executed_on": "2026-11-20", "executed_by": str(staffed.technician.id)}
    assert "No row is ticked" in text_of(staffed.clerk.post(f"/service/valve_sheets/{building}", empty))


def test_a_building_is_handed_to_one_technician(staffed):
    building = building_of(staffed)
    given = {"assignee_id": str(staffed.technician.id), "due_on": "2027-04-12"}
    assert staffed.dispatcher.post(f"/service/valve_sheets/{building}/assign", given).status_code == 302
    states = set(db.session.scalars(select(Ticket.state)))
    assert states == {TicketState.ASSIGNED}


def test_the_papers_are_drawn(staffed):
    paper = staffed.dispatcher.get(f"/service/valve_sheets/{building_of(staffed)}/paper")
    order = staffed.dispatcher.get(f"{JOBS}/{staffed.job().id}/order")
    assert paper.data.startswith(b"%PDF")
    assert order.data.startswith(b"%PDF")
    listed = text_of(staffed.dispatcher.get("/service/valve_sheets"))
    assert "26号楼" in listed


def test_card_and_counter_tell_what_waits_with_the_valve(staffed):
    account_id = staffed.account.id
    since = staffed.job().created_at.date().isoformat()
    for path in (f"/households/{account_id}", f"/billing/counter/{account_id}"):
        words = text_of(staffed.cashier.get(path))
        assert "Valve to be closed, since" in words, since
    jobs = text_of(staffed.cashier.get(f"/households/{account_id}/valve-jobs"))
    assert staffed.job().number in jobs


def test_what_is_asked_for_and_not_decided_is_told_too(app):
    field = make_field()
    payload = {
        "account_id": field.account.id,
        "starts_on": "2026-11-15",
        "applied_on": "2026-10-01",
        "obstacles": [],
    }
    send("suspension", payload, by=field.office.clerk)
    person = Person(app, field.cashier)
    assert "Suspension of supply: asked for" in text_of(person.get(f"/billing/counter/{field.account.id}"))


def test_requests_of_every_kind_are_made_on_their_forms(app):
    field = make_field({"share": "0.2", "cut_share": "0.2"}, flats=2)
    clerk = Person(app, field.office.clerk)
    card = db.session.get_one(Account, field.account.id).card_no

    def ask(kind, evidence, **form):
        form.setdefault("building_id", "")
        pdf = (io.BytesIO(b"%PDF-1.7 paper"), "paper.pdf")
        return clerk.post(
            f"/requests/new/{kind}", {"reason": "as asked", f"evidence-{evidence}": pdf, **form}
        )

    one = {"card_no": card, "starts_on": "2026-11-15"}
    made = ask("suspension", "application", **one, applied_on="2026-10-01")
    assert made.status_code == 302
    assert "-2,000.00" in text_of(clerk.get(made.location)).replace("−", "-")
    assert clerk.get(f"{made.location}/edit").status_code == 200
    refused = ask("resumption", "application", **one)
    assert refused.status_code == 422
    assert "nothing to resume" in text_of(refused)
    listed = {"deed": "suspension", "starts_on": "2026-11-15", "applied_on": "2026-10-01"}
    cards = "\n".join(one.card_no for one in field.accounts)
    made = ask("supply_list", "list", **listed, source="cards", cards=cards)
    assert made.status_code == 302
    assert clerk.get(f"{made.location}/edit").status_code == 200
    made = ask("supply_list", "list", **listed, source="building", building_id=str(building_of(field)))
    assert made.status_code == 302
    csv = (io.BytesIO(("卡号\n" + cards).encode()), "cards.csv")
    assert ask("supply_list", "list", **listed, source="file", file=csv).status_code == 302
    assert "Choose the building" in text_of(ask("supply_list", "list", **listed, source="building"))
    assert "not in your branch" in text_of(
        ask("supply_list", "list", **listed, source="cards", cards="12 34")
    )
