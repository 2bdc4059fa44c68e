"""Explanations: stored as data, said in both languages, the same whether a run or an assessment wrote them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from heatdesk.billing.models import Charge, ChargeBasis
from heatdesk.billing.rules.states import AreaPartKind, SupplyState, UseClass
from heatdesk.billing.services import assessments, explanations
from heatdesk.db import db
from tests import factories
from tests.billing.season_city import add_part, books, make_city, make_flat, run_season, small_shards


@pytest.fixture
def city(app):
    return make_city()


def said(city, account, language="en"):
    """The sentences of the account's newest charges, by item."""
    assessments.assess(account.id, city.season.id, by=city.clerk.id, reason="test")
    query = select(Charge).where(Charge.account_id == account.id).order_by(Charge.item, Charge.revision)
    with force_locale(language):
        return {charge.item: explanations.sentences(charge) for charge in db.session.scalars(query)}


def test_a_plain_flat(city):
    assert said(city, factories.make_account(city.branch)) == {
        "heat": [
            "89.50 m² × 26.00 yuan/m²·season × 151/151 days = 2,327.00",
            "Building area 89.5 m².",
            "26 yuan per m² for the season. [沈发改发〔2024〕示例12号]",
        ]
    }


def test_plain_flats_share_one_basis_and_keep_no_figures(city):
    for area in ("50.00", "61.37"):
        said(city, factories.make_account(city.branch, term={"building_area_m2": Decimal(area)}))
    assert len(db.session.scalars(select(ChargeBasis)).all()) == 1
    assert db.session.scalars(select(Charge.figures)).all() == [None, None]


def test_height_balcony_and_part_of_a_season(city):
    account = factories.make_account(city.branch, term=None)
    term = factories.make_term(
        account,
        ends_on=date(2026, 12, 20),
        storey_height_m=Decimal("3.55"),
        building_area_m2=Decimal("89.50"),
    )
    add_part(term, AreaPartKind.BALCONY, "6.35", heated=False)
    assert said(city, account)["heat"] == [
        "86.33 m² × 26.00 yuan/m²·season × 1.09 × 50/151 days = 810.13",
        "Building area 89.5 m².",
        "Balcony 6.35 m² of it counts × 0.5 = 3.175 m². [BA1]",
        "Chargeable area 86.33 m².",
        "26 yuan per m² for the season. [沈发改发〔2024〕示例12号]",
        "Storey height 3.55 m is above 3.2 m: 3 steps of 0.1 m counted from 3.2 m, 3 % each, add 9 %. [HL4]",
        "From 2026-11-01 to 2026-12-20: 50 of the 151 days of the season.",
    ]


def test_a_shop_by_the_month_with_a_converted_area(city):
    account = factories.make_account(city.branch, term={"use_class": UseClass.NON_RESIDENTIAL})
    assert said(city, account)["heat"][0] == (
        "67.14 m² × 6.40 yuan/m²·month × 5 months × 151/151 days = 2,148.48"
    )


def test_a_suspended_flat(city):
    account = factories.make_account(city.branch, term={"state": SupplyState.SUSPENDED})
    assert said(city, account)["basic_fee"] == [
        "89.50 m² × 26.00 yuan/m²·season × 20 % × 151/151 days = 465.40",
        "Building area 89.5 m².",
        "26 yuan per m² for the season. [沈发改发〔2024〕示例12号]",
        "Heat is suspended: 20 % of the fee is due as basic fee. [TJ2]",
    ]


def test_two_lines_of_one_item_and_their_sum(city):
    account = factories.make_account(city.branch, term=None)
    split = date(2027, 1, 1)
    factories.make_term(account, ends_on=split - timedelta(days=1))
    factories.make_term(account, starts_on=split, building_area_m2=Decimal("100.00"))
    sentences = said(city, account)["heat"]
    assert sentences[0] == "89.50 m² × 26.00 yuan/m²·season × 61/151 days = 940.05"
    assert "100.00 m² × 26.00 yuan/m²·season × 90/151 days = 1,549.67" in sentences
    assert sentences[-1] == "Together: 2,489.72."


def test_a_difference_says_what_was_before_and_the_old_words_stay(city):
    account = factories.make_account(city.branch)
    old = said(city, account)["heat"]
    db.session.scalars(select(factories.SupplyTerm)).one().state = SupplyState.SUSPENDED
    db.session.flush()
    assert said(city, account)["heat"] == [
        "By the facts as they now stand nothing is due for this.",
        "Charged before: 2,327.00; now due: 0.00; difference: −2,327.00.",
    ]
    first = select(Charge).where(Charge.item == "heat", Charge.revision == 1)
    with force_locale("en"):
        assert explanations.sentences(db.session.scalars(first).one()) == old


def test_in_chinese(city):
    account = factories.make_account(city.branch, term={"state": SupplyState.SUSPENDED})
    sentences = said(city, account, "zh")["basic_fee"]
    assert sentences[0] == "89.50 ㎡ × 26.00 元/㎡·采暖期 × 20 % × 151/151 天 = 465.40"
    assert all(any(ord(sign) > 0x2E7F for sign in sentence) for sentence in sentences)


def test_a_run_explains_like_an_assessment(own_app, monkeypatch):
    """The same flats, billed by a run and one by one, come to the same bases, figures and words."""
    small_shards(monkeypatch, 7)
    city = make_city(flats=27)
    db.session.commit()
    run_season(city)
    by_run = {row[0]: row for row in books(db.session, city.season.id) if len(row) == 8}
    twins = {make_flat(city, number).id: one for number, one in enumerate(sorted(by_run))}
    for twin in twins:
        assessments.assess(twin, city.season.id, by=city.clerk.id, reason="twin")
    rows = [row for row in books(db.session, city.season.id) if len(row) == 8]
    shapes = {one: sorted(row[1:] for row in rows if row[0] == one) for one in {*by_run, *twins}}
    by_number = sorted(by_run)
    firsts = db.session.scalars(select(factories.Account.id).order_by(factories.Account.id)).all()
    for number, twin in enumerate(one for one in firsts if one in twins):
        original = firsts[number]
        assert shapes.get(twin, []) == shapes.get(original, []), f"flat {number}"
    assert len(by_number) > 20
