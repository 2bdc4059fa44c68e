"""Every list has its export at the same place: found by reading the code for lists, so that a new one cannot be forgotten."""

import ast
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from heatdesk.audit import AuditEntry
from heatdesk.auth.permissions import Role
from heatdesk.db import db
from heatdesk.network.nouns import NOUNS
from tests.conftest import Person, text_of, workbook_rows
from tests.desk.city import City, make_city

ROOT = Path(__file__).parent.parent.parent
HARMFUL = "=HYPERLINK(1)"
"""A name that a spreadsheet program would calculate."""


@dataclass(frozen=True)
class Listed:
    """A list: its address, who reads it, a word of the branch's own that stands in its export; none: it is everybody's."""

    path: str
    role: Role
    word: str | None


LISTS = {
    "accounts.index": Listed("/billing/accounts", Role.BILLING_CLERK, "{card_no}"),
    "approvals.delegations": Listed("/approvals/delegations", Role.SUPERVISOR, "{supervisor}"),
    "approvals.index": Listed("/approvals", Role.SUPERVISOR, None),
    "audit_trail.index": Listed("/audit", Role.SUPERVISOR, "{clerk}"),
    "connections.index": Listed("/billing/connections", Role.BILLING_CLERK, "{agreement}"),
    "customer_card.history": Listed("/households/{account_id}/changes", Role.BILLING_CLERK, "{clerk}"),
    "customer_card.ledger": Listed("/households/{account_id}/ledger", Role.BILLING_CLERK, "2026-2027"),
    "customer_card.papers": Listed("/households/{account_id}/papers", Role.BILLING_CLERK, "{receipt}"),
    "customer_card.show": Listed("/households/{account_id}", Role.BILLING_CLERK, "{receipt}"),
    "customers.index": Listed("/people/customers", Role.BILLING_CLERK, HARMFUL),
    "days.entries": Listed("/billing/days/{branch_id}/2026-11-21/entries", Role.SUPERVISOR, "{card_no}"),
    "days.index": Listed("/billing/days", Role.SUPERVISOR, "{branch}"),
    "imports.index": Listed("/billing/imports", Role.BILLING_CLERK, "{file}"),
    "imports.show": Listed("/billing/imports/{batch_id}", Role.BILLING_CLERK, ""),
    "jobs.index": Listed("/jobs", Role.BILLING_CLERK, "Trial run of season 2026-2027"),
    "meters.index": Listed("/billing/meters", Role.BILLING_CLERK, "{meter}"),
    "network.index": Listed("/network/{noun}", Role.BILLING_CLERK, None),
    "network.show": Listed("/network/buildings/{building_id}", Role.BILLING_CLERK, "{card_no}"),
    "number_books.index": Listed("/billing/number-books", Role.SUPERVISOR, "{book}"),
    "number_books.show": Listed("/billing/number-books/{book_id}", Role.SUPERVISOR, "{receipt}"),
    "payer_shares.index": Listed("/billing/payer_shares", Role.BILLING_CLERK, "{payer}"),
    "payer_shares.show": Listed("/billing/payer_shares/{payer_id}", Role.BILLING_CLERK, "{card_no}"),
    "payments.index": Listed("/billing/payments", Role.SUPERVISOR, "{receipt}"),
    "refunds.index": Listed("/billing/refunds", Role.SUPERVISOR, None),
    "requests.everything": Listed("/requests/all", Role.SUPERVISOR, "{request}"),
    "requests.index": Listed("/requests", Role.BILLING_CLERK, "{request}"),
    "season_runs.exceptions": Listed(
        "/billing/seasons/{season_id}/runs/{run_id}/exceptions", Role.BILLING_CLERK, "{card_no}"
    ),
    "seasons.index": Listed("/billing/seasons", Role.BILLING_CLERK, None),
    "settlements.show": Listed("/billing/seasons/{season_id}/settlement", Role.BILLING_CLERK, "{metered}"),
    "staff.index": Listed("/auth/staff", Role.ADMINISTRATOR, "{clerk}"),
    "tariffs.index": Listed("/billing/tariffs", Role.BILLING_CLERK, None),
    "tills.index": Listed("/billing/tills", Role.SUPERVISOR, "3号窗口"),
    "valve_jobs.index": Listed("/service/valve_jobs", Role.BILLING_CLERK, None),
    "written_off.index": Listed("/billing/written_off", Role.FINANCE, None),
}


@pytest.fixture
def city(app, branch) -> City:
    return make_city(app, branch, customer=HARMFUL)


def path_of(city: City, listed: Listed) -> str:
    return listed.path.format(**city.words)


