"""Rows of a season run: facts read by COPY in order of account, books written by COPY into the season's new tables.

Text lines instead of objects: what only travels from one table to another is never turned into anything else.
"""

from collections.abc import Iterator
from typing import NamedTuple

import psycopg
from psycopg import sql

from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.services.season_plans import PartRows, TermRow
from heatdesk.db import db

FACTS = """
copy (
    select account.id, account.branch_id, building.office_id,
           {previous},
           greatest(term.starts_on, {first}) - {first}, least(coalesce(term.ends_on, {last}), {last}) - {first},
           (term.building_area_m2 * 100)::bigint, (term.inner_area_m2 * 100)::bigint,
           (term.usable_area_m2 * 100)::bigint, term.id,
           term.use_class, term.state, term.mode, (term.storey_height_m * 100)::bigint,
           (term.inner_area_m2 is null)::int + 2 * (term.usable_area_m2 is null)::int, building.building_type
      from account
      join premises on premises.id = account.premises_id
      join building on building.id = premises.building_id
      left join supply_term term on term.account_id = account.id
           and term.starts_on <= {last} and coalesce(term.ends_on, {last}) >= {first}
     where account.id between {low} and {high}
       and account.opened_on <= {last} and coalesce(account.closed_on, {last}) >= {first}
     order by account.id, term.starts_on
) to stdout"""

PREVIOUS = "(select (charged * 100)::bigint from bill where season_id = {previous} and account_id = account.id)"

PARTS = """
copy (
    select term.id, (part.area_m2 * 100)::bigint, part.kind, (part.net_height_m * 100)::bigint, part.heated
      from area_part part join supply_term term on term.id = part.supply_term_id
     where term.account_id between {low} and {high}
     order by term.id, part.id
) to stdout"""

BILLS = "copy {table} (season_id, account_id, charged) from stdin"
CHARGES = (
    "copy {table} (season_id, account_id, item, revision, journal_id, amount, target, quantity_m2, basis_id, figures)"
    " from stdin"
)
ENTRIES = "copy {table} (journal_id, season_id, account_id, debit, credit, amount, item) from stdin"


class AccountRows(NamedTuple):
    """One account with its terms; ids are text, as they are only handed on. `previous` is last season's fen."""

    id: str
    branch: str
    office: str
    previous: str
    terms: list[TermRow]


def driver() -> "psycopg.Connection[tuple[object, ...]]":
    """The psycopg connection of the session's transaction."""
    connection: psycopg.Connection[tuple[object, ...]] = db.session.connection().connection.driver_connection  # type: ignore[assignment]
    return connection


def read_accounts(season: Season, low: int, high: int, previous: int | None) -> Iterator[AccountRows]:
    """The eligible accounts of a range with their terms; without a term the list is empty."""
    before = sql.SQL("null") if previous is None else sql.SQL(PREVIOUS).format(previous=sql.Literal(previous))
    query = sql.SQL(FACTS).format(
        first=sql.Literal(season.starts_on),
        last=sql.Literal(season.ends_on),
        low=sql.Literal(low),
        high=sql.Literal(high),
        previous=before,
    )
    current: AccountRows | None = None
    for line in _lines(query):
        account, branch, office, charged, first, last, building, inner, usable, term, facts = line.split("\t", 10)
        if current is None or current.id != account:
            if current is not None:
                yield current
            current = AccountRows(account, branch, office, charged, [])
        if term != "\\N":
            current.terms.append(TermRow(first, last, building, inner, usable, term, facts))
    if current is not None:
        yield current


def read_parts(low: int, high: int) -> dict[str, PartRows]:
    """The parts of the terms of a range of accounts, by term."""
    query = sql.SQL(PARTS).format(low=sql.Literal(low), high=sql.Literal(high))
    parts: dict[str, PartRows] = {}
    for line in _lines(query):
        term, area, facts = line.split("\t", 2)
        known = parts.get(term)
        if known is None:
            parts[term] = (facts,), (int(area),)
        else:
            parts[term] = (*known[0], facts), (*known[1], int(area))
    return parts


def write(statement: str, table: str, rows: list[str]) -> None:
    """COPY ready lines into a table of the run."""
    query = sql.SQL(statement).format(table=sql.Identifier(table))
    with driver().cursor() as cursor, cursor.copy(query) as copy:
        copy.write("".join(rows))


def _lines(query: sql.Composed) -> list[str]:
    with driver().cursor() as cursor, cursor.copy(query) as copy:
        return b"".join(bytes(block) for block in copy).decode().split("\n")[:-1]
