"""Meters: readings that can be, files of readings, and bills that settle by what was counted (W22, W23, W30, W31)."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from sqlalchemy import func, select

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import MeterIsOut, ReadBeforeInstalled, ReadInFuture, SerialTaken
from heatdesk.billing.models import Bill, Charge, Meter, MeterReading
from heatdesk.billing.rules.energy import MeterFault
from heatdesk.billing.rules.readings import (
    Counter,
    ImplausibleReading,
    Reading,
    ReadingBelowPrevious,
    used_in,
)
from heatdesk.billing.rules.seasons import Season as SeasonFacts
from heatdesk.billing.rules.states import SeasonKind, SupplyMode, Unit
from heatdesk.billing.rules.workflow import SeasonState
from heatdesk.billing.services import assessments, explanations, meters, seasons, settlements
from heatdesk.billing.services.meters import Given
from heatdesk.billing.services.verification import books, papers, report
from heatdesk.dates import DateRange
from heatdesk.db import db
from heatdesk.sheets.writing import write_xlsx
from tests import factories
from tests.billing.season_city import RESIDENTIAL
from tests.conftest import Person, text_of

PERIOD = DateRange(date(2025, 11, 1), date(2026, 3, 31))
METERED = {
    **RESIDENTIAL,
    "price": "25.00",
    "metered": {
        "base_price": "7.50",
        "prices": [{"unit": "kwh", "price": "0.13"}],
        "settlement": "both_ways",
        "meter_fault": "0.85",
        "user_fault": "1.10",
        "document_no": "津价商〔2010〕1号",
    },
    "steam": {"prices": [{"unit": "t", "price": "220"}], "minimum": "500", "document_no": "汽 1"},
}


# The rule


def readings(*pairs):
    return tuple(Reading(date.fromisoformat(day), Decimal(shown)) for day, shown in pairs)


@pytest.mark.parametrize(
    ("shown", "more", "used"),
    [
        ([("2025-10-30", "100"), ("2026-04-02", "11100")], {}, "11000"),
        ([("2025-10-30", "100"), ("2026-01-01", "5000"), ("2026-03-31", "11100")], {}, "11000"),
        ([("2025-12-01", "100"), ("2026-03-31", "600")], {}, "500"),
        ([("2025-10-30", "100"), ("2026-01-01", "5000")], {"removed_on": date(2026, 1, 1)}, "4900"),
        ([("2025-10-30", "99900"), ("2026-04-01", "100")], {"digits": 5}, "200"),
        ([("2025-10-30", "100"), ("2026-03-30", "11100")], {}, None),
        ([("2025-10-30", "100")], {}, None),
        ([], {}, None),
    ],
)
def test_a_period_is_counted_between_the_readings_around_it(shown, more, used):
    counted = used_in(PERIOD, Counter(readings(*shown), **more))
    assert (counted and counted.quantity) == (used and Decimal(used))


def test_a_meter_that_ran_backwards_is_refused():
    with pytest.raises(ReadingBelowPrevious):
        used_in(PERIOD, Counter(readings(("2025-10-30", "500"), ("2026-04-01", "100"))))


# Readings


@pytest.fixture
def flat(app, branch):
    """100 m² charged by meter; last winter is billed by area."""
    factories.open_day(branch)
    clerk = factories.make_staff(Role.BILLING_CLERK, branch)
    factories.make_tariff(clerk, factories.make_staff(Role.SUPERVISOR, branch), METERED)
    season = factories.make_season(2025)
    season.state = SeasonState.BILLED
    account = factories.make_account(
        branch, term={"mode": SupplyMode.METERED, "building_area_m2": Decimal("100.00")}
    )
    db.session.flush()
    assessments.assess(account.id, season.id, by=clerk.id, reason="first bill")
    account.clerk, account.season = clerk, season
    return account


@pytest.fixture
def meter(flat):
    meter = Meter(account_id=flat.id, serial_no="R-1", unit=Unit.KWH, installed_on=date(2025, 10, 1))
    return meters.install(meter, Decimal(100), by=flat.clerk.id)


def bill(flat):
    return db.session.get_one(Bill, (flat.season.id, flat.id), populate_existing=True)


def read(meter, day, shown, *, confirmed=False, **more):
    given = Given(date.fromisoformat(day), Decimal(shown), **more)
    with db.session.begin_nested():
        by = db.session.scalars(select(func.min(Staff.id))).one()
        return meters.read(meter, given, confirmed=confirmed, by=by)


@pytest.mark.parametrize(
    ("day", "shown", "refusal"),
    [
        ("2025-09-30", "200", ReadBeforeInstalled),
        ("2027-01-01", "200", ReadInFuture),
        ("2026-01-01", "99", ReadingBelowPrevious),
        ("2025-10-02", "900", ImplausibleReading),
    ],
)
def test_what_a_meter_cannot_have_shown_is_refused(meter, day, shown, refusal):
    with pytest.raises(refusal):
        read(meter, day, shown)


def test_an_unusual_reading_is_taken_when_it_was_checked(meter):
    read(meter, "2025-10-02", "900", confirmed=True)
    assert [row.shown for row in meters.readings_of([meter.id])[meter.id]] == [100, 900]


def test_a_later_entry_of_the_same_day_takes_its_place(meter):
    read(meter, "2026-01-01", "5000")
    read(meter, "2026-01-01", "4800")
    assert [row.shown for row in meters.readings_of([meter.id])[meter.id]] == [100, 4800]
    assert [one.replaced for one in meters.history(meter)] == [False, True, False]


def test_what_was_taken_out_is_not_read_any_more(meter, flat):
    meters.take_out(meter, date(2026, 1, 1), Decimal(3000), by=flat.clerk.id)
    with pytest.raises(MeterIsOut):
        read(meter, "2026-02-01", "3100")


def test_a_number_stands_for_one_meter(meter, flat):
    with pytest.raises(SerialTaken):
        meters.install(
            Meter(account_id=flat.id, serial_no="R-1", unit=Unit.GJ, installed_on=date(2026, 1, 1)),
            Decimal(0),
            by=1,
        )


# Settlement


def test_until_it_is_read_a_metered_flat_pays_by_area(flat, meter):
    assert bill(flat).charged == Decimal("2500.00")
    read(meter, "2026-03-30", "11100")
    assert assessments.assess(flat.id, flat.season.id, by=flat.clerk.id, reason="too early") == 0


def test_the_closing_reading_moves_the_bill_to_what_was_counted(flat, meter):
    """W22: 750 + 1 430 = 2 180.00."""
    read(meter, "2026-04-01", "11100")
    assert assessments.assess(flat.id, flat.season.id, by=flat.clerk.id, reason="settled") == Decimal(
        "-320.00"
    )
    assert bill(flat).charged == Decimal("2180.00")
    charges = db.session.scalars(select(Charge).where(Charge.account_id == flat.id, Charge.target > 0)).all()
    said = " ".join(sentence for one in charges for sentence in explanations.sentences(one))
    assert "11000 kWh × 0.13 yuan: 1430.00 yuan" in said
    every = [*books.INVARIANTS, *papers.INVARIANTS]
    assert [(one.id, one.cases) for one in map(report._ask, every) if not one.holds] == []
    assert assessments.assess(flat.id, flat.season.id, by=flat.clerk.id, reason="again") == 0


def test_a_failed_meter_counts_less(flat, meter):
    """W30: 1 430 × 85 % = 1 215.50."""
    read(meter, "2026-04-01", "11100", fault=MeterFault.METER)
    assessments.assess(flat.id, flat.season.id, by=flat.clerk.id, reason="settled")
    assert bill(flat).charged == Decimal("750.00") + Decimal("1215.50")


def test_two_meters_one_after_the_other_count_together(flat, meter):
    meters.take_out(meter, date(2026, 1, 1), Decimal(6100), by=flat.clerk.id)
    second = Meter(account_id=flat.id, serial_no="R-2", unit=Unit.KWH, installed_on=date(2026, 1, 1))
    meters.install(second, Decimal(0), by=flat.clerk.id)
    read(second, "2026-04-01", "5000")
    assessments.assess(flat.id, flat.season.id, by=flat.clerk.id, reason="settled")
    assert bill(flat).charged == Decimal("2180.00")


@pytest.fixture
def steam(flat, branch):
    """A laundry on steam, and its month."""
    facts = SeasonFacts("2026-01 蒸汽", date(2026, 1, 1), date(2026, 1, 31), 31, date(2026, 2, 15))
    month = seasons.create(facts, SeasonKind.SETTLEMENT)
    account = factories.make_account(branch, term={"mode": SupplyMode.STEAM})
    meter = Meter(account_id=account.id, serial_no="Z-1", unit=Unit.TONNE, installed_on=date(2025, 12, 1))
    meters.install(meter, Decimal(0), by=flat.clerk.id)
    return account, month, meter


def test_steam_is_settled_by_the_month_with_its_minimum(flat, steam):
    """W31: 430 t used of 500 t agreed at 220 come to 110 000.00."""
    account, month, meter = steam
    read(meter, "2025-12-31", "70", confirmed=True)
    read(meter, "2026-01-31", "500", confirmed=True)
    month.state = SeasonState.BILLED
    moved = assessments.assess(account.id, month.id, by=flat.clerk.id, reason="January")
    assert moved == Decimal("110000.00")
    items = dict(
        db.session.execute(select(Charge.item, Charge.target).where(Charge.account_id == account.id)).all()
    )
    assert items == {"steam": Decimal("94600.00"), "shortfall": Decimal("15400.00")}


def test_an_own_minimum_goes_before_the_tariffs(flat, steam):
    account, month, meter = steam
    meter.minimum = Decimal(100)
    read(meter, "2026-01-31", "430", confirmed=True)
    moved = assessments.assess(account.id, month.id, by=flat.clerk.id, reason="January")
    assert moved == Decimal("94600.00")


def test_an_agreed_minimum_is_due_without_any_meter(flat, steam, branch):
    _account, month, _meter = steam
    agreed = factories.make_account(branch, term={"mode": SupplyMode.MINIMUM})
    moved = assessments.assess(agreed.id, month.id, by=flat.clerk.id, reason="January")
    assert moved == Decimal("110000.00")


def test_periods_of_steam_may_lie_inside_a_winter(flat, steam):
    with pytest.raises(seasons.SeasonOverlaps):
        seasons.create(
            SeasonFacts("2026-01 b", date(2026, 1, 15), date(2026, 2, 14), 31, date(2026, 2, 15)),
            SeasonKind.SETTLEMENT,
        )


def test_the_job_settles_everybody_who_was_read_and_repeats_nothing(own_app):
    branch = factories.make_branch()
    factories.open_day(branch)
    supervisor = factories.make_staff(Role.SUPERVISOR, branch)
    clerk = factories.make_staff(Role.BILLING_CLERK, branch)
    factories.make_tariff(clerk, supervisor, METERED)
    season = factories.make_season(2025)
    season.state = SeasonState.BILLED
    term = {"mode": SupplyMode.METERED, "building_area_m2": Decimal("100.00")}
    flats = [factories.make_account(branch, term=term) for _ in range(3)]
    for number, one in enumerate(flats):
        meter = Meter(
            account_id=one.id, serial_no=f"R-{number}", unit=Unit.KWH, installed_on=date(2025, 10, 1)
        )
        meters.install(meter, Decimal(0), by=clerk.id)
        if number:
            meters.read(meter, Given(date(2026, 4, 1), Decimal(11000)), confirmed=True, by=clerk.id)
    db.session.commit()
    seen = []
    for _time in range(2):
        settlements.carry_out(
            season.id, branch.id, supervisor.id, lambda done, total: seen.append((done, total))
        )
    totals = select(Bill.charged).where(Bill.season_id == season.id).order_by(Bill.account_id)
    assert db.session.scalars(totals).all() == [Decimal("2500.00"), Decimal("2180.00"), Decimal("2180.00")]
    assert seen == [(3, 3), (3, 3)]


# Files


def sheet(*rows, header=("表号", "抄表日期", "读数", "故障")):
    return write_xlsx(rows, header, sheet_name="抄表")


def send(clerk, content, **form):
    upload = (BytesIO(content), "readings.xlsx")
    return clerk.post("/billing/meters/import", {"file": upload, **form}, content_type="multipart/form-data")


@pytest.fixture
def clerk(app, flat, meter):
    return Person(app, flat.clerk)


def test_a_file_of_readings_comes_in_once(clerk, meter):
    content = sheet(["R-1", "2026-01-01", "5000", ""], ["R-1", "2026-04-01", 11100, "表故障"])
    assert "2 readings came in" in text_of(send(clerk, content))
    again = text_of(send(clerk, content))
    assert "0 readings came in" in again
    assert "2 stood already" in again
    assert len(db.session.scalars(select(MeterReading)).all()) == 3


def test_a_file_with_faults_changes_nothing_and_says_which_rows(clerk, meter):
    content = sheet(
        ["R-1", "2026-01-01", "5000", ""],
        ["R-9", "2026-01-01", "5000", ""],
        ["R-1", "someday", "5000", ""],
        ["R-1", "2026-02-01", "=1+1", ""],
        ["R-1", "2026-01-01", "5001", ""],
        ["R-1", "2026-04-01", "99", ""],
        ["", "2026-04-01", "99", ""],
        ["R-1", "2026-04-02", "9000", "被偷"],
    )
    answer = send(clerk, content)
    page = text_of(answer)
    assert answer.status_code == 422
    assert "Nothing was brought in: 7 rows have faults" in page
    for said in (
        "No meter of your branch has the number R-9",
        "“someday” is no date",
        "is no reading",
        "in row 2",
        "The meter showed 99",
        "Neither a meter number",
        "“被偷” is no known fault",
    ):
        assert said in page, said
    assert len(db.session.scalars(select(MeterReading)).all()) == 1
    assert "1 readings came in" in text_of(send(clerk, content, only_good="y"))


def test_by_card_number_where_a_flat_has_one_meter(clerk, flat):
    content = sheet([flat.card_no, "2026-04-01", "11100"], header=("卡号", "日期", "读数"))
    assert "1 readings came in" in text_of(send(clerk, content))


def test_another_file_is_refused_in_words(clerk):
    assert "No row of this file" in text_of(send(clerk, sheet(["x", "y"], header=("甲", "乙"))))
    assert send(clerk, b"PK\x03\x04 no workbook").status_code == 422


# Screens


def test_a_clerk_puts_a_meter_in_and_reads_it(clerk, flat):
    form = {
        "card_no": flat.card_no,
        "serial_no": "R-7",
        "unit": "gj",
        "installed_on": "2026-01-01",
        "opening": "0",
    }
    made = clerk.post("/billing/meters/new", form)
    assert made.status_code == 302, text_of(made)
    done = clerk.post(made.headers["Location"], {"read_on": "2026-03-01", "shown": "12.5"})
    assert done.status_code == 302
    assert "12.5" in text_of(clerk.get(made.headers["Location"]))
    wrong = clerk.post(made.headers["Location"], {"read_on": "2026-03-02", "shown": "2"})
    assert "less than 12.500 before" in text_of(wrong)
    assert "R-7" in text_of(clerk.get("/billing/meters?words=R-7"))
    assert clerk.get("/billing/meters/export.xlsx").status_code == 200
    assert "Nothing fits the filter" in text_of(clerk.get("/billing/meters?words=none"))


def test_other_branches_and_roles(app, meter, flat):
    stranger = Person(app, factories.make_staff(Role.BILLING_CLERK, factories.make_branch()))
    assert stranger.get(f"/billing/meters/{meter.id}").status_code == 404
    assert "R-1" not in text_of(stranger.get("/billing/meters"))
    cashier = Person(
        app, factories.make_staff(Role.CASHIER, db.session.get_one(factories.Branch, flat.branch_id))
    )
    cashier.post(f"/billing/meters/{meter.id}", {"read_on": "2026-04-01", "shown": "11100"})
    assert len(db.session.scalars(select(MeterReading)).all()) == 1
    assert cashier.get("/billing/meters/new").status_code == 403


def test_the_page_of_a_settlement_shows_what_would_move(app, clerk, flat, meter, count_queries):
    page = f"/billing/seasons/{flat.season.id}/settlement"
    assert "closing reading missing" in text_of(clerk.get(page))
    read(meter, "2026-04-01", "11100")
    shown = text_of(clerk.get(page))
    assert "11,000 kWh" in shown
    assert "−320.00" in shown
    assert clerk.post(page).status_code == 403
    with count_queries() as few:
        clerk.get(page)
    branch = db.session.get_one(factories.Branch, flat.branch_id)
    for _more in range(3):
        factories.make_account(branch, term={"mode": SupplyMode.METERED})
    with count_queries() as many:
        clerk.get(page)
    assert len(many) == len(few)


def test_a_season_without_meters_says_so(app, branch):
    season = factories.make_season()
    reader = Person(app, factories.make_staff(Role.MANAGER, branch))
    assert "Nobody is charged by meter" in text_of(reader.get(f"/billing/seasons/{season.id}/settlement"))
