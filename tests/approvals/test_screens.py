"""The screens: they work, and refuse the wrong role, another branch, the wrong state, the second press, the stale page."""

import re
import uuid
from datetime import date, timedelta
from io import BytesIO

import openpyxl
import pypdf
import pytest
from sqlalchemy import func, select

from heatdesk.approvals import kinds, words
from heatdesk.approvals.forms import as_arguments
from heatdesk.approvals.models import Attachment, ChangeRequest, Decision, Delegation
from heatdesk.approvals.rules.states import RequestState, Verdict
from heatdesk.auth.permissions import Role
from heatdesk.dates import today
from heatdesk.db import db
from tests import factories
from tests.approvals.office import FAKES, PDF, approve, delegate, vote
from tests.approvals.test_deciding import sheet
from tests.conftest import Person, text_of


@pytest.fixture
def person(app):
    return lambda staff: Person(app, staff)


def hidden(page, name):
    found = re.search(rf'name="{name}"[^>]*? value="([^"]*)"', page.get_data(as_text=True))
    return found[1] if found else None


def ballot(viewer, request, verdict="approve", **values):
    page = viewer.get(f"/requests/{request.id}")
    seen = {name: hidden(page, name) for name in ("seen_request", "seen_effect", "on_behalf_of")}
    return {
        "verdict": verdict,
        **{name: value for name, value in seen.items() if value is not None},
        **values,
    }


def state_of(request):
    return db.session.scalar(select(ChangeRequest.state).where(ChangeRequest.id == request.id))


def test_every_page_of_every_state_opens(office, person):
    asked = [
        office.ask(submitted=False),
        office.ask("2000.00", kind="proven_reduction", uploads=sheet()),
        vote(office.ask(), office.supervisor, Verdict.RETURN, "which flat?"),
        vote(office.ask(), office.supervisor, Verdict.REJECT, "no"),
        approve(office.ask(), office.supervisor),
    ]
    for staff in (office.clerk, office.supervisor, office.finance, office.manager):
        viewer = person(staff)
        for one in asked:
            assert viewer.get(f"/requests/{one.id}").status_code == 200
        for path in (
            "/requests",
            "/requests/all",
            "/requests/new",
            "/approvals",
            "/approvals/delegations",
            "/approvals/rules",
        ):
            assert viewer.get(path).status_code == 200, path


def test_the_inbox_counts_and_leads_to_the_decision(office, person):
    request = office.ask()
    boss = person(office.supervisor)
    inbox = boss.get("/approvals")
    assert request.number in text_of(inbox)
    assert '<span class="count">1' in inbox.get_data(as_text=True)
    answer = boss.post(f"/approvals/{request.id}/decide", ballot(boss, request))
    assert answer.status_code == 302
    assert "you approved it" in text_of(boss.get(answer.headers["Location"]))
    assert state_of(request) == RequestState.APPLIED


