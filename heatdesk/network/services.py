"""Changing the network: one way to create, change, delete and take back for every noun."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ARRAY, BigInteger, UniqueConstraint, any_, bindparam, func, inspect, select, update

from heatdesk import pinyin
from heatdesk.audit import TABLE_LABELS, AuditEntry
from heatdesk.db import Model, db, get_or_refuse
from heatdesk.i18n import _
from heatdesk.network import reading
from heatdesk.network.errors import CannotUndo, HeadOfficeOnly, NameTaken, OtherBranch, StillInUse
from heatdesk.network.models import Building, Community, Premises
from heatdesk.network.nouns import NOUNS, Noun
from heatdesk.web.versions import refuse_if_changed

Values = Mapping[str, Any]


def create(noun: Noun, values: Values, *, branch_id: int | None) -> Any:
    """A new place; raises `NameTaken`, `OtherBranch`, `HeadOfficeOnly`. `branch_id` None: by head office."""
    if noun.key == "branches" and branch_id is not None:
        raise HeadOfficeOnly
    _check_parents(noun, values, branch_id)
    _check_free(noun, values)
    place = noun.model(**values)
    _derive(place)
    db.session.add(place)
    db.session.flush()
    return place


def change(
    noun: Noun, place: Any, values: Values, *, branch_id: int | None, seen: str | None = None
) -> int | None:
    """Rename or move a locked place; gives the audit entry by which `undo` takes it back, None when nothing changed.

    `seen` is the version of the page. Addresses that were made of the old names follow; those written by hand stay.
    """
    if seen is not None:
        refuse_if_changed(seen, place)
    _check_parents(noun, values, branch_id)
    _check_free(noun, values, besides=place.id)
    following = _made_addresses(place)
    for column, value in values.items():
        setattr(place, column, value)
    _derive(place)
    if not db.session.is_modified(place):
        return None
    db.session.flush()
    _address_again(following)
    return db.session.scalar(
        select(func.max(AuditEntry.id)).where(
            AuditEntry.subject_table == place.__tablename__, AuditEntry.subject_id == str(place.id)
        )
    )


def undo(noun: Noun, place: Any, audit_id: int, *, branch_id: int | None) -> None:
    """Put back what the audited change replaced; raises `CannotUndo` when the place was changed again since."""
    entry = get_or_refuse(AuditEntry, audit_id)
    same = (entry.subject_table, entry.subject_id, entry.verb) == (
        place.__tablename__,
        str(place.id),
        "update",
    )
    after, before = entry.after or {}, entry.before or {}
    columns = [column for column in noun.columns if column in after]
    if not same or not columns or any(getattr(place, column) != after[column] for column in columns):
        raise CannotUndo
    change(noun, place, {column: before[column] for column in columns}, branch_id=branch_id)


def delete(noun: Noun, place: Any, *, branch_id: int | None) -> None:
    """Delete a locked place on which nothing hangs; raises `StillInUse` naming what does."""
    if noun.key == "branches" and branch_id is not None:
        raise HeadOfficeOnly
    uses = uses_of(place)
    if uses:
        named = ", ".join(f"{TABLE_LABELS.get(table, table)} × {count:,}" for table, count in uses)
        raise StillInUse(name=getattr(place, noun.title), uses=named)
    db.session.delete(place)
    db.session.flush()


def uses_of(place: Model) -> list[tuple[str, int]]:
    """(table, rows) of everything that refers to the place, whichever slice it belongs to."""
    mine = inspect(type(place)).local_table
    found = []
    for table in Model.metadata.sorted_tables:
        for key in table.foreign_keys:
            if key.column.table is mine:
                query = select(func.count()).select_from(table).where(key.parent == place.id)  # type: ignore[attr-defined]
                count = db.session.scalar(query) or 0
                if count:
                    found.append((table.name, count))
    return found


def _check_parents(noun: Noun, values: Values, branch_id: int | None) -> None:
    """A clerk of a branch hangs things only on places of that branch."""
    for parent in noun.parents:
        if parent.column in values:
            above: Any = NOUNS[parent.noun].model
            visible = reading.in_branch(NOUNS[parent.noun], branch_id)
            if db.session.scalar(select(above.id).where(above.id == values[parent.column], visible)) is None:
                raise OtherBranch


def _check_free(noun: Noun, values: Values, besides: int | None = None) -> None:
    """The unique constraints of the table, said in words before the database refuses."""
    table: Any = noun.model.__table__
    rules = [constraint for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    for rule in rules:
        columns = [column.name for column in rule.columns]
        if not set(columns) <= set(values):
            continue
        query = select(table.c.id).where(*[table.c[column] == values[column] for column in columns])
        if db.session.scalar(query.where(table.c.id != (besides or 0))) is not None:
            written = (values.get("name"), values.get("unit"), values.get("room"))
            taken = " ".join(one for one in written if one)
            raise NameTaken(name=taken)


def _derive(place: Any) -> None:
    """What follows from what was written: initials of a community, the address of premises."""
    if isinstance(place, Community):
        place.name_initials = pinyin.initials(place.name)
    if isinstance(place, Premises) and not place.address:
        place.address = _made_address(place)


def _made_address(premises: Premises) -> str:
    return address_of(premises.building_id, premises.unit, premises.room)


def address_of(building_id: int, unit: str, room: str) -> str:
    """The address of a room as the names make it; raises `Missing`."""
    building = get_or_refuse(Building, building_id)
    community = db.session.get_one(Community, building.community_id)
    return " ".join(filter(None, (community.name, building.name, unit, room)))


_MADE = func.concat_ws(" ", Community.name, Building.name, func.nullif(Premises.unit, ""), Premises.room)


def _made_addresses(place: Model) -> list[int]:
    """The premises below a building or community whose address is made of the names, and so follows them."""
    if not isinstance(place, Building | Community):
        return []
    query = (
        select(Premises.id)
        .join(Building, Building.id == Premises.building_id)
        .join(Community, Community.id == Building.community_id)
        .where(Premises.address == _MADE)
    )
    column = Building.id if isinstance(place, Building) else Community.id
    return list(db.session.scalars(query.where(column == place.id)))


def _address_again(premises_ids: list[int]) -> None:
    if premises_ids:
        chosen = bindparam("premises_ids", premises_ids, type_=ARRAY(BigInteger))
        db.session.execute(
            update(Premises)
            .where(
                Premises.id == any_(chosen),
                Premises.building_id == Building.id,
                Community.id == Building.community_id,
            )
            .values(address=_MADE)
            .execution_options(synchronize_session=False)
        )


def named(noun: Noun, place: Any) -> str:
    """As a notice names it: office “铁西所”."""
    return _("%(noun)s “%(name)s”", noun=str(noun.one), name=getattr(place, noun.title))
