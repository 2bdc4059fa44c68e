"""The sample tariffs that come with heatdesk: one file per city under `heatdesk/cities/`."""

import tomllib
from decimal import Decimal
from functools import cache
from importlib.resources import files

from heatdesk.billing.rules.cities import City
from heatdesk.errors import BadInput

FOLDER = files("heatdesk") / "cities"


def names() -> list[str]:
    """The cities there are files for, in alphabetical order."""
    entries = (entry.name for entry in FOLDER.iterdir())
    return sorted(name.removesuffix(".toml") for name in entries if name.endswith(".toml"))


@cache
def load(name: str) -> City:
    """The city called `name`, read once; raises `BadInput` listing the known ones."""
    if name not in names():
        raise BadInput(
            "There are no tariffs for “%(city)s”. Known cities are: %(known)s.",
            city=name[:40],
            known=", ".join(names()),
        )
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    return City.from_parameters(tomllib.loads(text, parse_float=Decimal))
