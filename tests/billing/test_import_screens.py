"""The screens of the import: the whole way through, refusals in words, who may see what."""

import io
import re
import uuid
import zipfile
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from heatdesk.auth.permissions import Role
from heatdesk.billing.models import ImportBatch
from heatdesk.billing.rules.workflow import ImportState
from heatdesk.billing.services import register_imports
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.jobs import Job, JobState
from tests import factories
from tests.conftest import Person, text_of
from tests.files import HEADER, household, workbook
from tests.registers import one, register

PATH = "/billing/imports"


def send(person, content, name="register.xlsx", **more):
    """Upload a file as the page does."""
    data = {"file": (io.BytesIO(content), name), **more}
    return person.post(PATH, data, content_type="multipart/form-data")


def uploaded(person, content, **options) -> str:
    """The address of the batch."""
    answer = send(person, content, **options)
    assert answer.status_code == 302, text_of(answer)
    return answer.headers["Location"].removesuffix("/columns")


def fields_of(page) -> dict[str, str]:
    """What a browser would send back of the form of the columns."""
    html = page.get_data(as_text=True)
    chosen = {}
    for name, options in re.findall(r'<select[^>]*name="([^"]+)">(.*?)</select>', html, re.DOTALL):
        found = re.search(r'<option selected value="([^"]*)"', options)
        chosen[name] = found[1] if found else ""
    return {**chosen, "effective_on": "2026-11-01"}


def checked(person, content, **changes) -> str:
    path = uploaded(person, content)
    form = fields_of(person.get(f"{path}/columns"))
    answer = person.post(f"{path}/columns", {**form, **changes})
    assert answer.status_code == 302, text_of(answer)
    return path


def applied(person, content, **typed) -> str:
    path = checked(person, content)
    answer = person.post(f"{path}/apply", {"rows": "good", **typed})
    assert answer.status_code == 302, text_of(answer)
    return path


@pytest.fixture
def money_day(branch):
    factories.make_season(2024)
    factories.open_day(branch)


def test_before_the_first_file_the_list_says_what_to_upload(clerk):
    assert "No file yet" in text_of(clerk.get(PATH))


def test_the_whole_way_through(clerk, money_day):
    good = household(**{"2024-2025陈欠": 1409.5, "预存余额": 20})
    path = checked(clerk, register(good, household(用户编号="2", 建筑面积=0)))
    page = text_of(clerk.get(path))
    assert "New accounts 1 " in page
    assert "Left out 1 " in page
    assert "1,409.50" in page
    assert "0 is no area: an area is above 0" in page
    answer = clerk.post(
        f"{path}/apply", {"rows": "good", "arrears_2024-2025": "1,409.50", "prepayments": "２０"}
    )
    assert answer.headers["Location"] == path
    result = text_of(clerk.get(path))
    assert "01073174507 张立华 兴工里 26号楼 3单元 1604" in result
    assert "1 rows with errors" in result
    account = re.search(r'href="(/households/\d+)"', clerk.get(path).get_data(as_text=True))[1]
    assert "张立华" in text_of(clerk.get(account))
    listed = text_of(clerk.get(PATH))
    assert "register.xlsx imported 2 1" in listed


def test_the_columns_page_shows_values_and_suggestions(clerk):
    path = uploaded(clerk, register(household()))
    page = clerk.get(f"{path}/columns")
    assert "13238270855" in text_of(page)
    form = fields_of(page)
    assert [form[f"column_{number}"] for number in (0, 7, 11, 12)] == [
        "card_no", "building_area_m2", "arrears:2024-2025", "prepayment",
    ]  # fmt: skip


