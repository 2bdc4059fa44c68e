"""Tariffs and settings by request: what is shown, who may ask, what the database itself refuses."""

from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from heatdesk.approvals import kinds
from heatdesk.approvals.rules.hashing import digest
from heatdesk.auth.permissions import Role
from heatdesk.billing.errors import ApproverIsAuthor, BadSettingValue, NoSuchSetting, SameSetting, TariffMoved
from heatdesk.billing.models import Tariff
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.rules.workflow import TariffState
from heatdesk.billing.services import payments, tariffs
from heatdesk.db import db
from heatdesk.web.versions import version_of
from tests import factories
from tests.approvals.office import approve
from tests.billing.changes.town import town
from tests.billing.season_city import RESIDENTIAL
from tests.conftest import Person, text_of

__all__ = ["town"]


def draft_of(town, by=None, **changes):
    rules = {**RESIDENTIAL, "price": "28", "valid_from": "2026-11-01", "document_no": "示例1号", **changes}
    return tariffs.draft(TariffRules.from_parameters(rules), by=(by or town.office.colleague).id)


def payload_of(draft):
    return {"tariff_id": draft.id, "contents": digest(draft.parameters)}


def test_a_draft_is_shown_beside_the_version_before_it(town):
    draft = draft_of(town, suspension={**RESIDENTIAL["suspension"], "share": "0.3"})
    changes = kinds.get("tariff").preview(payload_of(draft)).changes
    rows = {(one.label, one.detail): (one.before, one.after) for one in changes}
    shares = [
        (one.before, one.after) for one in changes if "uspension" in one.label and one.before and one.after
    ]
    assert [(before[-1], after[-1]) for before, after in shares] == [("20", "30")]
    assert rows["Price", ""] == (("26",), ("28",))
    assert rows["Document number", ""] == ("沈发改发〔2024〕示例12号", "示例1号")
    assert rows["Seasons it prices", ""] == (None, ("2026-2027",))
    assert rows["Billed already, priced anew by the next run", ""] == (None, ("2026-2027",))


def test_finance_and_manager_make_it_binding(town):
    draft = draft_of(town)
    request = town.ask("tariff", payload_of(draft))
    approve(request, town.office.finance)
    assert draft.state == TariffState.DRAFT
    approve(request, town.office.manager)
    db.session.refresh(draft)
    assert (draft.state, draft.approved_by) == (TariffState.APPROVED, town.office.manager.id)


def test_a_draft_changed_meanwhile_is_another_one(town):
    draft = draft_of(town)
    request = town.ask("tariff", payload_of(draft))
    db.session.refresh(draft)
    rules = TariffRules.from_parameters({**draft.parameters, "price": "99"})
    tariffs.edit(draft.id, rules, seen=version_of(draft), by=town.office.colleague.id)
    with pytest.raises(TariffMoved):
        approve(request, town.office.finance)


def test_the_author_does_not_decide_though_somebody_else_asked(town):
    """The screen lets only the author ask; the effect looks once more."""
    draft = draft_of(town, by=town.office.manager)
    request = town.ask("tariff", payload_of(draft))
    approve(request, town.office.finance)
    with pytest.raises(ApproverIsAuthor):
        approve(request, town.office.manager)
    assert db.session.scalars(select(Tariff.state).where(Tariff.id == draft.id)).one() == TariffState.DRAFT


def settings_of(town, **values):
    return {"branch_id": town.office.branch.id, "values": values}


def test_cash_is_rounded_as_soon_as_two_have_agreed(town):
    branch = town.office.branch
    request = town.ask("settings", settings_of(town, cash_rounding="jiao"))
    approve(request, town.office.finance)
    assert payments.cash_step(branch.id) == Decimal("0.01")
    approve(request, town.office.manager)
    assert payments.cash_step(branch.id) == Decimal("0.10")


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"cash_rounding": "fen"}, SameSetting),
        ({"cash_rounding": "euro"}, BadSettingValue),
        ({"card_digits": "3"}, BadSettingValue),
        ({"card_digits": "17"}, BadSettingValue),
        ({"card_prefix": "沈"}, BadSettingValue),
        ({"name": "another"}, NoSuchSetting),
    ],
)
def test_settings_that_cannot_be(town, values, refusal):
    with pytest.raises(refusal):
        kinds.get("settings").preview(settings_of(town, **values))


def test_the_database_wants_a_request_behind_every_setting(town):
    for column, value in (("cash_rounding", "'yuan'"), ("card_prefix", "'X'"), ("card_digits", "5")):
        statement = f"update branch set {column} = {value} where id = {town.office.branch.id}"  # noqa: S608
        with pytest.raises(DBAPIError, match="by request only"), db.session.begin_nested():
            db.session.execute(text(statement))
    phone = text("update branch set phone = '024-1' where id = :id")
    db.session.execute(phone, {"id": town.office.branch.id})


def test_no_form_of_the_network_changes_them(app, town):
    clerk = Person(app, town.office.clerk)
    path = f"/network/branches/{town.office.branch.id}"
    assert "cash_rounding" not in clerk.get(f"{path}/edit").get_data(as_text=True)
    assert "fen (not at all)" in text_of(clerk.get(path))
    boss = Person(app, town.office.supervisor)
    assert f"/requests/new/settings?branch_id={town.office.branch.id}" in boss.get(path).get_data(
        as_text=True
    )


def test_a_branch_asks_for_itself_and_head_office_for_all(app, town):
    other = factories.make_branch("别家分公司")
    boss = Person(app, town.office.supervisor)
    page = boss.get(f"/requests/new/settings?branch_id={other.id}")
    assert "别家分公司" not in text_of(page)
    form = {"branch_id": other.id, "cash_rounding": "yuan", "card_digits": "10", "reason": "new coins"}
    assert boss.post("/requests/new/settings", form).status_code == 422
    head_office = Person(app, factories.make_staff(Role.FINANCE, None))
    assert head_office.post("/requests/new/settings", form).status_code == 302
    cashier = Person(app, factories.make_staff(Role.CASHIER, town.office.branch))
    assert cashier.get("/requests/new/settings").status_code == 403
