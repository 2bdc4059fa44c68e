"""Height, use and parts by request: the published examples to the fen, days of the season, what cannot be."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from heatdesk.approvals import kinds
from heatdesk.approvals.errors import AnotherIsOpen, EffectChanged, StaleRequest
from heatdesk.approvals.rules.states import RequestState
from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import ClosedAccount, FactMoved, NoTermThatDay, SameFacts
from heatdesk.billing.rules.states import SupplyState, UseClass
from heatdesk.billing.services import supply_terms
from heatdesk.db import db
from heatdesk.errors import RuleBroken
from tests import factories
from tests.approvals.office import approve
from tests.billing.changes.town import Town, charged, town
from tests.billing.season_city import RESIDENTIAL, SHOP
from tests.changes.kinds.balcony import BALCONY
from tests.conftest import Person, text_of

__all__ = ["town"]
START = "2026-11-01"


def prices(price, height=None, **more):
    return {**RESIDENTIAL, "price": price, "height": height, "suspension": None, **more}


def asked(account, starts_on=START, ends_on=None, **values):
    return {"account_id": account.id, "starts_on": starts_on, "ends_on": ends_on, **values}


STEP = {"family": "step", "above_m": "3.2", "step_m": "0.1", "share": "0.03"}
CLIFF = {**STEP, "base_m": "2.8"}
PROPORTIONAL = {"family": "proportional", "above_m": "3", "base_m": "3"}
BANDS = {
    "family": "bands",
    "bands": [
        {"above_m": "5", "factor": "2"},
        {"above_m": "4", "factor": "1.5"},
        {"above_m": "3.3", "factor": "1.25"},
    ],
}


@pytest.mark.parametrize(
    ("price", "height", "area", "metres", "result"),
    [
        ("43.30", STEP, "200", "4.20", "11258.00"),
        ("43.30", STEP, "200", "4.25", "11258.00"),
        ("43.30", {**STEP, "part_step": "ceil"}, "200", "4.25", "11517.80"),
        ("43.30", {**STEP, "base_m": "3.0"}, "200", "4.20", "11777.60"),
        ("23.20", PROPORTIONAL, "100", "3.60", "2784.00"),
        ("18.00", CLIFF, "100", "3.30", "2070.00"),
        ("18.00", CLIFF, "100", "3.50", "2178.00"),
        ("25.00", BANDS, "150", "3.80", "4687.50"),
        ("25.00", BANDS, "150", "4.00", "4687.50"),
        ("25.00", BANDS, "150", "4.01", "5625.00"),
    ],
    ids=["W05", "W05b", "W05b-ceil", "W05c", "W06", "W07", "W07-3.5", "W08", "W08-4.00", "W08-4.01"],
)
def test_over_height_by_request_comes_to_the_published_fee(app, price, height, area, metres, result):
    """W05–W08: the plain fee is out, the height is found later and approved."""
    town = Town([prices(price, height)])
    account = town.household(area)
    plain = Decimal(price) * Decimal(area)
    assert charged(account) == plain
    request = town.ask("height", asked(account, storey_height_m=metres))
    assert request.amount == Decimal(result) - plain
    approve(request, town.office.supervisor)
    assert charged(account) == Decimal(result)


def test_an_unheated_balcony_counts_half(town):
    """W27: 100 m² with 6 m² closed balcony come to 2,522.00, 78.00 less."""
    account = town.household("100.00")
    request = town.carry_out("balcony", asked(account, parts=[BALCONY]))
    assert charged(account) == Decimal("2522.00")
    assert request.preview["difference"] == "-78.00"
    rows = {one["label"]: (one["before"], one["after"]) for one in request.preview["changes"]}
    assert rows["Balcony"] == ([], ["6.00 m²", "unheated"])


def test_an_attic_lies_beside_the_area(town):
    """W09: 40 m² of 2.40 m net height at 0.9."""
    account = town.household("100.00")
    attic = {"kind": "attic", "area_m2": "40.00", "net_height_m": "2.40", "heated": True}
    town.carry_out("balcony", asked(account, parts=[attic]))
    assert charged(account) == Decimal("2600.00") + Decimal("936.00")


def test_parts_larger_than_the_area_are_refused_in_words(town):
    account = town.household("100.00")
    huge = {**BALCONY, "area_m2": "100.01"}
    with pytest.raises(RuleBroken, match="more than the"):
        kinds.get("balcony").preview(asked(account, parts=[huge]))


def test_a_shop_from_the_middle_of_the_season_is_priced_by_its_days(app):
    town = Town([RESIDENTIAL, SHOP])
    account = town.household("133.30")
    assert charged(account) == Decimal("3465.80")
    town.carry_out("use_class", asked(account, "2027-01-01", use_class="non_residential"))
    home, shop = Decimal("3465.80") * 61 / 151, Decimal("100.00") * 32 * 90 / 151
    assert charged(account) == round(home, 2) + round(shop, 2) == Decimal("3307.37")


def test_a_class_without_a_tariff_is_refused_before_anybody_decides(town):
    with pytest.raises(RuleBroken, match="No tariff for"):
        kinds.get("use_class").preview(asked(town.household(), use_class="public"))


def test_a_fact_for_some_days_holds_for_these_days_alone(town):
    account = town.household("100.00")
    town.carry_out("height", asked(account, "2026-12-01", "2026-12-31", storey_height_m="4.20"))
    terms = [
        (str(one.starts_on), str(one.ends_on), one.storey_height_m)
        for one in reversed(supply_terms.timeline(account.id))
    ]
    assert terms == [
        ("2020-01-01", "2026-11-30", None),
        ("2026-12-01", "2026-12-31", Decimal("4.20")),
        ("2027-01-01", "None", None),
    ]


def test_a_change_runs_on_through_later_terms_that_say_the_same(town):
    """A suspension in February is no other height; a height of its own in March stays."""
    account = town.household("100.00", bill=False, ends_on=date(2027, 1, 31))
    suspended = {"state": SupplyState.SUSPENDED, "building_area_m2": Decimal("100.00")}
    factories.make_term(account, starts_on=date(2027, 2, 1), ends_on=date(2027, 2, 28), **suspended)
    measured = {"storey_height_m": Decimal("3.00"), "building_area_m2": Decimal("100.00")}
    factories.make_term(account, starts_on=date(2027, 3, 1), **measured)
    town.assess(account)
    town.carry_out("height", asked(account, "2026-12-01", storey_height_m="4.20"))
    heights = [one.storey_height_m for one in reversed(supply_terms.timeline(account.id))]
    assert heights == [None, Decimal("4.20"), Decimal("4.20"), Decimal("3.00")]


@pytest.mark.parametrize("kind", ["height", "use_class", "balcony"])
def test_what_cannot_be(town, kind):
    account = town.household()
    same = {
        "height": {"storey_height_m": None},
        "use_class": {"use_class": "residential"},
        "balcony": {"parts": []},
    }
    new = {
        "height": {"storey_height_m": "4.00"},
        "use_class": {"use_class": "non_residential"},
        "balcony": {"parts": [BALCONY]},
    }
    preview = kinds.get(kind).preview
    with pytest.raises(SameFacts):
        preview(asked(account, **same[kind]))
    with pytest.raises(NoTermThatDay):
        preview(asked(account, "2019-12-31", **new[kind]))
    with pytest.raises(RuleBroken, match="last day is before"):
        preview(asked(account, "2026-12-01", "2026-11-30", **new[kind]))
    account.closed_on = date(2026, 11, 20)
    db.session.flush()
    with pytest.raises(ClosedAccount):
        preview(asked(account, **new[kind]))


def test_past_and_coming_days(town):
    """A height since 2022 moves only the season that is out; one from next summer on moves no bill yet."""
    account = town.household("100.00")
    town.carry_out("height", asked(account, "2022-05-01", storey_height_m="3.30"))
    assert charged(account) == Decimal("2678.00")
    later = town.carry_out("height", asked(account, "2027-06-01", storey_height_m="4.20"))
    assert (later.state, later.amount, charged(account)) == (RequestState.APPLIED, 0, Decimal("2678.00"))


def test_another_branch_and_an_unknown_card(app, town):
    account = town.household()
    stranger = Person(app, factories.make_staff(Role.BILLING_CLERK, factories.make_branch()))
    clerk = Person(app, town.office.clerk)
    form = {"starts_on": START, "storey_height_m": "4.00", "reason": "measured"}
    for person, card_no in ((stranger, account.card_no), (clerk, "0000")):
        answer = person.post("/requests/new/height", {**form, "card_no": card_no})
        assert answer.status_code == 422
        assert f"There is no account {card_no}" in text_of(answer)
        fragment = text_of(
            person.get("/requests/new/height/effect", query_string={**form, "card_no": card_no})
        )
        assert f"There is no account {card_no}" in fragment
        assert "程超杰" not in fragment


def test_two_requests_about_one_household(town):
    """One of a kind at a time; another kind may wait beside it, and its page is stale once the first took effect."""
    account = town.household("100.00")
    first = town.ask("height", asked(account, storey_height_m="4.20"))
    with pytest.raises(AnotherIsOpen):
        town.ask("height", asked(account, storey_height_m="4.30"))
    areas = {"building_area_m2": "110.00", "inner_area_m2": None, "usable_area_m2": None}
    second = town.ask("area", asked(account, **areas))
    assert second.amount == Decimal("260.00")
    approve(first, town.office.supervisor)
    with pytest.raises((EffectChanged, StaleRequest)):
        approve(second, town.office.supervisor)
    assert charged(account) == Decimal("3380.00")


def test_what_was_seen_when_it_was_written_must_still_hold(town):
    account = town.household("100.00")
    payload = asked(account, storey_height_m="4.20", was={"storey_height_m": None})
    assert kinds.get("height").preview(payload).difference == Decimal("780.00")
    town.carry_out("height", asked(account, storey_height_m="3.30"))
    with pytest.raises(FactMoved):
        kinds.get("height").preview(payload)


_DAYS = st.integers(0, 240).map(lambda days: date(2026, 9, 1) + timedelta(days=days))
_VALUES = {
    "height": st.sampled_from([None, "3.00", "3.30", "4.20"]).map(lambda one: {"storey_height_m": one}),
    "use_class": st.sampled_from(["residential", "non_residential"]).map(lambda one: {"use_class": one}),
    "balcony": st.sampled_from([[], [BALCONY], [{**BALCONY, "heated": True}]]).map(
        lambda one: {"parts": one}
    ),
    "area": st.sampled_from(["61.17", "100.00"]).map(
        lambda one: {"building_area_m2": one, "inner_area_m2": None, "usable_area_m2": None}
    ),
}
_TERMS = st.lists(
    st.tuples(
        st.integers(1, 200),
        st.sampled_from([SupplyState.SUPPLIED, SupplyState.SUSPENDED]),
        st.sampled_from([None, Decimal("3.30")]),
        st.sampled_from([UseClass.RESIDENTIAL, UseClass.NON_RESIDENTIAL]),
    ),
    max_size=4,
    unique_by=lambda one: one[0],
)


@pytest.fixture
def mixed_town(app):
    return Town([RESIDENTIAL, SHOP])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(terms=_TERMS, data=st.data(), first=_DAYS, days=st.none() | st.integers(0, 90))
def test_a_fact_changed_and_changed_back_leaves_the_books_as_before(mixed_town, terms, data, first, days):
    """Whatever terms there are: what the form of taking back asks for restores every bill, to the fen."""
    name = data.draw(st.sampled_from(sorted(_VALUES)))
    kind = kinds.get(name)
    account = mixed_town.household("100.00", bill=False)
    for day, state, height, use_class in sorted(terms, key=lambda one: one[0]):
        facts = supply_terms.facts_of(supply_terms.timeline(account.id)[0])
        changed = {
            **vars(facts),
            "starts_on": date(2026, 9, 15) + timedelta(days=day),
            "state": state,
            "storey_height_m": height,
            "use_class": use_class,
        }
        supply_terms.add(account, supply_terms.Facts(**changed), by=mixed_town.office.clerk.id)
    mixed_town.assess(account)
    before, facts_before = charged(account), daily(account, kind)
    last = None if days is None else (first + timedelta(days=days)).isoformat()
    payload = asked(account, first.isoformat(), last, **data.draw(_VALUES[name]))
    [(term, _first, _last), *more] = kind._spans(account, payload)
    end = (more[-1] if more else (term, _first, _last))[2]
    payload |= {"ends_on": end and end.isoformat(), "was": kind.value(supply_terms.facts_of(term))}
    try:
        kind.preview(payload)
    except RuleBroken:
        return
    mixed_town.carry_out(name, payload, *deciders(mixed_town, name, payload))
    back = {**payload, **payload["was"], "was": None}
    mixed_town.carry_out(name, back, *deciders(mixed_town, name, back))
    assert charged(account) == before
    assert daily(account, kind) == facts_before


def daily(account, kind):
    """What the terms say of each day around the season."""
    terms = supply_terms.timeline(account.id)
    days = [date(2026, 8, 25) + timedelta(days=day) for day in range(280)]
    return [
        next(
            kind.value(supply_terms.facts_of(one))
            for one in terms
            if one.starts_on <= day and (one.ends_on is None or one.ends_on >= day)
        )
        for day in days
    ]


def deciders(town, name, payload):
    kind = kinds.get(name)
    amount = kind.amount(payload, kind.preview(payload))
    assert amount < 2_000
    return (town.office.supervisor,)
