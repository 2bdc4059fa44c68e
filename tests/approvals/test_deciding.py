"""The eleven rules of the engine, each kept and each broken (research: approvals §13.2)."""

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from sqlalchemy import func, select

from heatdesk.approvals import kinds
from heatdesk.approvals.errors import (
    AlreadyApplied,
    AlreadyDecided,
    AnotherIsOpen,
    AppliesAlone,
    DeputyOfApplicant,
    EffectChanged,
    EffectDiffers,
    EvidenceMissing,
    FileNotTaken,
    NoDelegation,
    NotEditable,
    NotWaiting,
    OnlyApplicantWithdraws,
    OverDelegatedAmount,
    OwnRequest,
    ReasonMissing,
    RequestExpired,
    StaleRequest,
    TookPart,
    WrongDepartment,
)
from heatdesk.approvals.models import Decision, RequestEffect
from heatdesk.approvals.rules.states import RequestState, Verdict
from heatdesk.approvals.services import deciding, effects, files, history, lists, people, requests
from heatdesk.approvals.services.files import Upload
from heatdesk.auth.models import Department
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Bill, Journal
from heatdesk.dates import now, today
from heatdesk.db import db
from heatdesk.errors import Missing, NotAllowed
from tests import factories
from tests.approvals.office import OWED, PDF, TooLittleOwed, approve, delegate, open_season_id, vote


def bill_of(request):
    return db.session.get_one(Bill, (open_season_id(), request.payload["account_id"]), populate_existing=True)


def taken_off(request):
    """By how much the household's old debt was lowered, yuan."""
    return Decimal(OWED) - bill_of(request).charged


def waiting_numbers(staff):
    return [row[0].number for row in db.session.execute(lists.waiting_for(staff))]


def test_the_last_approval_moves_the_books_by_what_was_shown(office):
    request = office.ask("100.00")
    approve(request, office.supervisor)
    assert request.state == RequestState.APPLIED
    assert taken_off(request) == Decimal("100.00")
    journal = db.session.scalars(select(Journal).where(Journal.change_request_id == request.id)).one()
    assert journal.effect == "whole"


def test_each_level_waits_for_the_one_before(office):
    request = office.ask("12000.00")
    for number, person in enumerate((office.supervisor, office.finance, office.manager), start=1):
        assert request.current_level == number
        assert taken_off(request) == 0
        approve(request, person)
    assert taken_off(request) == Decimal("12000.00")


# Rule 1: nobody decides what he asked for


def test_an_applicant_does_not_decide(office):
    request = office.ask(by=office.supervisor)
    with pytest.raises(OwnRequest):
        approve(request, office.supervisor)
    approve(request, office.other_supervisor)


def test_whoever_edited_the_revision_does_not_decide(office):
    request = office.ask(submitted=False)
    requests.edit(request, request.payload, "colder than thought", by=office.supervisor)
    requests.submit(request, by=office.clerk)
    with pytest.raises(OwnRequest):
        approve(request, office.supervisor)
    approve(request, office.other_supervisor)


def test_nobody_decides_in_the_name_of_an_applicant(office):
    request = office.ask(by=office.supervisor)
    delegate(office.supervisor, office.other_finance)
    with pytest.raises(DeputyOfApplicant):
        approve(request, office.other_finance, office.supervisor)


def test_an_applicant_does_not_decide_as_a_deputy(office):
    request = office.ask(by=office.clerk)
    delegate(office.supervisor, office.clerk)
    with pytest.raises(OwnRequest):
        approve(request, office.clerk, office.supervisor)


# Rule 2: one person once, deputy and principal counted as one


def test_the_same_person_does_not_decide_two_levels_through_a_deputy(office):
    request = office.ask("2000.00")
    delegate(office.finance, office.supervisor)
    approve(request, office.supervisor)
    with pytest.raises(AlreadyDecided):
        approve(request, office.supervisor, office.finance)
    approve(request, office.finance)


