"""The search box: one table kept by triggers, one query routed by what was typed.

Digits look in card numbers and phones, letters in pinyin initials, Chinese in names and addresses by pairs of
characters; several words must all fit. `performance.md` §2c has the measurements behind the indexes.
"""

from sqlalchemy import ARRAY, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import Model


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
