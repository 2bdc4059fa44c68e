"""Words of the engine on screens and papers: states, verdicts, kinds that rules exist for, departments."""

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
    "cut_off": lazy("Cut off"),
    "demolition": lazy("Demolition"),
    "temporary_suspension": lazy("Temporary suspension"),
    "payer_share": lazy("Share of an organisation"),
    "tariff": lazy("Tariff"),
    "settings": lazy("Settings"),
    "approval_rule": lazy("Approval rule"),
}
"""Every kind that has rules, as people call it; which of them can be asked for, the registry says."""

DEPARTMENT_NAMES = (
    lazy("Counter department"),
    lazy("Billing department"),
    lazy("Finance department"),
    lazy("Management"),
)
"""What `rules/defaults.py` names the departments of a new installation."""