def lists_in_the_code() -> set[str]:
    """The endpoints of all views that show rows in pages."""
    found = set()
    for path in sorted((ROOT / "heatdesk").rglob("views/*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        names = {
            node.value.args[0].value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Call)
            and isinstance(node.value.func, ast.Name)
            and node.value.func.id == "Blueprint"
        }
        name = next(iter(names), "approvals")
        functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        pages = {one for one, node in functions.items() if calls(node, "paginate")}
        shows = {one for one, node in functions.items() if any(calls(node, helper) for helper in pages)}
        found |= {f"{name}.{one}" for one in pages | shows if functions[one].decorator_list}
    return found


def calls(node: ast.FunctionDef, name: str) -> bool:
    return any(
        isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == name
        for one in ast.walk(node)
    )


def test_the_table_above_knows_every_list():
    shown_by_others = {"imports.upload", "number_books.hand_on", "subsidies.receive"}
    tested_with_their_noun = {"subsidies.show", "tariff_trials.index", "tariff_trials.flats"}
    assert lists_in_the_code() - shown_by_others - tested_with_their_noun == set(LISTS)


def export_of(person: Person, path: str) -> str:
    page = person.get(path)
    assert page.status_code == 200, path
    found = re.findall(r'href="([^"]*)"[^>]*data-key="Alt\+X"', page.get_data(as_text=True))
    assert len(found) == 1, f"{path} has {len(found)} exports"
    return found[0].replace("&amp;", "&")


def test_every_list_is_exported_and_the_trail_says_so(city):
    wrong = {}
    for endpoint, listed in LISTS.items():
        person, word = city.people[listed.role], (listed.word or "").format(**city.words)
        before = len(exports_of(person))
        told = words_in(person.get(export_of(person, path_of(city, listed))))
        if word not in told or len(exports_of(person)) != before + 1:
            wrong[endpoint] = (word, told[:200])
    assert wrong == {}


def test_every_export_keeps_to_the_branch(city):
    told = {}
    for endpoint, listed in LISTS.items():
        if listed.word:
            address = export_of(city.people[listed.role], path_of(city, listed))
            answer = city.strangers[listed.role].get(address)
            word = listed.word.format(**city.words)
            if answer.status_code != 404 and word in words_in(answer):
                told[endpoint] = word
    assert told == {}


def test_every_noun_of_the_network_is_exported_as_filtered(city):
    clerk = city.people[Role.BILLING_CLERK]
    for noun, shown in NOUNS.items():
        own = clerk.get(f"/network/{noun}/export.xlsx")
        title = workbook_rows(own)[1][0]
        address = export_of(clerk, f"/network/{noun}?q={title}")
        assert title in [line[0] for line in workbook_rows(clerk.get(address))[1:]], shown.key
        assert workbook_rows(clerk.get(f"/network/{noun}/export.xlsx?q=nothingiscalledlikethis"))[1:] == []


def test_the_network_export_leaves_other_branches_out(city):
    for noun in ("offices", "buildings", "premises"):
        assert len(workbook_rows(city.people[Role.BILLING_CLERK].get(f"/network/{noun}/export.xlsx"))) > 1
        assert workbook_rows(city.strangers[Role.BILLING_CLERK].get(f"/network/{noun}/export.xlsx"))[1:] == []


def test_a_formula_in_a_name_stays_a_name(city):
    clerk = city.people[Role.BILLING_CLERK]
    answer = clerk.get("/people/customers/export")
    assert HARMFUL in [row[0] for row in workbook_rows(answer)]


def test_an_address_cannot_break_the_links_of_a_list(city):
    """What is typed behind the question mark ends in links and never in the names of url_for."""
    clerk = city.people[Role.BILLING_CLERK]
    for odd in ("endpoint=x", "noun=x", "_method=POST", "_scheme=gopher", "_anchor=x", "account_id=7"):
        for path in (
            "/network/offices",
            "/billing/accounts",
            f"/households/{city.words['account_id']}/ledger",
        ):
            assert clerk.get(f"{path}?{odd}").status_code == 200, (path, odd)


def words_in(answer: Any) -> str:
    return "\n".join(str(cell) for row in workbook_rows(answer) for cell in row)


def exports_of(person: Person) -> list[AuditEntry]:
    query = select(AuditEntry).where(AuditEntry.verb == "export", AuditEntry.actor_id == person.id)
    return list(db.session.scalars(query))


def test_a_list_without_rows_says_what_to_do(city):
    """Each list says «nothing fits» with a way back, in its own words or the common ones."""
    narrowing = {
        "accounts.index": "q",
        "customers.index": "q",
        "network.index": "q",
        "audit_trail.index": "who",
    }
    for endpoint, name in narrowing.items():
        listed = LISTS[endpoint]
        page = city.people[listed.role].get(f"{path_of(city, listed)}?{name}=qqqqqqqq")
        assert "Show all" in text_of(page), endpoint
        assert 'class="empty"' in page.get_data(as_text=True), endpoint