def test_a_needed_column_and_a_fact_chosen_twice_are_named(clerk):
    path = uploaded(clerk, register(household()))
    form = fields_of(clerk.get(f"{path}/columns"))
    answer = clerk.post(f"{path}/columns", {**form, "column_7": ""})
    assert answer.status_code == 422
    assert "The list has no column for: 建筑面积" in text_of(answer)
    answer = clerk.post(f"{path}/columns", {**form, "column_1": "card_no"})
    assert "“用户编号” is said to hold the same already" in text_of(answer)
    answer = clerk.post(f"{path}/columns", {**form, "effective_on": "2026-02-30"})
    assert "2026-02-30 does not exist in the calendar" in text_of(answer)


def test_a_register_usually_holds_from_the_first_day_of_the_season(clerk):
    """From today on, a flat that comes late would be charged for the rest of the season only."""
    season = factories.make_season(today().year)
    season.starts_on, season.ends_on = today() - timedelta(days=20), today() + timedelta(days=100)
    db.session.commit()
    path = uploaded(clerk, register(household()))
    assert f'value="{season.starts_on}"' in clerk.get(f"{path}/columns").get_data(as_text=True)


def test_the_words_for_the_whole_file_are_in_the_readers_language(clerk):
    path = uploaded(clerk, register(household()))
    page = clerk.get(f"{path}/columns").get_data(as_text=True)
    assert re.search(r'<option selected value="居民">Residential</option>', page)


def test_the_same_file_again_asks_for_no_totals(clerk, money_day):
    content = register(household(**{"2024-2025陈欠": 100, "预存余额": 20}))
    path = checked(clerk, content)
    page = text_of(clerk.get(path))
    for noun in ("branches", "offices", "heat sources", "stations", "districts", "communities", "buildings"):
        assert f"{noun} 1" in page or noun == "branches", noun
    typed = {"rows": "all", "arrears_2024-2025": "100", "prepayments": "20"}
    assert clerk.post(f"{path}/apply", typed).status_code == 302
    again = checked(clerk, content)
    assert "Type the totals from your own books" not in text_of(clerk.get(again))
    assert clerk.post(f"{again}/apply", {"rows": "all"}).status_code == 302


def test_the_columns_of_the_last_file_are_offered_again(clerk):
    checked(clerk, register(household()), column_13="")
    path = uploaded(clerk, register(household(用户编号="2")))
    page = clerk.get(f"{path}/columns")
    assert fields_of(page)["column_13"] == ""
    assert "as they were confirmed for the last file" in text_of(page)


def test_another_sheet_can_be_read(clerk):
    book = workbook([HEADER, household()], sheets=("台账", "说明"))
    path = uploaded(clerk, book)
    assert clerk.post(f"{path}/sheet", {"sheet": "台账"}).status_code == 302
    refused = clerk.post(f"{path}/sheet", {"sheet": "没有"})
    assert "has no sheet called “没有”" in text_of(refused)


def test_wrong_totals_and_no_choice_are_said_on_the_page(clerk, money_day):
    path = checked(clerk, register(household(预存余额=20)))
    answer = clerk.post(f"{path}/apply", {"rows": "all", "prepayments": "21"})
    assert answer.status_code == 422
    assert "you typed 21.00, the file would book 20.00" in text_of(answer)
    answer = clerk.post(f"{path}/apply", {"rows": "all", "prepayments": "两元"})
    assert "“两元” is not a number" in text_of(answer)
    assert "Say what is to be imported" in text_of(clerk.post(f"{path}/apply", {"prepayments": "20"}))
    assert one("select count(*) from account") == 0


def test_errors_stop_everything_when_that_was_chosen(clerk):
    path = checked(clerk, register(household(), household(用户编号="2", 建筑面积=0)))
    answer = clerk.post(f"{path}/apply", {"rows": "all"})
    assert answer.status_code == 422
    assert "The file has 1 errors, so nothing was imported" in text_of(answer)


def test_missing_season_and_closed_day_are_notices(clerk, branch):
    path = checked(
        clerk, register(household(**{"2024-2025陈欠": 5}), household(用户编号="2", 预存余额=3, 房号="1"))
    )
    page = text_of(clerk.get(path))
    assert "There is no season 2024-2025 yet" in page
    assert 'href="/billing/seasons/new"' in clerk.get(path).get_data(as_text=True)
    assert f"no business day is open in: {branch.name}" in page


