"""Checked rows on their way into the database: two temporary tables, filled by binary COPY, gone with the transaction.

`incoming_place` holds each building once, `incoming` one row per household with the number of its building. All the
rest is set-based SQL on them (performance.md §2e).
"""

from collections.abc import Container, Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import text

from heatdesk.billing.rules.register_places import Place, home_of, place_of, supplied_from
from heatdesk.billing.rules.register_reading import RegisterRow
from heatdesk.db import db
from heatdesk.people.models import CustomerKind
from heatdesk.pinyin import initials

_PLACE_COLUMNS = {
    "place": "int4",
    **dict.fromkeys(
        ("branch", "office", "heat_source", "station", "district", "community", "building"), "text"
    ),
    "community_initials": "text",
}
_COLUMNS = {
    "row": "int4", "place": "int4", "card_no": "text", "kind": "text", "name": "text", "initials": "text",
    "phones": "text[]", "id_number": "text", "unit": "text", "room": "text", "floor": "int8", "address": "text",
    "building_area_m2": "numeric", "inner_area_m2": "numeric", "usable_area_m2": "numeric",
    "storey_height_m": "numeric", "balcony": "numeric", "attic": "numeric", "basement": "numeric",
    "use_class": "text", "mode": "text", "state": "text", "opened_on": "date", "first_on": "date",
    "changes_on": "date", "prepayment": "numeric", "remark": "text", "is_new": "bool",
}  # fmt: skip
_ARREARS_COLUMNS = {"row": "int4", "season": "text", "amount": "numeric"}
_RESOLVED = "branch_id bigint, office_id bigint, station_id bigint, community_id bigint, building_id bigint"

_RESOLVE = (
    "update incoming_place place set branch_id = branch.id from branch where branch.name = place.branch",
    """
    update incoming_place place set office_id = office.id from office
     where office.branch_id = place.branch_id and office.name = place.office
    """,
    """
    update incoming_place place set station_id = found.id from
     (select station.name, heat_source.name, station.id from station
        join heat_source on heat_source.id = station.heat_source_id) found (station, source, id)
     where found.station = place.station and found.source = place.heat_source
    """,
    """
    update incoming_place place set station_id = found.id from
     (select name, min(id) as id from station group by name having count(*) = 1) found
     where place.heat_source = '' and found.name = place.station
    """,
    """
    update incoming_place place set community_id = found.id from
     (select community.name, district.name, community.id from community
        join district on district.id = community.district_id) found (community, district, id)
     where found.community = place.community and found.district = place.district
    """,
    """
    update incoming_place place set community_id = found.id from
     (select name, min(id) as id from community group by name having count(*) = 1) found
     where place.district = '' and found.name = place.community
    """,
    """
    update incoming_place place set building_id = building.id from building
     where building.community_id = place.community_id and building.name = place.building
    """,
)
"""From names to the ids that exist; a district or heat source that the file leaves out is found by what hangs on it."""


def stage(rows: Iterable[RegisterRow], known: Container[str], effective_on: date, usual_branch: str) -> None:
    """Fill the temporary tables anew and find which places exist; `known` are the card numbers of the register."""
    _make_table("incoming", _COLUMNS)
    _make_table("incoming_place", _PLACE_COLUMNS, _RESOLVED)
    _make_table("incoming_arrears", _ARREARS_COLUMNS)
    places: dict[Place, int] = {}
    arrears: list[tuple[Any, ...]] = []
    _copy("incoming", _COLUMNS, _records(rows, known, effective_on, usual_branch, places, arrears))
    _copy(
        "incoming_place",
        _PLACE_COLUMNS,
        ((number, *place, initials(place.community)) for place, number in places.items()),
    )
    _copy("incoming_arrears", _ARREARS_COLUMNS, arrears)
    for table in ("incoming", "incoming_place", "incoming_arrears"):
        db.session.execute(text(f"analyze {table}"))
    resolve_places()


def resolve_places() -> None:
    """Write the ids of existing branches, offices, stations, communities and buildings beside their names."""
    for statement in _RESOLVE:
        db.session.execute(text(statement))


def drop_rows(numbers: Iterable[int]) -> None:
    """Take rows out again that the database speaks against."""
    db.session.execute(text("delete from incoming where row = any(:rows)"), {"rows": list(numbers)})


def _records(
    rows: Iterable[RegisterRow],
    known: Container[str],
    effective_on: date,
    usual_branch: str,
    places: dict[Place, int],
    arrears: list[tuple[Any, ...]],
) -> Iterator[tuple[Any, ...]]:
    """One tuple per row in the order of `_COLUMNS`; collects buildings and arrears on the way."""
    for row in rows:
        place = places.setdefault(place_of(row, usual_branch), len(places))
        home = home_of(row)
        first_on, changes_on = supplied_from(row, effective_on)
        arrears += [(row.row, season, amount) for season, amount in row.arrears]
        kind = CustomerKind.ORGANISATION if row.is_organisation else CustomerKind.PERSON
        yield (
            row.row, place, row.card_no, kind.value, row.name, initials(row.name), list(row.phones), row.id_number,
            *home, row.building_area_m2, row.inner_area_m2, row.usable_area_m2, row.storey_height_m,
            row.balcony_area_m2, row.attic_area_m2, row.basement_area_m2, row.use_class.value, row.mode.value,
            row.state.value, row.opened_on or first_on, first_on, changes_on, row.prepayment, row.remark,
            row.card_no not in known,
        )  # fmt: skip


def _make_table(name: str, columns: dict[str, str], more: str = "") -> None:
    fields = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    db.session.execute(text(f"drop table if exists pg_temp.{name}"))
    db.session.execute(
        text(f"create temporary table {name} ({fields}{', ' if more else ''}{more}) on commit drop")
    )


def _copy(name: str, columns: dict[str, str], records: Iterable[tuple[Any, ...]]) -> None:
    connection: Any = db.session.connection().connection.driver_connection
    statement = f"copy {name} ({', '.join(columns)}) from stdin (format binary)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(list(columns.values()))
        for record in records:
            copy.write_row(record)
