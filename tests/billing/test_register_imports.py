"""Bringing a register in: exact counts of the sample, nothing changed by the second time, all or nothing."""

import threading
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from heatdesk import jobs
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import (
    ArrearsDiffer,
    ImportApplied,
    ImportNotChecked,
    ImportWithdrawn,
    NoDayForOpening,
    PrepaymentsDiffer,
    RegisterHasErrors,
    RegisterMoved,
)
from heatdesk.billing.models import ImportBatch
from heatdesk.billing.services import register_imports, register_writing, verification
from heatdesk.billing.services.register_files import suggest_mapping
from heatdesk.billing.services.register_opening import ControlTotals
from heatdesk.db import db, transaction
from heatdesk.errors import Missing
from heatdesk.sheets import read_sheet
from tests import factories, registers
from tests.files import HEADER, household, workbook
from tests.registers import (
    FROM,
    SAMPLE,
    bring_in,
    checked,
    counts,
    fingerprint,
    one,
    register,
    rows,
    sentences,
)


@pytest.fixture
def head_office(app):
    return factories.make_staff(Role.BILLING_CLERK, None)


@pytest.fixture
def branch_clerk(app, branch):
    return factories.make_staff(Role.BILLING_CLERK, branch)


def in_branch(name, *lines):
    """A register whose first column names the branch."""
    return workbook([("分公司", *HEADER), *[[name, *line] for line in lines]])


def test_the_sample_comes_in_whole(own_app):
    with transaction():
        clerk = factories.make_staff(Role.BILLING_CLERK, None)
        factories.make_season(2024)
        batch = bring_in(SAMPLE.read_bytes(), clerk, name=SAMPLE.name)
        assert counts(batch) == {
            "rows_read": 3_000, "new": 2_984, "left_out": 7, "twice": 9, "errors": 7, "warnings": 74,
        }  # fmt: skip
        assert batch.report["applied"]["accounts"] == 2_984
        assert batch.report["applied"]["places"] == {
            "branch": 1, "office": 3, "heat_source": 2, "station": 5, "district": 3, "community": 8, "building": 240,
        }  # fmt: skip
    for table, expected in {
        "account": 2_984,
        "customer": 2_984,
        "premises": 2_984,
        "supply_term": 2_984,
    }.items():
        assert one(f"select count(*) from {table}") == expected, table  # noqa: S608
    assert one("select count(*) from account_search") == 2_984
    assert one("select sum(building_area_m2) from supply_term") == Decimal("326144.95")
    assert dict(rows("select state, count(*) from supply_term group by 1")) == {
        "supplied": 2_668, "suspended": 257, "cut": 44, "demolished": 15,
    }  # fmt: skip
    assert rows("select kind, heated, count(*) from area_part group by 1, 2") == [("balcony", False, 1_459)]
    assert rows("select count(*), sum(charged), sum(paid) from bill") == [
        (186, Decimal("527602.66"), Decimal("0.00"))
    ]
    assert rows("select count(*), sum(balance) from prepayment") == [(174, Decimal("147943.50"))]
    assert rows("select kind, branch_id, count(*) from journal group by 1, 2") == [("opening", 1, 1)]
    assert rows("select debit, credit, item, count(*) from entry group by 1, 2, 3 order by 1") == [
        ("1122", "3999", "heat", 186), ("3999", "2203", None, 174),
    ]  # fmt: skip
    assert rows("select floor, unit, address from premises where room = '1604' order by id limit 1") == [
        (16, "3单元", "兴工里 26号楼 3单元 1604")
    ]
    assert one("select remark from account where remark like '=cmd%' limit 1") == "=cmd|' /C calc'!A0"
    assert one("select name_initials from customer where name = '程超杰'") == "ccj"
    broken = [(outcome.id, outcome.cases) for outcome in verification.verify() if not outcome.holds]
    assert broken == []


def test_the_same_file_twice_changes_nothing(app, head_office):
    factories.make_season(2024)
    content = SAMPLE.read_bytes()
    bring_in(content, head_office)
    before = fingerprint()
    second = checked(content, head_office)
    assert counts(second) == {
        "rows_read": 3_000, "unchanged": 2_984, "left_out": 7, "twice": 9, "errors": 7, "warnings": 74,
    }  # fmt: skip
    assert register_imports.applied_before(second) is not None
    registers.apply(second, head_office)
    assert fingerprint() == before


