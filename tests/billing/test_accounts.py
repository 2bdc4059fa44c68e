"""Accounts on screens: listed, opened, corrected, locked, closed."""

import pytest
from sqlalchemy import select

from heatdesk.audit import AuditEntry
from heatdesk.auth.permissions import Role
from heatdesk.billing.models import Account, SupplyTerm
from heatdesk.billing.rules.states import SupplyState
from heatdesk.db import db
from heatdesk.network.models import Premises
from heatdesk.web.versions import version_of
from tests import factories
from tests.conftest import Person, text_of

FORM = {
    "customer": "",
    "name": "王秀英",
    "kind": "person",
    "phones": "13900001111",
    "card_no": "",
    "opened_on": "2026-11-01",
    "remark": "",
    "state": "supplied",
    "use_class": "residential",
    "mode": "area",
    "building_area_m2": "８９．５０",
}


@pytest.fixture
def premises(app, branch):
    building = factories.make_building(branch)
    free = Premises(building_id=building.id, unit="1单元", room="101", address="兴工里 26号楼 1单元 101")
    db.session.add(free)
    db.session.commit()
    return free


def cards(page):
    return [word for word in text_of(page).split() if word.startswith("0626")]


def test_opening_an_account_writes_customer_account_and_first_term(app, branch, clerk, premises):
    path = f"/billing/accounts/new?premises_id={premises.id}"
    assert clerk.get(path).status_code == 200
    made = clerk.post(path, FORM)
    assert made.status_code == 302, text_of(made)
    account = db.session.scalar(select(Account).where(Account.premises_id == premises.id))
    assert (account.branch_id, account.card_no) == (branch.id, "0000000001")
    term = db.session.scalar(select(SupplyTerm).where(SupplyTerm.account_id == account.id))
    assert (str(term.building_area_m2), term.ends_on) == ("89.50", None)
    assert "王秀英" in text_of(clerk.get(made.headers["Location"]))


def test_a_known_customer_is_used_again(app, branch, clerk, premises):
    known = factories.make_account(branch)
    db.session.commit()
    offered = clerk.get("/billing/accounts/customers?customer=程超").get_data(as_text=True)
    label = f"程超杰 · 151****8395 · #{known.customer_id}"
    assert label in offered
    form = {**FORM, "customer": label, "name": ""}
    assert clerk.post(f"/billing/accounts/new?premises_id={premises.id}", form).status_code == 302
    account = db.session.scalar(select(Account).where(Account.premises_id == premises.id))
    assert account.customer_id == known.customer_id


def test_premises_carry_one_open_account(app, branch, clerk):
    account = factories.make_account(branch)
    db.session.commit()
    answer = clerk.post(f"/billing/accounts/new?premises_id={account.premises_id}", FORM)
    assert answer.status_code == 422
    assert f"card {account.card_no}, 程超杰" in text_of(answer)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": ""}, "Write the name, or choose a known customer above."),
        ({"building_area_m2": ""}, "Please fill this in."),
        ({"building_area_m2": "-3"}, "This must be more than 0.00."),
        ({"building_area_m2": "abc"}, "This is not a number. Write it like 89.50."),
        ({"building_area_m2": "NaN"}, "This is not a number. Write it like 89.50."),
        ({"building_area_m2": "1.005"}, "Two places after the point are kept; please round it."),
        ({"building_area_m2": "123456"}, "This is more than 99999; please check it."),
        ({"opened_on": "0206-11-01"}, "The year must lie between 1950 and 2100."),
        ({"customer": "程超杰"}, "Choose a customer from the list"),
        ({"card_no": "a b!"}, "A card number is made of letters"),
    ],
)
def test_faults_are_said_at_their_field(app, branch, clerk, premises, changes, sentence):
    answer = clerk.post(f"/billing/accounts/new?premises_id={premises.id}", {**FORM, **changes})
    assert answer.status_code == 422
    assert sentence in text_of(answer)


def test_who_may_not_and_who_is_elsewhere(app, branch, cashier, stranger, clerk):
    account = factories.make_account(branch)
    db.session.commit()
    for verb in ("edit", "close", "lock"):
        assert cashier.get(f"/billing/accounts/{account.id}/{verb}").status_code == 403
        assert cashier.post(f"/billing/accounts/{account.id}/{verb}").status_code == 403
        assert clerk.get(f"/billing/accounts/{account.id}/{verb}").status_code == 200
    assert account.card_no not in text_of(stranger.get("/billing/accounts"))
    assert account.card_no in text_of(cashier.get("/billing/accounts"))


def test_a_clerk_of_another_branch_gets_nothing(app, branch):
    account = factories.make_account(branch)
    elsewhere = factories.make_staff(Role.BILLING_CLERK, factories.make_branch())
    db.session.commit()
    other = Person(app, elsewhere)
    for verb in ("edit", "close", "lock"):
        assert other.get(f"/billing/accounts/{account.id}/{verb}").status_code == 404


