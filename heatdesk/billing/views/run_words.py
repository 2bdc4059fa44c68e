"""What the states of seasons, tariffs and runs are called, and how their chips look (icon, tone)."""

from typing import Any

from heatdesk.billing.rules.states import SupplyMode
from heatdesk.billing.rules.workflow import ExceptionKind, RunState, SeasonState, TariffState
from heatdesk.billing.services.labels import MODES
from heatdesk.i18n import _, lazy

SEASON_STATES = {
    SeasonState.PLANNED: lazy("not billed yet"),
    SeasonState.BILLED: lazy("billed"),
    SeasonState.CLOSED: lazy("closed"),
}
SEASON_LOOKS = {
    SeasonState.PLANNED: ("calendar", "plain"),
    SeasonState.BILLED: ("check-circle", "good"),
    SeasonState.CLOSED: ("archive", "plain"),
}
TARIFF_STATES = {
    TariffState.DRAFT: lazy("draft"),
    TariffState.APPROVED: lazy("approved"),
    TariffState.WITHDRAWN: lazy("withdrawn"),
}
TARIFF_LOOKS = {
    TariffState.DRAFT: ("pencil", "info"),
    TariffState.APPROVED: ("check-circle", "good"),
    TariffState.WITHDRAWN: ("slash-circle", "plain"),
}
RUN_STATES = {
    RunState.TRIAL_RUNNING: lazy("counting"),
    RunState.TRIAL_DONE: lazy("waits for release"),
    RunState.RELEASED: lazy("posting"),
    RunState.POSTED: lazy("posted"),
    RunState.HELD: lazy("held"),
    RunState.WITHDRAWN: lazy("withdrawn"),
}
RUN_LOOKS = {
    RunState.TRIAL_RUNNING: ("arrow-repeat", "info"),
    RunState.TRIAL_DONE: ("hourglass", "warn"),
    RunState.RELEASED: ("arrow-repeat", "info"),
    RunState.POSTED: ("check-circle", "good"),
    RunState.HELD: ("x-octagon", "bad"),
    RunState.WITHDRAWN: ("slash-circle", "plain"),
}
EXCEPTION_KINDS = {
    ExceptionKind.NO_TERM: lazy("no supply term"),
    ExceptionKind.NO_TARIFF: lazy("no tariff"),
    ExceptionKind.NO_AREA: lazy("area of zero"),
    ExceptionKind.REFUSED: lazy("refused by a rule"),
    ExceptionKind.NOT_ADJUSTED: lazy("what was granted does not fit"),
    ExceptionKind.OUTLIER: lazy("far from last season"),
}
PROBLEMS = {
    "sums": lazy("Bills, charges and entries do not add up to the same sum."),
    "counts": lazy("The number of bills, charges or entries is not what was counted."),
    "eligible": lazy("Some flats were neither billed nor put on the list."),
    "accounts": lazy("The same sum lies on other accounts in one of the tables."),
    "recomputed": lazy("Plain flats come to another amount when area × price is reckoned again."),
    "billed_meanwhile": lazy("Somebody put bills into the season while the run was posting."),
}
"""What a self-check can find."""


def why(message: str, values: dict[str, Any]) -> str:
    """Why a flat is on the list, as a sentence; what the run stored as a code is said in words."""
    if "mode" in values:
        values = {**values, "mode": MODES[SupplyMode(values["mode"])]}
    return _(message, **values)