def test_a_changed_file_is_reported_cell_by_cell_and_changes_nothing(app, branch_clerk):
    bring_in(register(household()), branch_clerk)
    before = fingerprint()
    changed = household(
        户名="张立花", 建筑面积=64.95, 供热状态="报停", 状态日期=date(2026, 12, 1), 预存余额=10
    )
    batch = checked(register(changed), branch_clerk)
    assert counts(batch) == {"rows_read": 1, "different": 1, "warnings": 4}
    tail = " in the file. The register stays as it is; use a change form."
    assert sentences(batch) == [
        "Row 2, column B 户名: 张立华 in the register, 张立花" + tail,
        "Row 2, column H 建筑面积: 63.95 in the register, 64.95" + tail,
        "Row 2, column J 供热状态: 供热 in the register, 报停" + tail,
        "Row 2, column M 预存余额: 0.00 in the register, 10.00" + tail,
    ]
    registers.apply(batch, branch_clerk)
    assert fingerprint() == before


def test_a_missing_telephone_is_filled_and_another_is_not_changed(app, branch_clerk):
    bring_in(register(household(联系电话="")), branch_clerk)
    batch = checked(register(household()), branch_clerk)
    assert counts(batch) == {"rows_read": 1, "unchanged": 1, "phones": 1}
    registers.apply(batch, branch_clerk)
    assert rows("select phones from customer") == [(["13238270855"],)]
    other = bring_in(register(household(联系电话="13900000000")), branch_clerk)
    assert counts(other) == {"rows_read": 1, "different": 1, "warnings": 1}
    assert rows("select phones from customer") == [(["13238270855"],)]


def test_text_tables_in_both_encodings_give_the_same_accounts(own_app):
    sheet = read_sheet(SAMPLE, SAMPLE.name)
    lines = [",".join(sheet.header)]
    lines += [",".join(f'"{cell}"' for cell in cells) for _, cells in sheet.rows()]
    table = "\n".join(lines)
    with transaction():
        clerk_id = factories.make_staff(Role.BILLING_CLERK, None).id
        factories.make_season(2024)
    found = []
    for encoding in ("gb18030", "utf-8"):
        try:
            with transaction():
                clerk = db.session.get_one(Staff, clerk_id)
                batch = bring_in(table.encode(encoding), clerk, name="register.csv")
                assert counts(batch)["new"] == 2_984
                found.append(
                    rows(
                        "select card_no, customer.name, phones, address, floor, starts_on, state, building_area_m2 "
                        "from account join customer on customer.id = customer_id "
                        "join premises on premises.id = premises_id "
                        "join supply_term on account_id = account.id order by card_no"
                    )
                )
                raise InterruptedError
        except InterruptedError:
            continue
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("state", "since", "terms"),
    [
        ("供热", "", [("supplied", FROM, None)]),
        ("供热", date(2025, 1, 5), [("supplied", date(2025, 1, 5), None)]),
        ("报停", "", [("suspended", FROM, None)]),
        ("报停", date(2025, 1, 5), [("suspended", date(2025, 1, 5), None)]),
        ("报停", FROM, [("suspended", FROM, None)]),
        (
            "报停",
            date(2026, 12, 1),
            [("supplied", FROM, date(2026, 11, 30)), ("suspended", date(2026, 12, 1), None)],
        ),
    ],
)
def test_states_become_supply_terms(app, branch_clerk, state, since, terms):
    bring_in(register(household(供热状态=state, 状态日期=since)), branch_clerk)
    assert rows("select state, starts_on, ends_on from supply_term order by starts_on") == terms


def test_one_error_and_nothing_is_imported_unless_good_rows_are_asked_for(app, branch_clerk):
    batch = checked(register(household(), household(用户编号="01073174508", 建筑面积=-1)), branch_clerk)
    before = fingerprint()
    with pytest.raises(RegisterHasErrors):
        registers.apply(batch, branch_clerk, only_good_rows=False)
    assert fingerprint() == before
    registers.apply(batch, branch_clerk)
    assert rows("select card_no from account") == [("01073174507",)]
    assert batch.content is not None, "the rows left out can still be downloaded"


def test_control_totals_must_equal_what_would_be_booked(app, branch, branch_clerk):
    factories.make_season(2024)
    factories.open_day(branch)
    owing = household(**{"2024-2025陈欠": 1409.5, "预存余额": 20})
    batch = checked(register(owing), branch_clerk)
    with pytest.raises(ArrearsDiffer, match=r"you typed 1,409\.00, the file would book 1,409\.50"):
        registers.apply(batch, branch_clerk, arrears={"2024-2025": Decimal(1409)})
    with pytest.raises(ArrearsDiffer, match=r"2023-2024: you typed 1\.00, the file would book 0\.00"):
        registers.apply(
            batch, branch_clerk, arrears={"2024-2025": Decimal("1409.5"), "2023-2024": Decimal(1)}
        )
    with pytest.raises(PrepaymentsDiffer, match=r"you typed 0\.00, the file would book 20\.00"):
        registers.apply(batch, branch_clerk, prepayments=None)
    assert one("select count(*) from account") == 0
    registers.apply(batch, branch_clerk)
    assert rows("select charged from bill") == [(Decimal("1409.50"),)]


