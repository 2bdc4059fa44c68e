"""Rows of a season run: facts read a table at a time, books written by COPY into the season's new tables.

Text lines instead of objects: what only travels from one table to another is never turned into anything else.
Each table is read by its own range of ids. A join of whole tables, which is what the planner makes of a range of
accounts joined to everything else, would be repeated for every shard. The `+ 0` keeps the planner from looking for
the least and the greatest id along their own index, past all the rows of all the other shards.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
from psycopg import sql

from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.services.season_plans import PartRows, TermRow
from heatdesk.db import db

ACCOUNTS = """
select string_agg(concat(account.id, e'\t', account.branch_id, e'\t', building.office_id, e'\t',
                         building.building_type, e'\t', {previous}, e'\t', building.community_id),
                  e'\n' order by account.id)
  from account
  join premises on premises.id = account.premises_id
  join building on building.id = premises.building_id
 where account.id between {low} and {high}
   and premises.id between (select min(premises_id + 0) from account where id between {low} and {high})
                       and (select max(premises_id + 0) from account where id between {low} and {high})
   and account.opened_on <= {last} and coalesce(account.closed_on, {last}) >= {first}"""

PREVIOUS = (
    "(select (charged * 100)::bigint from bill where season_id = {previous} and account_id = account.id)"
)

TERMS = """
select string_agg(concat(
           account_id, e'\t', greatest(starts_on, {first}) - {first}, e'\t',
           least(coalesce(ends_on, {last}), {last}) - {first}, e'\t', (building_area_m2 * 100)::bigint, e'\t',
           (inner_area_m2 * 100)::bigint, e'\t', (usable_area_m2 * 100)::bigint, e'\t', id, e'\t',
           use_class, e'\t', state, e'\t', mode, e'\t', (storey_height_m * 100)::bigint, e'\t',
           (inner_area_m2 is null)::int + 2 * (usable_area_m2 is null)::int
       ), e'\n' order by account_id, starts_on)
  from supply_term
 where account_id between {low} and {high} and starts_on <= {last} and coalesce(ends_on, {last}) >= {first}"""

PARTS = """
select string_agg(concat(part.supply_term_id, e'\t', (part.area_m2 * 100)::bigint, e'\t', part.kind, e'\t',
                         (part.net_height_m * 100)::bigint, e'\t', part.heated), e'\n'
                  order by part.supply_term_id, part.id)
  from area_part part join supply_term term on term.id = part.supply_term_id
 where term.account_id between {low} and {high}
   and part.supply_term_id between (select min(id + 0) from supply_term where account_id between {low} and {high})
                               and (select max(id + 0) from supply_term where account_id between {low} and {high})"""

BILLS = "copy {table} (season_id, account_id, charged) from stdin"
CHARGES = (
    "copy {table} (season_id, account_id, item, revision, journal_id, amount, target, quantity_m2, basis_id, figures)"
    " from stdin"
)
ENTRIES = "copy {table} (journal_id, season_id, account_id, debit, credit, amount, item) from stdin"
TRIED = (
    "copy {table} (trial_id, account_id, branch_id, office_id, community_id, use_class, before, after, message, values)"
    " from stdin"
)


class AccountRow(NamedTuple):
    """One eligible account; ids are text, as they are only handed on. `previous` is last season's fen."""

    id: str
    branch: str
    office: str
    building_type: str
    previous: str
    community: str


def driver() -> "psycopg.Connection[tuple[object, ...]]":
    """The psycopg connection of the session's transaction."""
    connection: psycopg.Connection[tuple[object, ...]] = db.session.connection().connection.driver_connection  # type: ignore[assignment]
    return connection


class Range:
    """A range of account ids within a season, read table by table."""

    def __init__(self, season: Season, low: int, high: int) -> None:
        self.values = {
            "first": sql.Literal(season.starts_on),
            "last": sql.Literal(season.ends_on),
            "low": sql.Literal(low),
            "high": sql.Literal(high),
        }

    def accounts(self, previous: int | None) -> Iterator[AccountRow]:
        """The eligible accounts; `previous` names the season whose charges go along."""
        before = (
            sql.SQL("null") if previous is None else sql.SQL(PREVIOUS).format(previous=sql.Literal(previous))
        )
        for line in _lines(sql.SQL(ACCOUNTS).format(previous=before, **self.values)):
            yield AccountRow._make(line.split("\t"))

    def terms(self) -> dict[str, list[TermRow]]:
        """The supply terms that touch the season by account, in order of date."""
        terms: dict[str, list[TermRow]] = defaultdict(list)
        for line in _lines(sql.SQL(TERMS).format(**self.values)):
            account, *row = line.split("\t", 7)
            terms[account].append(TermRow._make(row))
        return terms

    def parts(self) -> dict[str, PartRows]:
        """The parts of the areas by term."""
        parts: dict[str, PartRows] = {}
        for line in _lines(sql.SQL(PARTS).format(**self.values)):
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
    """The lines of a query that adds its rows up to one text: a million rows one by one cost more than the query.
    A null is an empty field.
    """
    with driver().cursor() as cursor:
        row = cursor.execute(query).fetchone()
    whole = row[0] if row else None
    return whole.split("\n") if isinstance(whole, str) else []
