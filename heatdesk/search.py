"""The search box: one table kept by triggers, one index of tokens, and typed words cut into the same tokens.

`0001_search.sql` makes the tokens of an account and has the statement; `docs/performance.md` has its figures.
"""

import re
import unicodedata
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Index, Text, and_, cast, func, or_, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import Model, db

LIMIT = 20
LONGEST = 80
"""Signs of what was typed that are looked at; the box itself takes no more."""

_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U000323af"
_WORD = re.compile(rf"[{_HAN}]+|[0-9]+(?:-[0-9]+)*|[a-z]+")
_ADDRESS_MARK = re.compile(rf"(?<=[0-9])(?:号楼|单元|[号楼栋幢座层室户门期区](?![{_HAN}]))|号楼|单元")
"""What stands between the numbers of an address: 26号楼3单元1604室 is 26-3-1604."""
_BETWEEN_DIGITS = re.compile(r"[\s\-]+")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—−#/、，,.", "-"))
_GRAM = 4
"""Digits of a card number or phone that are kept together as one token, and the fewest that are looked for."""
_LETTERS = 4
"""The longest start of the initials that is a token."""


class AccountSearch(Model):
    """What an account can be found by; written only by the triggers of `0001_search.sql`."""

    __tablename__ = "account_search"

    account_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    branch_id: Mapped[int]
    card_no: Mapped[str]
    name: Mapped[str]
    address: Mapped[str]
    initials: Mapped[str]
    digits: Mapped[str] = mapped_column(comment="card number and phones, separated by spaces")
    is_closed: Mapped[bool]


_TEXTS = (AccountSearch.name, AccountSearch.address, AccountSearch.initials, AccountSearch.digits)
_TOKENS: ColumnElement[Any] = func.search_tokens(*_TEXTS, type_=ARRAY(Text))
_EVERYTHING: ColumnElement[str] = func.lower(func.concat_ws(" ", *_TEXTS))
Index("ix_account_search_tokens", _TOKENS, postgresql_using="gin")
Index("ix_account_search_addresses", text("(branch_id + 0)"), AccountSearch.address, AccountSearch.account_id)
"""For the addresses of one branch in order. Written so, no search by card number takes it for an index of branches."""
Index(
    "ix_account_search_card_no",
    AccountSearch.branch_id,
    AccountSearch.card_no,
    postgresql_ops={"card_no": "text_pattern_ops"},
)


_STATEMENT = select(AccountSearch).from_statement(
    text(
        "select * from find_accounts(:card, cast(:tokens as text[]), cast(:patterns as text[]), :branch, :most)"
    )
)


class Reading(NamedTuple):
    """One way to understand what was typed: the start of a card number, or tokens that must all be there.

    `patterns` are what tokens cannot say: that the pairs of a longer word follow each other, and numbers too short
    to be worth a token.
    """

    card: str = ""
    tokens: Sequence[str] = ()
    patterns: Sequence[str] = ()


def find(words: str, branch_id: int | None, *, limit: int = LIMIT) -> Sequence[AccountSearch]:
    """Accounts that every word fits, an exact card number first, then the last digits of a phone, closed ones last;
    `branch_id` None searches all.

    Full-width signs, punctuation, letter case, and blanks inside a number are forgiven. Nothing usable typed finds
    nothing; more than `limit` that fit give any `limit` of them.
    """
    card = card_number(words)
    found: dict[int, AccountSearch] = {}
    for reading in readings(words):
        found |= {row.account_id: row for row in _fetch(reading, branch_id, limit)}
        if len(found) >= limit or any(row.card_no == card for row in found.values()):
            break
    best = sorted(
        found.values(),
        key=lambda row: (row.card_no != card, row.is_closed, not _ends_a_phone(row, card), row.card_no),
    )
    return best[:limit]


def _ends_a_phone(row: AccountSearch, typed: str) -> bool:
    """People name the last digits of their phone; the same digits inside another number are chance."""
    return len(typed) >= _GRAM and any(phone.endswith(typed) for phone in row.digits.split()[1:])


def fitting(words: str) -> list[ColumnElement[bool]]:
    """The conditions on `AccountSearch` that typed words make, for lists of their own; empty when nothing is usable."""
    ways = [_condition(reading) for reading in readings(words)]
    return [or_(*ways)] if ways else []


def card_number(words: str) -> str:
    """What was typed as a card number would be written: no blanks, no dashes, no full-width digits."""
    return re.sub(r"[^0-9A-Za-z]", "", _plain(words))


def readings(words: str) -> list[Reading]:
    """The ways to understand what was typed, the likeliest first."""
    plain = _plain(words)
    ways = []
    if re.fullmatch(r"[0-9A-Za-z\s\-]+", plain) and (card := card_number(words)):
        ways.append(Reading(card=card))
    ways.append(_cut(_ADDRESS_MARK.sub(_dash_between_numbers, plain.lower())))
    if _BETWEEN_DIGITS.search(plain) and (number := _BETWEEN_DIGITS.sub("", plain)).isdigit():
        ways.append(_cut(number))
    return [way for way in ways if way.card or way.tokens]


def _plain(words: str) -> str:
    """Half-width signs, one kind of dash, and no more of it than anybody types."""
    return unicodedata.normalize("NFKC", words[:LONGEST])[:LONGEST].translate(_DASHES).strip()


def _dash_between_numbers(mark: re.Match[str]) -> str:
    return "-" if mark.string[mark.end() : mark.end() + 1].isdigit() else " "


def _cut(plain: str) -> Reading:
    tokens: list[str] = []
    patterns: list[str] = []
    for word in _WORD.findall(plain):
        kept, fits = _tokens_of(word)
        tokens += kept
        patterns += fits
    return Reading(tokens=list(dict.fromkeys(tokens)), patterns=patterns)


def _tokens_of(word: str) -> tuple[list[str], list[str]]:
    """The tokens of one word, and a pattern where they do not say all of it."""
    if "-" in word:
        numbers = word.split("-")
        return [f"{one}-{following}" for one, following in pairwise(numbers)], []
    if word.isdigit():
        if len(word) == 1:
            return [], [f"(?<![0-9]){word}(?![0-9])"]
        return _grams(word), [word] if len(word) > _GRAM else []
    if word.isascii():
        return [word[:_LETTERS]], [word] if len(word) > _LETTERS else []
    return [word[i : i + 2] for i in range(max(1, len(word) - 1))], [word] if len(word) > 2 else []


def _grams(number: str) -> list[str]:
    """As few tokens as cover a number; a short one is a number of the address as a whole."""
    if len(number) <= _GRAM:
        return [number]
    places = [*range(0, len(number) - _GRAM, _GRAM), len(number) - _GRAM]
    return [number[place : place + _GRAM] for place in places]


def _fetch(reading: Reading, branch_id: int | None, limit: int) -> Sequence[AccountSearch]:
    values = {
        "card": reading.card,
        "tokens": list(reading.tokens),
        "patterns": list(reading.patterns),
        "branch": branch_id,
        "most": limit,
    }
    return db.session.scalars(_STATEMENT, values).all()


def _condition(reading: Reading) -> ColumnElement[bool]:
    if reading.card:
        return AccountSearch.card_no.startswith(reading.card)
    fits = [_EVERYTHING.regexp_match(pattern) for pattern in reading.patterns]
    return and_(_TOKENS.contains(cast(list(reading.tokens), ARRAY(Text))), *fits)