def test_a_missing_season_keeps_its_rows_out_and_says_what_to_do(app, branch, branch_clerk):
    factories.open_day(branch)
    batch = checked(
        register(household(**{"2024-2025陈欠": 5}), household(用户编号="2", 房号="101")), branch_clerk
    )
    assert counts(batch) == {"rows_read": 2, "new": 1, "left_out": 1, "errors": 1}
    assert batch.report["missing_seasons"] == ["2024-2025"]
    assert "Create the season first" in sentences(batch)[0]


def test_money_needs_an_open_business_day(app, branch, branch_clerk):
    factories.make_season(2024)
    batch = checked(register(household(预存余额=20)), branch_clerk)
    assert batch.report["days"] == {"to_open": [], "closed": [branch.name]}
    with pytest.raises(NoDayForOpening, match=branch.name):
        registers.apply(batch, branch_clerk)
    assert one("select count(*) from account") == 0


def test_a_new_branch_with_money_gets_its_first_business_day(app, head_office):
    batch = checked(in_branch("新区分公司", household(预存余额=20)), head_office)
    assert batch.report["days"] == {"to_open": ["新区分公司"], "closed": []}
    registers.apply(batch, head_office)
    assert rows("select name, state, opened_by from business_day join branch on branch.id = branch_id") == [
        ("新区分公司", "open", head_office.id)
    ]


def test_a_new_branch_without_money_gets_no_business_day(app, head_office):
    bring_in(in_branch("新区分公司", household()), head_office)
    assert one("select count(*) from business_day") == 0


def test_a_clerk_of_a_branch_brings_in_that_branch_alone(app, branch, branch_clerk, head_office):
    batch = checked(in_branch("别的分公司", household()), branch_clerk)
    assert "Leave the row to that branch or to head office" in sentences(batch)[0]
    bring_in(in_branch("别的分公司", household()), head_office)
    batch = checked(register(household()), branch_clerk)
    assert "belongs to another branch" in sentences(batch)[0]


def test_a_building_of_another_branch_stays_there(app, branch, branch_clerk, head_office):
    bring_in(in_branch("别的分公司", household()), head_office)
    lines = ["行政区", *HEADER], ["", *household(用户编号="2", 房号="101")]
    batch = checked(workbook(lines), branch_clerk)
    assert counts(batch) == {"rows_read": 1, "left_out": 1, "errors": 1}
    assert f"the building 26号楼 belongs to 别的分公司, not to {branch.name}" in sentences(batch)[0]


def test_head_office_must_say_the_branch(app, head_office):
    batch = checked(register(household()), head_office)
    assert counts(batch) == {"rows_read": 1, "left_out": 1, "errors": 1}
    assert "names no branch" in sentences(batch)[0]


def test_two_cards_at_one_address_get_a_flat_each(app, branch_clerk):
    bring_in(register(household(), household(用户编号="01073174508")), branch_clerk)
    bring_in(register(household(用户编号="01073174509")), branch_clerk)
    assert rows("select room, floor, address from premises order by id") == [
        ("1604", 16, "兴工里 26号楼 3单元 1604"),
        ("1604（2）", 16, "兴工里 26号楼 3单元 1604（2）"),
        ("1604（3）", 16, "兴工里 26号楼 3单元 1604（3）"),
    ]


def test_an_empty_flat_is_taken_again(app, branch_clerk):
    bring_in(register(household()), branch_clerk)
    db.session.execute(text("update account set closed_on = opened_on"))
    bring_in(register(household(用户编号="01073174508")), branch_clerk)
    assert rows("select count(*), count(distinct premises_id) from account") == [(2, 1)]


def test_what_has_only_an_address_stands_in_a_building_without_name(app, branch, branch_clerk):
    header = ("卡号", "户名", "地址", "面积", "身份证号", "电话")
    shop = ["77", "和平药店", "和平大街１８号", 120, "210102199001011234", "13800000001"]
    store = ["78", "和平药店", "和平大街20号", 80, "210102199001011234", "13800000002"]
    bring_in(workbook([header, shop, store]), branch_clerk)
    assert rows(
        "select building.name, room, address from premises join building on building.id = building_id"
    ) == [
        (f"未登记（{branch.name} 未登记）", "和平大街18号", "和平大街18号"),
        (f"未登记（{branch.name} 未登记）", "和平大街20号", "和平大街20号"),
    ]
    assert rows("select kind, name, phones from customer") == [
        ("organisation", "和平药店", ["13800000001", "13800000002"])
    ]


def test_a_withdrawn_file_keeps_no_content(app, branch_clerk):
    batch = checked(register(household()), branch_clerk)
    register_imports.withdraw(batch, branch_clerk)
    assert (batch.content, batch.report) == (None, None)
    with pytest.raises(ImportWithdrawn):
        register_imports.check(batch, branch_clerk)