def test_a_principal_whose_deputy_decided_does_not_decide_again(office):
    request = office.ask("2000.00")
    office.finance.role, office.finance.department_id = Role.SUPERVISOR, office.supervisor.department_id
    db.session.flush()
    delegate(office.finance, office.other_finance)
    approve(request, office.other_finance, office.finance)
    with pytest.raises(AlreadyDecided):
        approve(request, office.other_finance)


# Rule 3: a deputy needs a delegation for now, this kind and amount


def test_a_deputy_decides_in_the_principals_name(office):
    request = office.ask("2000.00")
    approve(request, office.supervisor)
    delegate(office.finance, office.other_supervisor, kinds=["reduction"], max_amount=Decimal("2000.00"))
    approve(request, office.other_supervisor, office.finance)
    assert request.state == RequestState.APPLIED


@pytest.mark.parametrize(
    ("limits", "refusal"),
    [
        ({"kinds": ["area"]}, NoDelegation),
        ({"valid_from": timedelta(1), "valid_to": timedelta(2)}, NoDelegation),
        ({"max_amount": Decimal("99.99")}, OverDelegatedAmount),
    ],
)
def test_a_delegation_has_limits(office, limits, refusal):
    request = office.ask("100.00")
    values = {
        name: today() + value if isinstance(value, timedelta) else value for name, value in limits.items()
    }
    delegate(office.supervisor, office.other_finance, **values)
    with pytest.raises(refusal):
        approve(request, office.other_finance, office.supervisor)


def test_without_a_delegation_nobody_is_a_deputy(office):
    with pytest.raises(NoDelegation):
        approve(office.ask(), office.other_finance, office.supervisor)


def test_an_ended_delegation_is_none(office):
    request = office.ask()
    delegation = delegate(office.supervisor, office.other_finance)
    people.end_delegation(delegation.id, office.supervisor)
    with pytest.raises(NoDelegation):
        approve(request, office.other_finance, office.supervisor)


def test_a_delegation_that_runs_out_between_page_and_click_is_none(office):
    request = office.ask()
    delegate(office.supervisor, office.other_finance)
    seen = deciding.seen_now(request)
    assert deciding.identities(request, office.other_finance)
    with time_machine.travel(now() + timedelta(days=1)), pytest.raises(NoDelegation):
        vote(request, office.other_finance, Verdict.APPROVE, on_behalf_of=office.supervisor, seen=seen)


def test_delegations_make_no_chain(office):
    request = office.ask()
    delegate(office.supervisor, office.other_finance)
    delegate(office.other_finance, office.manager)
    with pytest.raises(NoDelegation):
        approve(request, office.manager, office.supervisor)


# Rule 4: department, branch, those who took part; the administrator decides nothing


@pytest.mark.parametrize("who", ["finance", "manager"])
def test_another_role_does_not_decide_this_level(office, who):
    with pytest.raises(WrongDepartment):
        approve(office.ask(), getattr(office, who))


def test_another_department_does_not_decide_this_level(office):
    counter = db.session.scalars(select(Department).where(Department.code == "counter")).one()
    office.supervisor.department_id = counter.id
    db.session.flush()
    with pytest.raises(WrongDepartment):
        approve(office.ask(), office.supervisor)


def test_the_administrator_decides_nothing(office):
    with pytest.raises(NotAllowed):
        approve(office.ask(), office.administrator)


def test_another_branch_sees_nothing(office):
    stranger = factories.make_staff(Role.SUPERVISOR, factories.make_branch())
    with pytest.raises(Missing):
        approve(office.ask(), stranger)


def test_head_office_decides_everywhere(office):
    approve(office.ask(), factories.make_staff(Role.SUPERVISOR, None))


def test_somebody_who_left_decides_nothing(office):
    office.supervisor.is_active = False
    db.session.flush()
    with pytest.raises(NotAllowed):
        approve(office.ask(), office.supervisor)


def test_whoever_took_part_does_not_decide(office):
    request = office.ask(took_part=[office.supervisor.id])
    with pytest.raises(TookPart):
        approve(request, office.supervisor)
    delegate(office.other_supervisor, office.supervisor)
    with pytest.raises(TookPart):
        approve(request, office.supervisor, office.other_supervisor)
    approve(request, office.other_supervisor)