def test_faults_are_filtered_by_kind_and_column(clerk):
    path = checked(clerk, register(household(备注="=1+1"), household(用户编号="2", 建筑面积=0)))
    everything = text_of(clerk.get(path))
    errors = text_of(clerk.get(path, query_string={"severity": "error"}))
    remarks = text_of(clerk.get(path, query_string={"column": "N"}))
    none = text_of(clerk.get(path, query_string={"severity": "error", "column": "N"}))
    assert "looks like a formula" in everything
    assert "is no area" in everything
    assert "looks like a formula" not in errors
    assert "is no area" not in remarks
    assert "Nothing of this kind was found" in none


def test_rows_with_errors_come_back_as_a_workbook_that_harms_nobody(clerk):
    bad = household(用户编号="2", 建筑面积=0, 备注="=cmd|' /C calc'!A0")
    path = checked(clerk, register(household(), bad))
    answer = clerk.get(f"{path}/faulty-rows")
    lines = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows())
    assert [cell.value for cell in lines[0]] == [*HEADER, "What is wrong"]
    assert len(lines) == 2
    cells = dict(zip([*HEADER, "reason"], lines[1], strict=True))
    assert cells["用户编号"].value == "2"
    assert "Row 3, column H 建筑面积: 0 is no area" in cells["reason"].value
    assert (cells["备注"].value, cells["备注"].data_type, cells["备注"].quotePrefix) == (
        "=cmd|' /C calc'!A0", "s", True,
    )  # fmt: skip


def test_pressed_twice_is_imported_once(clerk):
    path = checked(clerk, register(household()))
    same = {"rows": "all", "request_id": str(uuid.uuid4())}
    first, second = (clerk.post(f"{path}/apply", same) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert one("select count(*) from account") == 1


def test_what_is_imported_or_withdrawn_cannot_be_changed(clerk):
    path = applied(clerk, register(household()))
    for step in ("apply", "withdraw", "columns", "sheet"):
        answer = clerk.post(f"{path}/{step}")
        assert answer.status_code == 409
        assert "is imported already" in text_of(answer)
    gone = checked(clerk, register(household()))
    assert clerk.post(f"{gone}/withdraw").status_code == 302
    assert "Its content is deleted" in text_of(clerk.get(gone))
    assert "was withdrawn" in text_of(clerk.post(f"{gone}/apply"))
    assert clerk.get(f"{gone}/faulty-rows").status_code == 409


def test_an_unchecked_file_cannot_be_applied(clerk):
    path = uploaded(clerk, register(household()))
    assert clerk.get(path).headers["Location"] == f"{path}/columns"
    assert "is not checked yet" in text_of(clerk.post(f"{path}/apply", {"rows": "all"}))


def test_the_very_same_file_is_recognised(clerk):
    content = register(household())
    applied(clerk, content)
    path = checked(clerk, content)
    assert "This very file was imported on" in text_of(clerk.get(path))


def test_batches_stay_in_their_branch(app, clerk):
    path = checked(clerk, register(household()))
    head_office = Person(app, factories.make_staff(Role.BILLING_CLERK, None))
    colleague = Person(app, factories.make_staff(Role.BILLING_CLERK, factories.make_branch()))
    assert head_office.get(path).status_code == 200
    for address in (path, f"{path}/columns", f"{path}/faulty-rows", f"{path}/progress"):
        assert colleague.get(address).status_code == 404
    assert colleague.post(f"{path}/withdraw").status_code == 404
    assert "No file yet" in text_of(colleague.get(PATH))


def test_a_cashier_is_refused(cashier):
    assert cashier.get(PATH).status_code == 403
    assert send(cashier, register(household())).status_code == 403


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("list.pdf", b"%PDF-1.4", "cannot be read as a table"),
        ("list.xlsx", b"", "is empty"),
        ("list.xlsx", b"%PDF-1.4", "cannot be read as a table"),
        ("list.csv", "卡号,户名\n1,张".encode("gb18030") + "伟，李娜".encode() + b"\xff", "mixes encodings"),
    ],
)
def test_what_is_no_table_is_refused_in_words(clerk, name, content, sentence):
    answer = send(clerk, content, name)
    assert answer.status_code == 422
    assert sentence in text_of(answer)
    assert one("select count(*) from import_batch") == 0


