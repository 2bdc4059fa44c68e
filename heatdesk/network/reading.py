"""Reading the tree: what may be seen, lists with their parents, the way from the top."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Row, Select, func, literal, select

from heatdesk.db import db
from heatdesk.errors import Missing
from heatdesk.network.models import Building
from heatdesk.network.nouns import NOUNS, Noun

PATH_SIGN = " › "


def in_branch(noun: Noun, branch_id: int | None) -> Any:
    """The condition that keeps a noun to a branch; sources, stations, districts and communities serve several."""
    if branch_id is None:
        return True
    table: Any = noun.model
    if noun.key == "branches":
        return table.id == branch_id
    for parent in noun.parents:
        above: Any = NOUNS[parent.noun].model
        narrower = in_branch(NOUNS[parent.noun], branch_id)
        if narrower is not True:
            return getattr(table, parent.column).in_(select(above.id).where(narrower))
    return True


def get(noun: Noun, place_id: int, branch_id: int | None, *, lock: bool = False) -> Any:
    """The place; raises `Missing` when it is not there or lies in another branch."""
    table: Any = noun.model
    query = select(noun.model).where(table.id == place_id, in_branch(noun, branch_id))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    place = db.session.scalar(query)
    if place is None:
        raise Missing
    return place


def listing(
    noun: Noun,
    branch_id: int | None,
    *,
    words: str = "",
    under: tuple[str, int] | None = None,
    ids: Sequence[int] = (),
) -> Select[Any]:
    """Rows of (id, title, names of parents…, counts of children…) by name; `under` is a parent: (column, id)."""
    table: Any = noun.model
    title = getattr(table, noun.title)
    query = select(table.id, title.label("title"))
    for parent in noun.parents:
        above: Any = NOUNS[parent.noun].model
        query = query.join(above, above.id == getattr(table, parent.column))
        if noun.key != "premises":
            query = query.add_columns(above.name.label(parent.noun))
    for child, column in noun.children:
        below: Any = child.model
        counted = select(func.count()).where(getattr(below, column) == table.id, in_branch(child, branch_id))
        query = query.add_columns(counted.scalar_subquery().label(child.key))
    # The buildings stand beside their premises here, so the branch is asked of them.
    query = query.where(in_branch(NOUNS["buildings"] if noun.key == "premises" else noun, branch_id))
    if under:
        query = query.where(getattr(table, under[0]) == under[1])
    if ids:
        query = query.where(table.id.in_(ids))
    if words:
        query = query.where(title.icontains(words, autoescape=True))
    return query.order_by(*_order(noun, is_under=bool(under)))


def _order(noun: Noun, *, is_under: bool) -> list[Any]:
    """By name, so that 2号楼 stands before 10号楼: first by length of the digits in front, then by text.

    Premises stand as in the house, and where several houses are listed, house by house.
    """
    table: Any = noun.model
    if noun.key == "premises":
        house = [] if is_under else [Building.id]
        return [*house, table.unit, table.floor.nulls_last(), func.length(table.room), table.room, table.id]
    number = func.length(func.substring(table.name, r"^\d+"))
    return [number.nulls_first(), table.name, table.id]


def path(noun: Noun, place: Any) -> list[tuple[Noun, int, str]]:
    """The way from the top to the place: the chain of first parents, highest first, without the place itself."""
    steps: list[tuple[Noun, int, str]] = []
    while noun.parents:
        above = NOUNS[noun.parents[0].noun]
        place = db.session.get_one(above.model, getattr(place, noun.parents[0].column))
        steps.insert(0, (above, place.id, place.name))
        noun = above
    return steps


def other_parents(noun: Noun, place: Any) -> list[tuple[Noun, int, str]]:
    """What else the place hangs on: for a building its station and its office."""
    others = []
    for parent in noun.parents[1:]:
        above = NOUNS[parent.noun]
        found: Any = db.session.get_one(above.model, getattr(place, parent.column))
        others.append((above, found.id, found.name))
    return others


def options(noun: Noun, branch_id: int | None, *, words: str = "", limit: int = 60) -> Sequence[Row[Any]]:
    """Rows of (id, label) to choose a place of this noun from; the label is its way from the top."""
    query = labelled(noun).where(in_branch(noun, branch_id)).limit(limit)
    for word in words.split():
        query = query.where(_label(noun).icontains(word, autoescape=True))
    return db.session.execute(query.order_by("label")).all()


def labelled(noun: Noun) -> Select[Any]:
    """`select id, label` of a noun: 北站分公司 › 铁西所, 铁西区 › 兴工里 › 26号楼."""
    table: Any = noun.model
    query = select(table.id, _label(noun).label("label"))
    for below, above in _chain(noun):
        upper: Any = above.model
        query = query.join(upper, upper.id == getattr(below.model, below.parents[0].column))
    return query


def label_of(noun: Noun, place_id: int) -> str:
    """The way to one place from the top, in words; empty when it does not exist."""
    return labels(noun, [place_id]).get(place_id, "")


def _chain(noun: Noun) -> list[tuple[Noun, Noun]]:
    """(noun, its first parent), upwards."""
    if not noun.parents:
        return []
    above = NOUNS[noun.parents[0].noun]
    return [(noun, above), *_chain(above)]


def _label(noun: Noun) -> Any:
    above: list[Any] = [upper.model for _, upper in reversed(_chain(noun))]
    if noun.key == "premises":
        return getattr(noun.model, noun.title)
    table: Any = noun.model
    return func.concat_ws(literal(PATH_SIGN), *[upper.name for upper in above], table.name)


def labels(noun: Noun, place_ids: Collection[int]) -> dict[int, str]:
    """The names of several places, by id, in one query."""
    table: Any = noun.model
    rows = db.session.execute(labelled(noun).where(table.id.in_(place_ids)))
    return {row.id: row.label for row in rows}
