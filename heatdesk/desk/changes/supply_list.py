"""Many at once (批量开停): flats of a building, a list of cards, a file, or all that have not paid, in one request."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from sqlalchemy import select
from wtforms import SelectField, TextAreaField
from wtforms.validators import Length, Optional

from heatdesk.approvals.kinds import (
    BatchKind,
    BatchRow,
    Change,
    Effect,
    Errand,
    Evidence,
    Payload,
    Preview,
    Target,
    get,
    register,
)
from heatdesk.approvals.rules.hashing import digest
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import AlreadyStopped, AlreadySupplied, NoRows, TooManyRows
from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.models import Account, SupplyTerm
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.rules.suspensions import Renewal
from heatdesk.billing.rules.terms import Term
from heatdesk.billing.services import accounts, assessments, reassessing, supply_lists, supply_states
from heatdesk.billing.services.labels import SUPPLY_STATES
from heatdesk.billing.services.supply_states import StateChange
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.desk import crossings
from heatdesk.desk.changes.supply_kind import FieldKind, first_day
from heatdesk.errors import BadInput, RuleBroken, msgid
from heatdesk.i18n import lazy, speaking
from heatdesk.money import ZERO
from heatdesk.network.models import Office
from heatdesk.service.models import Ticket
from heatdesk.service.rules.states import OPEN, TicketType
from heatdesk.web.fields import Present, choices
from heatdesk.web.pages import scope_branch

MOST_ROWS = 2_000
DEEDS = {
    "suspension": lazy("Suspend the supply"),
    "resumption": lazy("Resume the supply"),
    "cut_off": lazy("Cut off for non-payment"),
}
SOURCES = {
    "cards": lazy("the cards listed below"),
    "file": lazy("the cards of a file"),
    "building": lazy("all flats of a building"),
    "unpaid": lazy("flats that have not paid for the season"),
}
_STATE_AFTER = {
    "suspension": SupplyState.SUSPENDED,
    "resumption": SupplyState.SUPPLIED,
    "cut_off": SupplyState.CUT,
}


class SupplyListForm(FlaskForm):
    deed = SelectField(lazy("What is to happen"), choices=choices(DEEDS.items()))
    starts_on = DayField(lazy("From"), [Present()])
    applied_on = DayField(lazy("Handed in on"), [Present()], default=today)
    source = SelectField(lazy("Which flats"), choices=choices(SOURCES.items()))
    cards = TextAreaField(
        lazy("Card numbers"),
        [Optional(), Length(max=60_000)],
        render_kw={"rows": 4},
        description=lazy("One a line, or with blanks or commas between them."),
    )
    file = FileField(
        lazy("File with card numbers"), description=lazy("xlsx or csv with a column of card numbers (卡号).")
    )
    building_id = SelectField(lazy("Building"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = supply_lists.buildings(scope_branch(Office.branch_id))
        self.building_id.choices = choices(found, empty="–")


@register
class SupplyList(BatchKind):
    name = "supply_list"
    title = KIND_TITLES["supply_list"]
    department = "billing"
    form = SupplyListForm
    evidence = (Evidence("list", lazy("Signed list")),)
    undone_by = ("supply_list",)

    def read(self, form: Any) -> Payload:
        """The flats are written down as they are found now; the ones that no longer fit are left out on approval."""
        account_ids = _found(form)
        if not account_ids:
            raise NoRows
        if len(account_ids) > MOST_ROWS:
            raise TooManyRows(n=len(account_ids), most=MOST_ROWS)
        branch_id = supply_lists.branch_of(account_ids)
        if branch_id is None:
            raise BadInput("The flats belong to several branches. Ask for each branch on its own.")
        return worked_out(
            {
                "deed": form.deed.data,
                "starts_on": form.starts_on.data.isoformat(),
                "applied_on": form.applied_on.data.isoformat(),
                "unpaid": form.source.data == "unpaid",
                "branch_id": branch_id,
                "accounts": account_ids,
            }
        )

    def errands(self, request_id: int) -> Sequence[Errand]:
        return crossings.errands_of(request_id)

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        return {
            "deed": payload["deed"],
            "starts_on": first_day(payload),
            "applied_on": date.fromisoformat(payload["applied_on"]),
            "source": "cards",
            "cards": "\n".join(supply_lists.cards_of(payload["accounts"])),
        }

    def target(self, payload: Payload) -> Target:
        with speaking("en"):
            label = str(DEEDS[payload["deed"]])
        of_list = digest([payload["deed"], sorted(payload["accounts"])])
        return Target(f"list:{of_list[:24]}", label, payload["branch_id"])

    def rows(self, payload: Payload) -> Sequence[BatchRow]:
        """By card number. Nothing moves with the approval: each row does when its valve is turned."""
        cards = supply_lists.cards_of(payload["accounts"])
        return [
            BatchRow(card_no, ZERO, {"account_id": account_id})
            for card_no, account_id in zip(cards, payload["accounts"], strict=True)
        ]

    def preview(self, payload: Payload) -> Preview:
        return _preview(payload)

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (frozen with the list)
        """What the listed flats were thought to move: a flat that is left out later changes no level."""
        return abs(Decimal(payload["thought"]))

    def apply_row(self, effect: Effect, row: BatchRow) -> Decimal:
        """One flat, as a request of its own would be carried out."""
        account = accounts.get(row.facts["account_id"], effect.payload["branch_id"], lock=True)
        accounts.refuse_closed(account)
        kind = get(effect.payload["deed"])
        if not isinstance(kind, FieldKind):
            raise TypeError(f"{kind.name} is not carried out in the field")
        one = {name: effect.payload[name] for name in ("starts_on", "applied_on", "unpaid")}
        kind.order(account, effect, {"account_id": account.id, **one})
        return ZERO


def worked_out(payload: Payload) -> Payload:
    """The payload with what its flats are thought to move, yuan signed, once all their valves are turned."""
    return {**payload, "thought": f"{_preview(payload).later:.2f}"}


def _preview(payload: Payload) -> Preview:
    """How many, which of them no longer fit, and what the bills change by if all valves are turned that day."""
    account_ids, day = payload["accounts"], first_day(payload)
    state = _STATE_AFTER[payload["deed"]]
    needless = _needless_jobs(account_ids, state)
    fitting = [one for one in _fitting(account_ids, day, state) if one not in needless]
    if not fitting and not needless:
        raise AlreadySupplied(day=day) if state is SupplyState.SUPPLIED else AlreadyStopped(day=day)
    before, after = ZERO, ZERO
    for season in reassessing.open_seasons(day) if fitting else ():
        reckoned = assessments.preview_many(fitting, season.id, _changing(_change(payload, fitting)))
        for outcome in reckoned.values():
            if not isinstance(outcome, Exception):
                before, after = before + outcome[0], after + outcome[1]
    with speaking("en"):
        word = str(SUPPLY_STATES[state][0])
    rows = (
        Change(msgid("Supply"), None, word),
        Change(msgid("From"), None, day, "date"),
        Change(msgid("Flats"), None, Decimal(len(account_ids)), "count"),
        Change(
            msgid("Already so, or closed, and left out"),
            None,
            Decimal(len(account_ids) - len(fitting) - len(needless)),
            "count",
        ),
        Change(
            msgid("Valve jobs withdrawn, as the valve still stands so"),
            None,
            Decimal(len(needless)),
            "count",
        ),
        Change(msgid("Charged over open seasons"), before, after, "money"),
    )
    return Preview(rows, later=after - before)


def _found(form: Any) -> list[int]:
    branch = scope_branch(Account.branch_id)
    building_id = int(form.building_id.data) if form.building_id.data else None
    match form.source.data:
        case "cards":
            return supply_lists.by_cards((form.cards.data or "").replace(",", " ").split(), branch)
        case "file":
            file = form.file.data
            if not file or not getattr(file, "filename", ""):
                raise RuleBroken("Choose the file with the card numbers.")
            return supply_lists.by_cards(supply_lists.cards_in_file(file.read(), file.filename), branch)
        case "building":
            if building_id is None:
                raise RuleBroken("Choose the building.")
            return supply_lists.of_building(building_id, branch)
    season = supply_states.season_for(form.starts_on.data)
    return supply_lists.unpaid(season, branch, building_id)


def _fitting(account_ids: Sequence[int], day: date, state: SupplyState) -> list[int]:
    """Open accounts that stand otherwise on that day; in one query."""
    wanted = (
        [SupplyState.SUSPENDED, SupplyState.CUT] if state is SupplyState.SUPPLIED else [SupplyState.SUPPLIED]
    )
    query = (
        select(Account.id)
        .join(SupplyTerm, SupplyTerm.account_id == Account.id)
        .where(
            Account.id.in_(account_ids),
            Account.closed_on.is_(None),
            SupplyTerm.starts_on <= day,
            SupplyTerm.ends_on.is_(None) | (SupplyTerm.ends_on >= day),
            SupplyTerm.state.in_(wanted),
        )
        .order_by(Account.id)
    )
    return list(db.session.scalars(query))


def _changing(change: StateChange) -> Callable[[int, list[Term]], list[Term]]:
    return lambda _account_id, terms: supply_states.changed_terms(terms, change)


def _needless_jobs(account_ids: Sequence[int], state: SupplyState) -> set[int]:
    """Accounts whose open job would do the opposite: it is withdrawn instead of another one made."""
    opposite = TicketType.CLOSE_VALVE if state is SupplyState.SUPPLIED else TicketType.OPEN_VALVE
    query = select(Ticket.account_id).where(
        Ticket.account_id.in_(account_ids),
        Ticket.type == opposite,
        Ticket.state.in_(OPEN),
        Ticket.order.has_key("state"),
    )
    return set(db.session.scalars(query))


def _change(payload: Payload, fitting: Sequence[int]) -> StateChange:
    """The change that holds for all; whether a suspension is carried on says the tariff of the first."""
    day, state = first_day(payload), _STATE_AFTER[payload["deed"]]
    if state is not SupplyState.SUSPENDED:
        return StateChange(state, day, onward=state is SupplyState.CUT)
    season = supply_states.season_for(day)
    rule = supply_states.rule_for(supply_states.term_on(fitting[0], day).use_class, season)
    carried_on = rule.renewal is Renewal.CARRIED_ON
    return StateChange(state, day, None if carried_on else season.ends_on, onward=carried_on)