def test_no_file_at_all(clerk):
    answer = clerk.post(PATH, {}, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "Choose the file with the register" in text_of(answer)


def test_a_file_of_200_mb_is_refused_in_words(clerk, tmp_path):
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    with large.open("rb") as file:
        answer = clerk.client.post(PATH, input_stream=file, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "larger than the 64 MB that can be taken" in text_of(answer)


def test_a_zip_bomb_is_refused_in_words(clerk):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/worksheets/sheet1.xml", bytes(100 * 1024 * 1024))
    answer = send(clerk, packed.getvalue())
    assert answer.status_code == 422
    assert "would unpack to 100 MB" in text_of(answer)


def test_a_name_of_90_signs_and_a_path_are_only_a_name(clerk):
    path = uploaded(clerk, register(household()), name="../../" + "很" * 85 + ".xlsx")
    assert "很" * 85 + ".xlsx" in text_of(clerk.get(f"{path}/columns"))
    assert db.session.scalar(select(ImportBatch.file_name)) == "很" * 85 + ".xlsx"


def test_a_long_file_is_background_work(clerk, monkeypatch):
    monkeypatch.setattr(register_imports, "DIRECT_ROWS", 0)
    path = checked(clerk, register(household()))
    page = clerk.get(path).get_data(as_text=True)
    assert f'hx-get="{path}/progress"' in page
    assert "aria-busy" in clerk.get(f"{path}/progress").get_data(as_text=True)
    for step in ("apply", "withdraw", "columns"):
        assert "is working on this file right now" in text_of(clerk.post(f"{path}/{step}"))
    job = db.session.scalars(select(Job)).one()
    batch = db.session.scalars(select(ImportBatch)).one()
    assert (job.kind, job.arguments, job.url) == (register_imports.CHECK_JOB, {"batch_id": batch.id}, path)
    register_imports.check(batch, clerk.staff)
    job.state = JobState.DONE
    db.session.commit()
    assert clerk.get(f"{path}/progress").headers["HX-Redirect"] == path
    clerk.post(f"{path}/apply", {"rows": "all"})
    job = db.session.scalars(select(Job).order_by(Job.id.desc()).limit(1)).one()
    assert job.kind == register_imports.APPLY_JOB
    assert job.arguments["only_good_rows"] is False
    job.state, job.error = JobState.FAILED, "The register changed."
    db.session.commit()
    assert "The register changed." in text_of(clerk.get(path))


def test_a_check_that_failed_leads_back_to_the_columns(clerk, monkeypatch):
    monkeypatch.setattr(register_imports, "DIRECT_ROWS", 0)
    path = checked(clerk, register(household()))
    job = db.session.scalars(select(Job)).one()
    job.state, job.error = JobState.FAILED, "It stopped."
    db.session.commit()
    page = clerk.get(path).get_data(as_text=True)
    assert f'href="{path}/columns"' in page
    assert db.session.scalars(select(ImportBatch.state)).one() is ImportState.UPLOADED


def test_the_list_costs_no_query_per_row(clerk, count_queries):
    def look_after(uploads):
        for _ in range(uploads):
            register_imports.upload("register.csv", "卡号,户名\n1,张伟\n".encode(), clerk.staff)
        db.session.commit()
        with count_queries() as seen:
            clerk.get(PATH)
        return len(seen)

    assert look_after(2) == look_after(20)