def test_whoever_took_part_does_not_apply_alone(office):
    request = office.ask(took_part=[office.clerk.id], submitted=False)
    with pytest.raises(AppliesAlone):
        requests.submit(request, by=office.clerk)
    requests.submit(request, by=office.colleague)


# Rule 5: what was seen is what is decided


def test_a_stale_page_decides_nothing(office):
    request = office.ask("2000.00")
    seen = deciding.seen_now(request)
    approve(request, office.supervisor)
    with pytest.raises(StaleRequest):
        vote(request, office.finance, Verdict.APPROVE, seen=seen)


def test_an_effect_that_changed_since_the_page_is_looked_at_again(office):
    request = office.ask("100.00")
    seen = deciding.seen_now(request)
    approve(
        office.ask("30.00", account=account_of(request), kind="proven_reduction", uploads=sheet()),
        office.supervisor,
    )
    with pytest.raises(StaleRequest):
        vote(request, office.supervisor, Verdict.APPROVE, seen=seen)
    approve(request, office.supervisor)


def test_an_amount_that_changed_since_submission_is_submitted_again(office, monkeypatch):
    request = office.ask("100.00")
    seen = deciding.seen_now(request)
    monkeypatch.setattr("tests.approvals.office.Reduction.amount", lambda *_arguments: Decimal("101.00"))
    with pytest.raises(EffectChanged, match=r"100.00 yuan; today it would move 101.00"):
        vote(request, office.supervisor, Verdict.APPROVE, seen=seen)


# Rule 6: one open request per kind and target


def test_a_second_request_about_the_same_waits(office):
    first = office.ask()
    second = office.ask(account=account_of(first), submitted=False)
    with pytest.raises(AnotherIsOpen, match=first.number):
        requests.submit(second, by=office.clerk)
    requests.withdraw(first, by=office.clerk)
    requests.submit(second, by=office.clerk)


# Rule 7: splitting is added up


def test_three_times_9900_count_as_29700(office):
    customer = office.account().customer_id
    asked = [office.ask("9900.00", account=account_for(office, customer)) for _ in range(3)]
    assert [one.level_amount for one in asked] == [Decimal(9900), Decimal(19800), Decimal(29700)]
    assert [len(one.levels) for one in asked] == [2, 3, 3]


def test_after_thirty_days_nothing_is_added_up(office):
    customer = office.account().customer_id
    office.ask("9900.00", account=account_for(office, customer))
    with time_machine.travel(now() + timedelta(days=31)):
        assert office.ask("9900.00", account=account_for(office, customer)).level_amount == Decimal(9900)


def test_other_applicants_customers_and_kinds_are_not_added_up(office):
    customer = office.account().customer_id
    office.ask("9900.00", account=account_for(office, customer))
    assert (
        office.ask("9900.00", by=office.colleague, account=account_for(office, customer)).level_amount == 9900
    )
    assert office.ask("9900.00").level_amount == 9900
    proven = office.ask(
        "9900.00", kind="proven_reduction", account=account_for(office, customer), uploads=sheet()
    )
    assert proven.level_amount == 9900


def test_refused_requests_are_not_added_up(office):
    customer = office.account().customer_id
    vote(
        office.ask("9900.00", account=account_for(office, customer)), office.supervisor, Verdict.REJECT, "no"
    )
    assert office.ask("9900.00", account=account_for(office, customer)).level_amount == 9900


@pytest.mark.parametrize(
    ("amount", "levels"), [("999.99", 1), ("1000.00", 2), ("1000.01", 2), ("9999.99", 2), ("10000.00", 3)]
)
def test_a_threshold_is_reached_to_the_fen(office, amount, levels):
    assert len(office.ask(amount).levels) == levels


# Rule 8: evidence