def test_pressed_twice_is_decided_once(office, person):
    request = office.ask()
    boss = person(office.supervisor)
    form = {**ballot(boss, request), "request_id": str(uuid.uuid4())}
    first, second = (boss.post(f"/approvals/{request.id}/decide", form) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 1
    assert (
        boss.post(f"/approvals/{request.id}/decide", {**form, "request_id": str(uuid.uuid4())}).status_code
        == 409
    )


def test_a_stale_page_is_refused_in_words(office, person):
    request = office.ask()
    boss = person(office.supervisor)
    form = ballot(boss, request, seen_effect="other")
    answer = boss.post(f"/approvals/{request.id}/decide", form)
    assert answer.status_code == 409
    assert "no longer what your page showed" in text_of(answer)
    assert state_of(request) == RequestState.SUBMITTED


def test_returning_needs_a_reason_and_comes_back_to_the_applicant(office, person):
    request = office.ask()
    boss, clerk = person(office.supervisor), person(office.clerk)
    assert boss.post(f"/approvals/{request.id}/decide", ballot(boss, request, "return")).status_code == 422
    boss.post(
        f"/approvals/{request.id}/decide", ballot(boss, request, "return", reason="the sheet is not signed")
    )
    page = clerk.get(f"/requests/{request.id}")
    assert "the sheet is not signed" in text_of(page)
    assert '<span class="count">1' in page.get_data(as_text=True)


def test_an_edited_request_is_submitted_again(office, person):
    request = office.ask(kind="proven_reduction", uploads=sheet())
    vote(request, office.supervisor, Verdict.RETURN, "wrong amount")
    clerk = person(office.clerk)
    page = clerk.get(f"/requests/{request.id}/edit")
    old = db.session.scalars(select(Attachment)).one()
    form = {
        "card_no": request.target_label,
        "amount": "90.00",
        "reason": "right now",
        "seen": hidden(page, "seen"),
        "drop": str(old.id),
        "evidence-sheet": (BytesIO(PDF + b" signed"), "signed.pdf"),
    }
    answer = clerk.post(f"/requests/{request.id}/edit", form, content_type="multipart/form-data")
    assert answer.status_code == 302, text_of(answer)
    assert (
        clerk.post(f"/requests/{request.id}/edit", {**form, "evidence-sheet": (BytesIO(), "")}).status_code
        == 409
    )
    shown = clerk.get(f"/requests/{request.id}")
    assert clerk.post(f"/requests/{request.id}/submit", {"seen": hidden(shown, "seen")}).status_code == 302
    db.session.refresh(request)
    assert (request.state, request.revision, str(request.amount)) == ("submitted", 2, "90.00")


def test_a_draft_whose_effect_changed_is_looked_at_again(office, person):
    request = office.ask(submitted=False)
    answer = person(office.clerk).post(f"/requests/{request.id}/submit", {"seen": "other"})
    assert answer.status_code == 409


def test_withdrawing(office, person):
    request = office.ask()
    assert person(office.colleague).post(f"/requests/{request.id}/withdraw").status_code == 409
    assert person(office.clerk).post(f"/requests/{request.id}/withdraw").status_code == 302
    assert state_of(request) == RequestState.WITHDRAWN


def test_wrong_states_are_refused(office, person):
    request = approve(office.ask(), office.supervisor)
    clerk = person(office.clerk)
    for verb in ("edit", "submit", "withdraw"):
        assert clerk.post(f"/requests/{request.id}/{verb}", {"seen": ""}).status_code == 409, verb
    assert clerk.get(f"/requests/{request.id}/edit").status_code == 409


def test_wrong_roles_are_refused(office, person):
    request = office.ask()
    administrator, cashier = (
        person(office.administrator),
        person(factories.make_staff(Role.CASHIER, office.branch)),
    )
    for path in ("/requests", "/requests/all", f"/requests/{request.id}", "/approvals", "/approvals/rules"):
        assert administrator.get(path).status_code == 403, path
    assert cashier.get("/approvals").status_code == 403
    assert cashier.post(f"/approvals/{request.id}/decide", {"verdict": "approve"}).status_code == 403
    assert cashier.get("/requests/new/approval_rule").status_code == 403


def test_another_branch_finds_nothing(office, person):
    request = office.ask(kind="proven_reduction", uploads=sheet())
    file = db.session.scalars(select(Attachment)).one()
    stranger = person(factories.make_staff(Role.SUPERVISOR, factories.make_branch()))
    for path in ("", "/edit", "/paper", f"/files/{file.id}"):
        assert stranger.get(f"/requests/{request.id}{path}").status_code == 404, path
    for path in (
        f"/requests/{request.id}/withdraw",
        f"/requests/{request.id}/submit",
        f"/approvals/{request.id}/decide",
    ):
        assert stranger.post(path, {"verdict": "approve"}).status_code == 404, path
    assert request.number not in text_of(stranger.get("/requests/all"))
    assert request.number not in text_of(stranger.get("/approvals"))


def test_a_file_of_another_request_is_not_there(office, person):
    request = office.ask(kind="proven_reduction", uploads=sheet())
    file, other = db.session.scalars(select(Attachment)).one(), office.ask()
    viewer = person(office.clerk)
    shown = viewer.get(f"/requests/{request.id}/files/{file.id}")
    assert (shown.data, shown.mimetype) == (PDF, "application/pdf")
    assert viewer.get(f"/requests/{other.id}/files/{file.id}").status_code == 404


def test_one_who_may_not_decide_sees_no_buttons(office, person):
    request = office.ask(by=office.supervisor)
    assert "Approve" not in text_of(person(office.supervisor).get(f"/requests/{request.id}"))
    assert "Approve" in text_of(person(office.other_supervisor).get(f"/requests/{request.id}"))


def test_an_effect_that_is_impossible_today_is_said_before_anybody_presses(office, person):
    account = office.account("100.00")
    request = office.ask("100.00", account=account)
    approve(office.ask("50.00", account=account, kind="proven_reduction", uploads=sheet()), office.supervisor)
    page = person(office.supervisor).get(f"/requests/{request.id}")
    assert "Only 50.00 yuan are owed." in text_of(page)
    assert "disabled" in page.get_data(as_text=True)


def test_the_list_filters_and_exports_what_it_shows(office, person):
    first, second = office.ask("100.00"), approve(office.ask("200.00"), office.supervisor)
    viewer = person(office.manager)
    assert first.number in text_of(viewer.get("/requests/all"))
    for query in (
        "state=applied",
        f"q={second.number}",
        f"q={second.target_label}",
        "kind=area",
        f"first={today() + timedelta(1)}",
    ):
        assert first.number not in text_of(viewer.get(f"/requests/all?{query}")), query
    assert second.number in text_of(viewer.get("/requests/all?state=applied"))
    assert viewer.get("/requests/all?state=x&kind=y&first=z").status_code == 200
    workbook = openpyxl.load_workbook(BytesIO(viewer.get("/requests/all/export?state=applied").data))
    rows = list(workbook.active.iter_rows(values_only=True))
    assert [row[0] for row in rows[1:]] == [second.number]


def test_the_lists_cost_no_query_per_row(office, person, count_queries):
    viewer = person(office.supervisor)
    for path in ("/approvals", "/requests/all"):
        office.ask()
        viewer.get(path)
        with count_queries() as few:
            viewer.get(path)
        for _ in range(5):
            office.ask()
        with count_queries() as many:
            viewer.get(path)
        assert len(few) == len(many), path


def test_a_deputy_is_named_sees_the_inbox_and_decides(office, person):
    request = office.ask()
    boss, deputy = person(office.supervisor), person(office.finance)
    form = {
        "to_id": office.finance.id,
        "valid_from": today(),
        "valid_to": today(),
        "max_amount": "500",
        "kinds": [],
    }
    assert boss.post("/approvals/delegations", form).status_code == 302
    assert office.finance.name in text_of(boss.get("/approvals/delegations"))
    assert f"deputy of {office.supervisor.name}" in text_of(deputy.get("/approvals"))
    assert deputy.post(f"/approvals/{request.id}/decide", ballot(deputy, request)).status_code == 302
    assert state_of(request) == RequestState.APPLIED
    assert f"{office.finance.name} for {office.supervisor.name}" in text_of(
        deputy.get(f"/requests/{request.id}")
    )


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"valid_to": "2020-01-01", "valid_from": "2020-01-01"}, "ends on its last day"),
        ({"valid_to": "2099-01-01"}, "a year at most"),
        ({"max_amount": "-5"}, "between"),
    ],
)
def test_a_delegation_that_cannot_be_is_refused_on_its_form(office, person, values, says):
    form = {"to_id": office.finance.id, "valid_from": today(), "valid_to": today(), **values}
    answer = person(office.supervisor).post("/approvals/delegations", form)
    assert answer.status_code == 422
    assert says in text_of(answer)


