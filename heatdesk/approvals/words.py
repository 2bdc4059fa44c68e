"""Words of the engine on screens and papers: states, verdicts, kinds that rules exist for, departments."""

from collections.abc import Iterable
from typing import NamedTuple

from heatdesk.approvals.rules.states import RequestState, Verdict
from heatdesk.i18n import lazy


class Look(NamedTuple):
    """How a state is shown: its word, an icon, a tone of `_state.html`."""

    label: object
    icon: str
    tone: str


STATES = {
    RequestState.DRAFT: Look(lazy("Draft"), "pencil", "plain"),
    RequestState.SUBMITTED: Look(lazy("Waiting for a decision"), "hourglass-split", "info"),
    RequestState.RETURNED: Look(lazy("Returned"), "arrow-return-left", "warn"),
    RequestState.REJECTED: Look(lazy("Rejected"), "x-circle", "bad"),
    RequestState.WITHDRAWN: Look(lazy("Withdrawn"), "dash-circle", "plain"),
    RequestState.EXPIRED: Look(lazy("Lapsed"), "calendar-x", "warn"),
    RequestState.APPLIED: Look(lazy("Carried out"), "check-circle", "good"),
}

VERDICTS = {
    Verdict.APPROVE: lazy("approved"),
    Verdict.RETURN: lazy("returned it"),
    Verdict.REJECT: lazy("rejected it"),
}

KIND_TITLES = {
    "area": lazy("Area adjustment"),
    "height": lazy("Storey height"),
    "use_class": lazy("Use of the premises"),
    "low_temperature": lazy("Low-temperature reduction"),
    "late_supply": lazy("Late-supply reduction"),
    "balcony": lazy("Balcony reduction"),
    "correction": lazy("Account write-down"),
    "receivable": lazy("Receivable adjustment"),
    "bad_debt": lazy("Bad debt"),
    "refund": lazy("Refund"),
    "refund_withdrawal": lazy("Withdrawal of a refund"),
    "reversal": lazy("Reversal after the day"),
    "suspension": lazy("Suspension of supply"),
    "resumption": lazy("Resumption of supply"),
    "subsidy": lazy("Government subsidy"),
    "outage": lazy("Outage reductions"),
    "penalty_waiver": lazy("Penalty waiver"),
    "withdrawal": lazy("Withdrawal of a reduction"),
    "new_account": lazy("New account"),
    "connection": lazy("Connection to the network"),
    "owner": lazy("Change of owner"),
    "closing": lazy("Closing of an account"),
    "cut_off": lazy("Cut off"),
    "demolition": lazy("Demolition"),
    "temporary_suspension": lazy("Temporary suspension"),
    "reconnection": lazy("Secret reconnection"),
    "supply_list": lazy("Supply of many stopped or resumed"),
    "payer_share": lazy("Share of an organisation"),
    "tariff": lazy("Tariff"),
    "settings": lazy("Settings"),
    "approval_rule": lazy("Approval rule"),
}
"""Every kind that has rules, as people call it; which of them can be asked for, the registry says."""

KIND_SENTENCES = {
    "area": lazy("Building, inner or usable area as measured, from a day on."),
    "height": lazy("The height of the storey, from a day on; the tariff says what it adds."),
    "use_class": lazy("Dwelling, shop or public building, from a day on."),
    "balcony": lazy("Balconies, attics and basements, each at the tariff's coefficient."),
    "low_temperature": lazy("Rooms that were measured too cold, by days and degrees."),
    "late_supply": lazy("Heat that began late or ended early."),
    "outage": lazy("One reduction for everybody an outage left cold."),
    "withdrawal": lazy("A reduction that was granted is taken back."),
    "correction": lazy("An amount is taken off a bill."),
    "receivable": lazy("A bill rises or falls by an amount."),
    "bad_debt": lazy("A debt that cannot be collected is written off and stays claimable."),
    "penalty_waiver": lazy("Late-payment penalty that is not insisted on."),
    "refund": lazy("Money is given back to a household."),
    "refund_withdrawal": lazy("A refund that was agreed and not paid out is taken back."),
    "reversal": lazy("A payment of a closed day is taken back."),
    "suspension": lazy("Supply stops on request; the valve is closed and sealed."),
    "resumption": lazy("Supply begins again."),
    "temporary_suspension": lazy("Supply stops for some days."),
    "cut_off": lazy("Supply is cut for debts."),
    "supply_list": lazy("Many households of a building or list, stopped or resumed at once."),
    "reconnection": lazy("Heat was taken in secret: full fee and penalty."),
    "demolition": lazy("The building is pulled down; nothing is charged any more."),
    "subsidy": lazy("An authority pays a part of the bill."),
    "payer_share": lazy("An organisation answers for its people."),
    "new_account": lazy("A customer takes premises that nobody holds, or a new room."),
    "owner": lazy("One customer's account ends, another's begins the next day."),
    "closing": lazy("The account ends on a day, or was opened by mistake."),
    "connection": lazy("A building or flat joins the network."),
    "tariff": lazy("A draft of a price becomes binding."),
    "settings": lazy("What cash is rounded to, how card numbers are made."),
    "approval_rule": lazy("Who agrees to what, from which amount on."),
}
"""A sentence beside each kind where one is chosen."""

_GROUPS = (
    (lazy("Account"), ("new_account", "owner", "closing", "connection", "payer_share")),
    (lazy("Facts"), ("area", "height", "use_class", "balcony")),
    (
        lazy("Supply"),
        (
            *("suspension", "resumption", "temporary_suspension", "supply_list"),
            *("cut_off", "reconnection", "demolition"),
        ),
    ),
    (lazy("Reductions"), ("low_temperature", "late_supply", "outage", "subsidy", "withdrawal")),
    (
        lazy("Money"),
        ("correction", "receivable", "penalty_waiver", "bad_debt", "refund", "refund_withdrawal", "reversal"),
    ),
    (lazy("Settings"), ("tariff", "settings", "approval_rule")),
)


def grouped(names: Iterable[str]) -> list[tuple[object, list[str]]]:
    """Kinds in the groups people look for them in; what belongs to none stands last."""
    left = list(names)
    groups: list[tuple[object, list[str]]] = []
    for title, members in _GROUPS:
        found = [name for name in members if name in left]
        left = [name for name in left if name not in found]
        if found:
            groups.append((title, found))
    return [*groups, (lazy("Other"), left)] if left else groups


DEPARTMENT_NAMES = (
    lazy("Counter department"),
    lazy("Billing department"),
    lazy("Finance department"),
    lazy("Management"),
    lazy("Service department"),
)
"""What `rules/defaults.py` names the departments of a new installation."""