def test_without_its_evidence_nothing_is_submitted(office):
    request = office.ask(kind="proven_reduction", submitted=False)
    with pytest.raises(EvidenceMissing):
        requests.submit(request, by=office.clerk)
    files.attach(request, sheet("photo"), by=office.clerk.id)
    with pytest.raises(EvidenceMissing):
        requests.submit(request, by=office.clerk)
    files.attach(request, sheet(), by=office.clerk.id)
    requests.submit(request, by=office.clerk)
    approve(request, office.supervisor)


def test_evidence_is_part_of_what_is_approved(office):
    request = office.ask(kind="proven_reduction", uploads=sheet())
    other = office.ask(kind="proven_reduction", uploads=sheet(content=b"%PDF-other"))
    assert files.fingerprints(request) != files.fingerprints(other)
    assert requests.fingerprint(request, files.fingerprints(request)) == request.payload_hash


@pytest.mark.parametrize(
    "content", [b"MZ\x90 a program", b"<svg onload=alert(1)>", b"%PDF-" + b"0" * files.FILE_LIMIT]
)
def test_only_papers_and_pictures_are_evidence(office, content):
    with pytest.raises(FileNotTaken):
        office.ask(kind="proven_reduction", uploads=sheet(content=content))


# Rule 9: returned with a reason, decided anew


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REJECT])
def test_a_refusal_says_why(office, verdict):
    request = office.ask()
    with pytest.raises(ReasonMissing):
        vote(request, office.supervisor, verdict, "  ")


def test_decisions_of_an_old_revision_count_for_nothing_but_stay(office):
    request = office.ask("2000.00", kind="proven_reduction", uploads=sheet())
    approve(request, office.supervisor)
    vote(request, office.finance, Verdict.RETURN, "the sheet is not signed")
    assert request.state == RequestState.RETURNED
    requests.edit(request, {**request.payload, "amount": "2500.00"}, "signed now", by=office.colleague)
    requests.submit(request, by=office.colleague)
    assert (request.revision, request.current_level, request.amount) == (2, 1, Decimal("2500.00"))
    assert requests.editors_of(request) == {office.clerk.id, office.colleague.id}
    assert len(files.attached(request)) == 1
    approve(request, office.supervisor)
    approve(request, office.finance)
    assert request.state == RequestState.APPLIED
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 4
    assert len(history.timeline(request)) >= 4


def test_a_submitted_request_cannot_be_edited(office):
    request = office.ask()
    with pytest.raises(NotEditable):
        requests.edit(request, request.payload, "more", by=office.clerk)


def test_only_the_applicant_withdraws_and_only_in_time(office):
    request = office.ask("2000.00")
    with pytest.raises(OnlyApplicantWithdraws):
        requests.withdraw(request, by=office.colleague)
    approve(request, office.supervisor)
    approve(request, office.finance)
    with pytest.raises(OnlyApplicantWithdraws):
        requests.withdraw(request, by=office.clerk)


def test_what_nobody_decides_in_thirty_days_lapses(office):
    request = office.ask()
    with time_machine.travel(now() + timedelta(days=30, seconds=1)):
        with pytest.raises(RequestExpired):
            approve(request, office.supervisor)
        assert requests.expire(now()) == 1
        db.session.refresh(request)
        assert request.state == RequestState.EXPIRED
        assert requests.expire(now()) == 0


def test_a_lapsed_request_does_not_block_the_next(office):
    first = office.ask()
    with time_machine.travel(now() + timedelta(days=31)):
        office.ask(account=account_of(first))


# Rule 10: the effect once, exactly, or nothing at all


def test_an_effect_that_fails_takes_the_decision_back(office):
    request = office.ask(breaks=True)
    with pytest.raises(TooLittleOwed):
        approve(request, office.supervisor)
    db.session.refresh(request)
    assert request.state == RequestState.SUBMITTED
    assert db.session.scalar(select(func.count()).select_from(Decision)) == 0
    assert taken_off(request) == 0


def test_books_that_would_move_otherwise_than_shown_do_not_move(office):
    request = office.ask(lies=True)
    with pytest.raises(EffectDiffers):
        approve(request, office.supervisor)
    assert taken_off(request) == 0