def test_an_administrator_or_a_stranger_cannot_be_a_deputy(office, person):
    stranger = factories.make_staff(Role.SUPERVISOR, factories.make_branch())
    boss = person(office.supervisor)
    for nobody in (office.administrator, stranger, office.supervisor):
        form = {"to_id": nobody.id, "valid_from": today(), "valid_to": today()}
        assert boss.post("/approvals/delegations", form).status_code == 422
    assert db.session.scalar(select(func.count()).select_from(Delegation)) == 0


def test_who_may_end_a_delegation(office, person):
    delegation = delegate(office.supervisor, office.finance)
    path = f"/approvals/delegations/{delegation.id}/end"
    assert person(office.finance).post(path).status_code == 403
    assert person(factories.make_staff(Role.MANAGER, factories.make_branch())).post(path).status_code == 404
    assert person(office.manager).post(path).status_code == 302
    assert db.session.scalar(select(Delegation.ended_at).where(Delegation.id == delegation.id)) is not None


def test_the_paper_says_who_asked_what_changes_and_who_decided(office, person):
    request = office.ask("2000.00", kind="proven_reduction", uploads=sheet())
    approve(request, office.supervisor)
    answer = person(office.clerk).get(f"/requests/{request.id}/paper")
    pages = pypdf.PdfReader(BytesIO(answer.data)).pages
    said = "".join(page.extract_text() for page in pages)
    for word in (
        request.number,
        office.clerk.name,
        office.supervisor.name,
        "48,000.00",
        "测温单.pdf",
        "签字",
    ):
        assert word in said, word
    assert len(pages) == 1
    assert "�" not in said


