"""Supply facts as rows of a preview: what the premises are used for, how they stand, areas, height, parts."""

from collections.abc import Iterable

from heatdesk.approvals.kinds import Change
from heatdesk.billing.rules.states import AreaPartKind
from heatdesk.billing.services.labels import MODES, SUPPLY_STATES, USE_CLASSES
from heatdesk.billing.services.supply_terms import Facts, PartFacts
from heatdesk.errors import msgid
from heatdesk.i18n import speaking

AREAS = {
    "building_area_m2": msgid("Building area"),
    "inner_area_m2": msgid("Inner area"),
    "usable_area_m2": msgid("Usable area"),
}
PART_LABELS = {
    AreaPartKind.BALCONY: msgid("Balcony"),
    AreaPartKind.ATTIC: msgid("Attic"),
    AreaPartKind.BASEMENT: msgid("Basement"),
}


def fact_rows(facts: Facts) -> Iterable[Change]:
    """Everything a first term says; previews keep their words in English."""
    with speaking("en"):
        words = (
            str(SUPPLY_STATES[facts.state][0]),
            str(USE_CLASSES[facts.use_class]),
            str(MODES[facts.mode]),
        )
    yield Change(msgid("Supply"), None, words, "words")
    for name, label in AREAS.items():
        if getattr(facts, name) is not None:
            yield Change(label, None, getattr(facts, name), "m²")
    if facts.storey_height_m is not None:
        yield Change(msgid("Storey height"), None, facts.storey_height_m, "m")
    for kind, label in PART_LABELS.items():
        parts = [part for part in facts.parts if part.kind == kind]
        if parts:
            yield Change(label, None, part_words(parts), "words")


def part_words(parts: Iterable[PartFacts]) -> tuple[str, ...]:
    """Figures and whether it is heated, part by part."""
    said: list[str] = []
    for part in parts:
        height = "" if part.net_height_m is None else f", {part.net_height_m:.2f} m"
        said += [f"{part.area_m2:.2f} m²{height}", msgid("heated") if part.heated else msgid("unheated")]
    return tuple(said)