def test_a_decided_request_is_not_decided_again(office):
    request = office.ask()
    seen = deciding.seen_now(request)
    approve(request, office.supervisor)
    with pytest.raises(NotWaiting):
        vote(request, office.other_supervisor, Verdict.APPROVE, seen=seen)
    with pytest.raises(AlreadyApplied):
        effects.carry_out(request, office.supervisor)


# Rule 11: batches


def test_a_row_that_no_longer_fits_is_left_out_and_reported(office):
    accounts = [office.account("100.00") for _ in range(5)]
    payload = {
        "list": "楼栋26",
        "branch_id": office.branch.id,
        "rows": [{"account_id": account.id, "amount": "60.00"} for account in accounts],
    }
    batch = requests.create(kinds.get("many_reductions"), payload, "an outage", by=office.clerk)
    requests.submit(batch, by=office.clerk)
    assert (batch.row_count, batch.row_sum, batch.amount) == (5, Decimal("-300.00"), Decimal("300.00"))
    approve(office.ask("50.00", account=accounts[1]), office.supervisor)
    approve(batch, office.supervisor)
    left_out = history.outcomes(batch, left_out_only=True)
    assert [(one.effect, one.left_out) for one in left_out] == [
        (f"account:{accounts[1].id}", "Only 50.00 yuan are owed.")
    ]
    done = db.session.scalar(
        select(func.sum(RequestEffect.amount)).where(RequestEffect.change_request_id == batch.id)
    )
    assert done == Decimal("-240.00")
    assert [bill_of_account(one).charged for one in accounts] == [40, 50, 40, 40, 40]


def test_of_many_rows_those_that_changed_are_left_out(office, monkeypatch):
    monkeypatch.setattr(effects, "ROWS_AT_ONCE", 50)
    accounts = [office.account("100.00", term=None) for _ in range(120)]
    payload = {
        "list": "停供",
        "branch_id": office.branch.id,
        "rows": [
            {"account_id": account.id, "amount": "100.01" if index % 40 == 0 else "10.00"}
            for index, account in enumerate(accounts)
        ],
    }
    batch = requests.create(kinds.get("many_reductions"), payload, "an outage", by=office.clerk)
    requests.submit(batch, by=office.clerk)
    for person in (office.supervisor, office.finance):
        approve(batch, person)
    assert batch.state == RequestState.APPLIED
    assert len(history.outcomes(batch, left_out_only=True)) == 3
    assert len(history.outcomes(batch)) == 120


# The inbox says what decide() would say


def test_the_inbox_shows_what_one_may_decide_and_as_whom(office):
    request = office.ask("2000.00")
    assert waiting_numbers(office.supervisor) == [request.number]
    assert waiting_numbers(office.finance) == []
    delegate(office.supervisor, office.manager)
    [row] = db.session.execute(lists.waiting_for(office.manager)).all()
    assert row.principal_id == office.supervisor.id
    approve(request, office.supervisor)
    assert waiting_numbers(office.manager) == []
    assert lists.count_waiting(office.finance) == 1
    assert lists.count_waiting(office.administrator) == 0


def test_inbox_and_decide_agree_for_everybody(office):
    asked = [office.ask("2000.00", by=person) for person in (office.clerk, office.supervisor, office.finance)]
    delegate(office.supervisor, office.finance)
    delegate(office.finance, office.supervisor, max_amount=Decimal("5.00"))
    approve(asked[0], office.other_supervisor)
    for person in office.everybody:
        mine = set(waiting_numbers(person)) if person.role != Role.ADMINISTRATOR else set()
        assert mine == {one.number for one in asked if deciding.identities(one, person)}, person.name


def account_of(request):
    return db.session.get_one(factories.Account, request.payload["account_id"])


def account_for(office, customer_id):
    return office.account(customer=db.session.get_one(factories.Customer, customer_id))


def bill_of_account(account):
    return db.session.get_one(Bill, (open_season_id(), account.id), populate_existing=True)


def sheet(evidence="sheet", content=PDF):
    return (Upload(evidence, "测温单.pdf", content),)