def test_a_file_is_checked_before_and_applied_once(app, branch_clerk):
    batch = register_imports.upload("register.xlsx", register(household()), branch_clerk)
    with pytest.raises(ImportNotChecked):
        register_imports.apply(batch, only_good_rows=True, confirmed=ControlTotals({}), by=branch_clerk)
    batch = bring_in(register(household()), branch_clerk)
    with pytest.raises(ImportApplied):
        registers.apply(batch, branch_clerk)


def test_a_register_that_moved_since_the_check_is_refused(app, branch_clerk):
    first, second = (checked(register(household()), branch_clerk) for _ in range(2))
    registers.apply(first, branch_clerk)
    with pytest.raises(RegisterMoved, match="1 accounts would have been new, now 0"):
        registers.apply(second, branch_clerk)


def test_the_columns_are_remembered_by_header_and_branch(app, branch, branch_clerk, head_office):
    header = (batch := checked(register(household()), branch_clerk)).report["file"]["header"]
    changed = register_imports.confirmed_mapping(batch)
    kept = type(changed)(changed.header, {**changed.fields}, {}, changed.assumed)
    register_imports.confirm_mapping(batch, kept, FROM)
    assert suggest_mapping(tuple(header), branch_clerk) == (kept, True)
    mapping, remembered = suggest_mapping(tuple(header), head_office)
    assert (remembered, "2024-2025" in mapping.arrears) == (False, True)


def test_another_branchs_batch_is_missing(app, branch_clerk, head_office):
    batch = checked(register(household()), branch_clerk)
    stranger = factories.make_staff(Role.BILLING_CLERK, factories.make_branch())
    assert register_imports.get(batch.id, head_office).id == batch.id
    with pytest.raises(Missing):
        register_imports.get(batch.id, stranger)


def committed(own_app, content) -> tuple[int, int]:
    """A checked batch and its clerk, for all to see."""
    with transaction():
        branch = factories.make_branch()
        factories.open_day(branch)
        clerk = factories.make_staff(Role.BILLING_CLERK, branch)
        batch = checked(content, clerk)
        return batch.id, clerk.id


def test_killed_in_the_middle_and_nothing_is_there(own_app, monkeypatch):
    batch_id, clerk_id = committed(own_app, register(household(预存余额=20)))
    before = fingerprint()
    url = own_app.config["SQLALCHEMY_DATABASE_URI"]
    written = register_writing.write

    def write_and_die(reason):
        done = written(reason)
        pid = db.session.scalar(text("select pg_backend_pid()"))
        killer = create_engine(url, isolation_level="AUTOCOMMIT")
        with killer.connect() as connection:
            connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": pid})
        killer.dispose()
        return done

    monkeypatch.setattr(register_writing, "write", write_and_die)
    with pytest.raises(DBAPIError), transaction():
        clerk = db.session.get_one(Staff, clerk_id)
        registers.apply(register_imports.get(batch_id, clerk, lock=True), clerk)
    monkeypatch.undo()
    db.session.remove()
    assert fingerprint() == before
    with transaction():
        clerk = db.session.get_one(Staff, clerk_id)
        registers.apply(register_imports.get(batch_id, clerk, lock=True), clerk)
    assert one("select count(*) from account") == 1


def test_two_clerks_apply_one_batch_and_it_comes_in_once(own_app):
    batch_id, clerk_id = committed(own_app, register(household()))
    start = threading.Barrier(2)
    answers = []

    def press():
        with own_app.app_context():
            try:
                with transaction():
                    clerk = db.session.get_one(Staff, clerk_id)
                    start.wait()
                    registers.apply(register_imports.get(batch_id, clerk, lock=True), clerk)
                answers.append("imported")
            except ImportApplied:
                answers.append("refused")
            finally:
                db.session.remove()

    threads = [threading.Thread(target=press) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["imported", "refused"]
    assert one("select count(*) from account") == 1


def test_as_a_job_it_comes_in_once_however_often_it_is_repeated(own_app):
    batch_id, clerk_id = committed(own_app, register(household()))
    with transaction():
        confirmed = ControlTotals({}).to_dict()
        arguments = {"batch_id": batch_id, "only_good_rows": True, "confirmed": confirmed}
        job = jobs.enqueue(register_imports.APPLY_JOB, arguments, title="Import", by=clerk_id)
        job_id = job.id
    jobs.execute(job_id)
    with transaction():
        db.session.execute(text("update job set state = 'running'"))
    jobs.execute(job_id)
    db.session.expire_all()
    job = db.session.get_one(jobs.Job, job_id)
    assert (job.state, job.done, job.total) == (jobs.JobState.DONE, 95, 100)
    assert one("select count(*) from account") == 1
    assert db.session.get_one(ImportBatch, batch_id).applied_by == clerk_id
