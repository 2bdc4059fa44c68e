"""A place of any noun in one line of text: `community · 铁西区 › 兴工里`; what the filters of lists understand."""

from dataclasses import dataclass

from sqlalchemy import select

from heatdesk.db import db
from heatdesk.network import reading
from heatdesk.network.nouns import NOUNS

_SIGN = " · "
_OFFERED = ("offices", "communities", "buildings", "stations", "branches", "sources", "districts")
_EACH = 6


@dataclass(frozen=True)
class Place:
    """`code` goes into addresses of pages (`offices-3`), `label` is for people."""

    noun: str
    id: int
    label: str

    @property
    def code(self) -> str:
        return f"{self.noun}-{self.id}"


def suggest(words: str, branch_id: int | None) -> list[Place]:
    """Places that the words fit, a few of every noun."""
    _, sign, after = words.partition(_SIGN)
    words = (after if sign else words).replace(reading.PATH_SIGN.strip(), " ")
    return [
        Place(key, row.id, f"{NOUNS[key].one}{_SIGN}{row.label}")
        for key in _OFFERED
        for row in reading.options(NOUNS[key], branch_id, words=words, limit=_EACH)
    ]


def named(label: str, branch_id: int | None) -> Place | None:
    """The place that carries exactly this label, or the only one that fits what was typed."""
    found = suggest(label, branch_id)
    exact = [place for place in found if place.label == label.strip()]
    if exact:
        return exact[0]
    return found[0] if len(found) == 1 else None


def coded(code: str, branch_id: int | None) -> Place | None:
    """The place behind `offices-3`, when the reader may see it."""
    key, _, number = code.partition("-")
    if key not in NOUNS or not number.isascii() or not number.isdigit() or len(number) > 18:
        return None
    noun = NOUNS[key]
    table: type = noun.model
    visible = reading.in_branch(noun, branch_id)
    if db.session.scalar(select(table.id).where(table.id == int(number), visible)) is None:  # type: ignore[attr-defined]
        return None
    return Place(key, int(number), f"{noun.one}{_SIGN}{reading.label_of(noun, int(number))}")
