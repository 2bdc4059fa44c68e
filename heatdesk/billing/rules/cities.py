"""Cities: sample tariffs and seasons as published, to start from; every figure can be edited later."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from heatdesk.billing.rules.parameters import read
from heatdesk.billing.rules.seasons import Season
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.errors import BadInput


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure was published; rules name it by `key`."""

    key: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class City:
    """The seasons and tariff versions of one city, and their sources; `title_zh` is its name in Chinese.

    `assumed` names what no source gives about the seasons; each tariff has a list of its own.
    """

    title: str
    title_zh: str
    sources: tuple[Source, ...]
    seasons: tuple[Season, ...]
    tariffs: tuple[Tariff, ...]
    assumed: tuple[str, ...] = ()

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, Any]) -> "City":
        """The city in a file: what stands under `common` belongs to each tariff that does not say otherwise,
        its `assumed` to all. Raises `BadInput` naming the key that is unknown, missing or impossible.
        """
        groups = dict(parameters)
        common = groups.pop("common", {})
        groups["tariffs"] = [
            {**common, **tariff, "assumed": [*common.get("assumed", ()), *tariff.get("assumed", ())]}
            for tariff in groups.get("tariffs", ())
        ]
        return read(cls, groups)

    def season(self, year: str | None = None) -> Season:
        """The season that starts in `year` (or has that code); without it the latest of the file."""
        latest = max(self.seasons, key=lambda season: season.starts_on)
        if year is None:
            return latest
        for season in self.seasons:
            if year in (season.code, str(season.starts_on.year)):
                return season
        raise BadInput(
            "There is no season “%(year)s” for %(city)s. Known are: %(known)s.",
            year=year[:40],
            city=self.title,
            known=", ".join(season.code for season in self.seasons),
        )
