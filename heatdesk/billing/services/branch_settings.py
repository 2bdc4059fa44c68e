"""Settings of a branch that move money or name accounts; they change by request alone, which the database sees to."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from heatdesk.billing.errors import BadSettingValue, NoSuchSetting
from heatdesk.billing.rules.payments import CASH_STEPS
from heatdesk.db import db
from heatdesk.errors import msgid
from heatdesk.network.models import Branch

CASH_ROUNDING = {
    "fen": msgid("fen (not at all)"),
    "jiao": msgid("jiao (0.10)"),
    "yuan": msgid("yuan (1.00)"),
}
_DIGITS = range(4, 17)


@dataclass(frozen=True)
class Setting:
    """One column of `branch`: what it is called, which texts it may be, what they are called."""

    title: str
    allows: Callable[[str], bool]
    possible: str
    words: Mapping[str, str]
    is_number: bool = False


SETTINGS = {
    "cash_rounding": Setting(
        msgid("Cash is rounded to"), CASH_STEPS.__contains__, "fen, jiao, yuan", CASH_ROUNDING
    ),
    "card_prefix": Setting(
        msgid("Card numbers begin with"),
        lambda text: re.fullmatch(r"[0-9A-Za-z]{0,8}", text) is not None,
        "0–8 × A–Z 0–9",
        {"": msgid("nothing")},
    ),
    "card_digits": Setting(
        msgid("Digits of a card number after that"),
        lambda text: text.isascii() and text.isdigit() and int(text) in _DIGITS,
        "4–16",
        {},
        is_number=True,
    ),
}


def values_of(branch: Branch) -> dict[str, str]:
    """All settings as texts."""
    return {name: str(getattr(branch, name)) for name in SETTINGS}


def words_of(name: str, value: str) -> str:
    """A value as English words, or as it is."""
    return SETTINGS[name].words.get(value, value)


def refuse_impossible(values: Mapping[str, str]) -> None:
    """Raises `NoSuchSetting` and `BadSettingValue`."""
    for name, value in values.items():
        if name not in SETTINGS:
            raise NoSuchSetting(name=name)
        if not SETTINGS[name].allows(value):
            raise BadSettingValue(value=value, possible=SETTINGS[name].possible)


def write(branch: Branch, values: Mapping[str, str]) -> None:
    """Change settings of a locked branch; the database wants a request behind it."""
    refuse_impossible(values)
    for name, value in values.items():
        setattr(branch, name, int(value) if SETTINGS[name].is_number else value)
    db.session.flush()