def test_a_card_number_belongs_to_one_account(app, branch, clerk):
    first, second = factories.make_account(branch), factories.make_account(branch)
    db.session.commit()
    form = {"card_no": second.card_no, "opened_on": "2020-01-01", "remark": "", "seen": version_of(first)}
    answer = clerk.post(f"/billing/accounts/{first.id}/edit", form)
    assert answer.status_code == 422
    assert "already belongs to an account" in text_of(answer)
    assert clerk.post(f"/billing/accounts/{first.id}/edit", {**form, "card_no": "A-1"}).status_code == 302
    assert clerk.post(f"/billing/accounts/{first.id}/edit", {**form, "card_no": "A-2"}).status_code == 409


def test_locking_needs_a_reason_and_is_recorded(app, branch, clerk):
    account = factories.make_account(branch)
    db.session.commit()
    path = f"/billing/accounts/{account.id}"
    assert clerk.post(path + "/lock", {"reason": " "}).status_code == 422
    assert clerk.post(path + "/lock", {"reason": "诉讼中"}).status_code == 302
    assert clerk.post(path + "/lock", {"reason": "诉讼中"}).status_code == 409
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.verb == "lock"))
    assert entry.after == {"reason": "诉讼中"}
    assert cards(clerk.get("/billing/accounts?state=locked")) == [account.card_no]
    assert clerk.post(path + "/unlock", {"reason": "结案"}).status_code == 302


def test_an_account_that_owes_is_not_closed(app, branch, clerk):
    account = factories.make_account(branch)
    season = factories.make_season(2025)
    factories.open_day(branch)
    factories.owe(account, season, "120.00", clerk.staff)
    db.session.commit()
    form = {"closed_on": "2026-11-20", "reason": "迁出"}
    answer = clerk.post(f"/billing/accounts/{account.id}/close", form)
    assert answer.status_code == 422
    assert "still owes ¥120.00" in text_of(answer)
    assert db.session.get(Account, account.id).closed_on is None


def test_closing_ends_the_supply_and_happens_once(app, branch, clerk):
    account = factories.make_account(branch)
    db.session.commit()
    form = {"closed_on": "2026-11-20", "reason": "迁出"}
    path = f"/billing/accounts/{account.id}/close"
    assert clerk.post(path, {**form, "closed_on": "2019-01-01"}).status_code == 422
    assert clerk.post(path, form).status_code == 302
    term = db.session.scalar(select(SupplyTerm).where(SupplyTerm.account_id == account.id))
    assert str(term.ends_on) == "2026-11-20"
    assert clerk.post(path, form).status_code == 422
    assert cards(clerk.get("/billing/accounts?state=closed")) == [account.card_no]


def test_filters_and_sorting(app, branch, clerk):
    building = factories.make_building(branch, name="8号楼", community="和平里")
    small = factories.make_account(branch, building=building, term={"building_area_m2": 40})
    large = factories.make_account(branch, term={"building_area_m2": 140, "state": SupplyState.SUSPENDED})
    season = factories.make_season(2025)
    factories.open_day(branch)
    factories.owe(small, season, "10.00", clerk.staff)
    factories.owe(large, season, "99.00", clerk.staff)
    paid = factories.make_account(branch, name="已缴清", initials="yjq")
    db.session.commit()

    def listed(**given):
        return cards(clerk.get("/billing/accounts", query_string=given))

    assert listed(sort="area_m2") == [small.card_no, paid.card_no, large.card_no]
    assert listed(owing="yes", sort="-owed") == [large.card_no, small.card_no]
    assert listed(owing="no") == [paid.card_no]
    assert listed(supply="suspended") == [large.card_no]
    assert listed(q="yjq") == [paid.card_no]
    assert listed(place=f"buildings-{building.id}") == [small.card_no]
    assert listed(where="和平里 8号楼") == [small.card_no]
    assert listed(place="buildings-x", sort="drop table", supply="nonsense") == sorted(
        [small.card_no, large.card_no, paid.card_no]
    )
    assert "is no place" in text_of(clerk.get("/billing/accounts?where=无此地"))


def test_the_export_has_the_filtered_rows_and_is_recorded(app, branch, clerk):
    factories.make_account(branch, name="=HYPERLINK(1)")
    db.session.commit()
    sheet = clerk.get("/billing/accounts/export?q=0626")
    assert sheet.data[:2] == b"PK"
    assert "heatdesk-accounts-" in sheet.headers["Content-Disposition"]
    assert db.session.scalar(select(AuditEntry.after).where(AuditEntry.verb == "export")) == {"q": "0626"}


def test_rows_cost_no_query_each(app, branch, clerk, count_queries):
    building = factories.make_building(branch)
    season = factories.make_season(2025)
    factories.open_day(branch)

    def queries():
        clerk.get("/billing/accounts")
        with count_queries() as seen:
            assert clerk.get("/billing/accounts").status_code == 200
        return len(seen)

    factories.owe(factories.make_account(branch, building=building), season, "1.00", clerk.staff)
    db.session.commit()
    few = queries()
    for _number in range(49):
        factories.owe(factories.make_account(branch, building=building), season, "1.00", clerk.staff)
    db.session.commit()
    assert queries() == few