def test_kinds_stand_in_groups_with_a_sentence_each(office, person):
    """Every kind that can be asked for belongs somewhere; only those of the tests' own stand under “Other”."""
    names = [one.name for one in kinds.registered()]
    groups = {str(title): members for title, members in words.grouped(names)}
    assert set(groups.pop("Other")) == {one.name for one in FAKES}
    members = [name for group in groups.values() for name in group]
    assert sorted(members) == sorted(set(names) - {one.name for one in FAKES})
    assert set(members) <= set(words.KIND_SENTENCES)
    page = text_of(person(office.clerk).get("/requests/new"))
    assert "Facts" in page
    assert "from a day on" in page


def test_the_effect_of_a_form_is_shown_before_it_is_saved(office, person):
    account = office.account()
    clerk = person(office.clerk)
    form = {"card_no": account.card_no, "amount": "100.00"}
    assert "Fill in the form" in text_of(clerk.get("/requests/new/reduction/effect"))
    shown = clerk.get("/requests/new/reduction/effect", query_string=form)
    assert "49,900.00" in text_of(shown)
    assert "程超杰" in text_of(shown)
    refused = clerk.get("/requests/new/reduction/effect", query_string={**form, "amount": "50000.01"})
    assert "Only 50000.00 yuan are owed" in text_of(refused)
    assert db.session.scalar(select(func.count()).select_from(ChangeRequest)) == 0


def test_a_carried_out_request_leads_to_those_that_take_it_back(office, person):
    request = approve(office.ask(), office.supervisor)
    assert "Take back by" not in text_of(person(office.clerk).get(f"/requests/{request.id}"))
    assert as_arguments(
        {
            "name": "x",
            "day": date(2026, 11, 1),
            "no": False,
            "yes": True,
            "none": None,
            "parts": [{"kind": "balcony", "heated": True}],
            "level_1": {"role": "finance"},
            "phones": ["1", "2"],
        }
    ) == {
        "name": "x",
        "day": "2026-11-01",
        "yes": "y",
        "parts-0-kind": "balcony",
        "parts-0-heated": "y",
        "level_1-role": "finance",
        "phones": "1，2",
    }
