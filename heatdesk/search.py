"""The search box: one table kept by triggers, one query routed by what was typed.

Digits look in card numbers and phones, letters in pinyin initials, Chinese in names and addresses by pairs of
characters; several words must all fit. `performance.md` §2c has the measurements behind the indexes.
"""

import re
import unicodedata
from collections.abc import Sequence

from sqlalchemy import ColumnElement, Index, Text, and_, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import Model, db

LIMIT = 20
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_WORD = re.compile(rf"[{_HAN}]+|[0-9]+|[A-Za-z]+")


class AccountSearch(Model):
    """What an account can be found by; written only by the triggers of `search.sql`."""

    __tablename__ = "account_search"
    __table_args__ = (
        Index(None, "card_no", postgresql_ops={"card_no": "text_pattern_ops"}),
        Index(None, "initials", postgresql_ops={"initials": "text_pattern_ops"}),
        Index(None, "name", postgresql_ops={"name": "text_pattern_ops"}),
        Index(None, "digits", postgresql_using="gin", postgresql_ops={"digits": "gin_trgm_ops"}),
        Index(None, "pairs", postgresql_using="gin"),
    )

    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    branch_id: Mapped[int]
    card_no: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    initials: Mapped[str]
    digits: Mapped[str] = mapped_column(comment="card number and phones, separated by spaces")
    pairs: Mapped[list[str]] = mapped_column(ARRAY(Text), comment="pairs of neighbouring Chinese characters")
    is_closed: Mapped[bool]


def find(words: str, branch_id: int | None, *, limit: int = LIMIT) -> Sequence[AccountSearch]:
    """Accounts that every word fits, open ones first; `branch_id` None searches all branches.

    Full-width signs, punctuation and letter case are forgiven. Nothing usable typed finds nothing.
    """
    conditions = fitting(words)
    if not conditions:
        return []
    if branch_id is not None:
        conditions.append(AccountSearch.branch_id == branch_id)
    query = select(AccountSearch).where(and_(*conditions)).limit(limit)
    card_no = unicodedata.normalize("NFKC", words).strip()
    found = db.session.scalars(query)
    return sorted(found, key=lambda row: (row.is_closed, row.card_no != card_no, row.card_no))


def fitting(words: str) -> list[ColumnElement[bool]]:
    """The conditions on `AccountSearch` that every typed word fits; empty when nothing usable was typed."""
    return [_fits(part) for part in _WORD.findall(unicodedata.normalize("NFKC", words))]


def _fits(part: str) -> ColumnElement[bool]:
    """The condition of one word by its kind of signs."""
    if part.isdigit():
        by_number = AccountSearch.digits.contains(part, autoescape=True)
        room_or_building = AccountSearch.address.contains(part, autoescape=True)
        return by_number if len(part) >= 5 else or_(by_number, room_or_building)
    if part.isascii():
        return or_(
            AccountSearch.initials.like(f"{part.lower()}%"), AccountSearch.initials.like(f"% {part.lower()}%")
        )
    if len(part) == 1:
        return AccountSearch.name.like(f"{part}%")
    pairs = [part[i : i + 2] for i in range(len(part) - 1)]
    text = or_(AccountSearch.name.contains(part), AccountSearch.address.contains(part))
    return and_(AccountSearch.pairs.contains(pairs), text)
