"""Sentences that cross the slices: what billing approved becomes a job in the field, what the field did reaches the
books, what was paid opens a valve. Billing and service know nothing of each other; here they meet.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from flask import url_for
from sqlalchemy import func, select

from heatdesk.approvals.kinds import Effect, Errand
from heatdesk.approvals.models import ChangeRequest, RequestEffect
from heatdesk.approvals.rules.states import OPEN as OPEN_REQUESTS
from heatdesk.approvals.services import effects
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.billing.errors import AlreadyStopped, AlreadySupplied, SeasonOver
from heatdesk.billing.models import Account
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.rules.suspensions import check_resumption
from heatdesk.billing.services import (
    accounts,
    assessments,
    happenings,
    reassessing,
    standings,
    supply_states,
)
from heatdesk.billing.services.happenings import Happening, Paid
from heatdesk.billing.services.supply_states import STOPPED, StateChange
from heatdesk.billing.views import household_head
from heatdesk.billing.views.household_head import Chip
from heatdesk.dates import ZONE, today
from heatdesk.db import db, lock_rows
from heatdesk.errors import Refusal
from heatdesk.i18n import _
from heatdesk.money import ZERO
from heatdesk.service.models import Ticket, TicketEvent
from heatdesk.service.rules.states import OBSTACLES, OPEN, Cause, TicketState, TicketType, Verb
from heatdesk.service.services import labels, tickets, valve_jobs
from heatdesk.service.services.tickets import Order

SUPPLY_KINDS = ("suspension", "resumption", "temporary_suspension", "cut_off", "demolition", "reconnection")


_EXECUTED = "executed:"
"""What the later effect of a request is called, with the number of the job."""
_MOST_ERRANDS = 200


def approved_becomes_a_valve_job(
    account: Account,
    effect: Effect,
    cause: Cause,
    wanted_on: date,
    change: StateChange | None,
    *,
    opens: bool = False,
) -> Ticket:
    """What was approved is handed to the field; `change` is what the supply term becomes once the valve was turned, or
    None where the days were fixed with the approval.
    """
    return _order(account, cause, wanted_on, change, opens=opens, request_id=effect.request_id, by=effect.by)


@tickets.when_executed(
    TicketType.CLOSE_VALVE,
    TicketType.OPEN_VALVE,
    hold=lambda account_id: accounts.get(account_id, None, lock=True),
)
def a_turned_valve_changes_the_bill(ticket: Ticket, day: date, by: int) -> Mapping[str, Any]:
    """From the day it was turned the supply stands otherwise, and the bill is assessed anew, as the request allows."""
    if not ticket.order:
        return {}
    account = accounts.get(ticket.account_id, None, lock=True)
    accounts.refuse_closed(account)
    change = _change_of(ticket, day)
    facts: dict[str, Any] = {}

    def post(effect: Effect | None) -> Decimal:
        facts["supply_term_id"] = supply_states.carry_out(account, change, reason=ticket.number, by=by).id
        if effect is None:
            return reassessing.reassess(account, by=by, reason=ticket.number, since=change.first)
        moved = ZERO
        for season in reassessing.open_seasons(change.first):
            with effect.part(f"{_EXECUTED}{ticket.number}:season:{season.code}"):
                moved += assessments.assess(account.id, season.id, by=by, reason=ticket.number)
        return moved

    if ticket.change_request_id is None:
        moved = post(None)
    else:
        name = f"{_EXECUTED}{ticket.number}"
        moved = effects.carry_out_later(ticket.change_request_id, name, post, by=by)
    return {**facts, "moved": f"{moved:.2f}"}


@happenings.when(Happening.PAYMENT_TAKEN)
def a_payment_that_clears_a_closed_flat_opens_its_valve(paid: Paid, by: int) -> None:
    """Cut off and nothing owed any more, or suspended and paid ahead what heat will cost: the valve job is there by
    itself. A cut that the field has not carried out yet is withdrawn.
    """
    state = supply_states.state_on(paid.account_id, today())
    waiting = tickets.open_of(paid.account_id)
    if waiting is not None:
        _withdraw_paid_cut(waiting, paid, by)
        return
    if state not in STOPPED:
        return
    account = accounts.get(paid.account_id, None, lock=True)
    if not _is_cleared(account, state):
        return
    _order(
        account,
        Cause.PAYMENT,
        today(),
        StateChange(SupplyState.SUPPLIED, today()),
        opens=True,
        payment_id=paid.payment_id,
        by=by,
    )


@happenings.when(Happening.PAYMENT_VOIDED)
def a_voided_payment_takes_its_valve_job_back(paid: Paid, by: int) -> None:
    """A valve that was not opened yet stays closed, a cut that the payment had stopped is wanted again. What the field
    has carried out meanwhile stays: to close the valve again is a new request.
    """
    about = {"payment_id": paid.payment_id}
    of_account = Ticket.account_id == paid.account_id
    made_by_it = (of_account, Ticket.state.in_(OPEN), Ticket.order.contains(about))
    for ticket in lock_rows(Ticket, *made_by_it, order_by=Ticket.id):
        tickets.fire(ticket, Verb.WITHDRAW, by=by, facts=about)
    last_event = select(TicketEvent.id).where(
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.number == Ticket.version,
        TicketEvent.verb == Verb.WITHDRAW,
        TicketEvent.facts.contains(about),
    )
    stopped_by_it = (of_account, Ticket.cause == Cause.CUT_OFF, last_event.exists())
    for ticket in lock_rows(Ticket, *stopped_by_it, order_by=Ticket.id):
        tickets.fire(ticket, Verb.REINSTATE, by=by, facts=about)


@household_head.also
def what_is_under_way_with_the_valve(account_id: int) -> list[Chip]:
    """Beside a household's name: what was asked for and not decided, and which valve waits to be turned."""
    asked = db.session.scalars(
        select(ChangeRequest.kind).where(
            ChangeRequest.kind.in_(SUPPLY_KINDS),
            ChangeRequest.target == f"account:{account_id}",
            ChangeRequest.state.in_(OPEN_REQUESTS),
        )
    )
    said: list[Chip] = [
        ("asked", _("%(kind)s: asked for", kind=KIND_TITLES[kind]), "file-earmark-text", "info")
        for kind in asked
    ]
    open_jobs = select(Ticket).where(Ticket.account_id == account_id, Ticket.state.in_(OPEN))
    return said + [_job_chip(ticket) for ticket in db.session.scalars(open_jobs.order_by(Ticket.id))]


def errands_of(request_id: int) -> list[Errand]:
    """The valve jobs of a request, how they stand, and what the bills moved by when the valve was turned."""
    name = func.concat(_EXECUTED, Ticket.number)
    rows = db.session.execute(
        select(Ticket, RequestEffect.amount)
        .outerjoin(
            RequestEffect,
            (RequestEffect.change_request_id == request_id) & (RequestEffect.effect == name),
        )
        .where(Ticket.change_request_id == request_id)
        .order_by(Ticket.id)
        .limit(_MOST_ERRANDS)
    )
    return [
        Errand(
            ticket.number,
            url_for("valve_jobs.show", ticket_id=ticket.id),
            ticket.state,
            labels.look(ticket.state, ticket.due_on, today()),
            moved,
        )
        for ticket, moved in rows
    ]


def _job_chip(ticket: Ticket) -> Chip:
    if ticket.state is TicketState.WAITING:
        reason = _(OBSTACLES.get(ticket.obstacle or "", OBSTACLES["other"]))
        return "obstructed", _("Valve not turned: %(reason)s", reason=reason), "exclamation-triangle", "bad"
    since = ticket.created_at.astimezone(ZONE).date()
    label = (
        _("Valve to be closed, since %(day)s", day=since)
        if ticket.type is TicketType.CLOSE_VALVE
        else _("Valve to be opened, since %(day)s", day=since)
    )
    late = ticket.due_on < today()
    return ticket.type, label, "alarm" if late else "wrench", "bad" if late else "warn"


def _order(
    account: Account,
    cause: Cause,
    wanted_on: date,
    change: StateChange | None,
    *,
    opens: bool,
    by: int,
    request_id: int | None = None,
    payment_id: int | None = None,
) -> Ticket:
    kept: dict[str, Any] = {}
    if change is not None:
        last = None if change.last is None else change.last.isoformat()
        kept = {"state": change.state.value, "until": last, "onward": change.onward}
    if payment_id is not None:
        kept["payment_id"] = payment_id
    order = Order(
        type=TicketType.OPEN_VALVE if opens else TicketType.CLOSE_VALVE,
        cause=cause,
        branch_id=account.branch_id,
        premises_id=account.premises_id,
        customer_id=account.customer_id,
        account_id=account.id,
        card_no=account.card_no,
        wanted_on=wanted_on,
        due_on=valve_jobs.due_on(wanted_on),
        change_request_id=request_id,
        kept=kept,
    )
    return tickets.open_job(order, by=by)


def _change_of(ticket: Ticket, day: date) -> StateChange:
    """What the order asks for, from the day on which the valve was turned; refused where it is no change any more."""
    state = SupplyState(ticket.order["state"])
    until = ticket.order.get("until")
    last = date.fromisoformat(until) if until else None
    if last is not None and day > last:
        raise SeasonOver(code=supply_states.season_for(last).code, day=last)
    if supply_states.term_on(ticket.account_id, day).state == state:
        raise AlreadySupplied(day=day) if state is SupplyState.SUPPLIED else AlreadyStopped(day=day)
    return StateChange(state, day, last, onward=bool(ticket.order.get("onward")))


def _is_cleared(account: Account, state: SupplyState | None) -> bool:
    standing = standings.of_account(account.id)
    if standing.owed:
        return False
    if state is SupplyState.CUT:
        return True
    if not standing.prepayment:
        return False
    back = StateChange(SupplyState.SUPPLIED, today())
    try:
        season = supply_states.season_for(today())
        term = supply_states.term_on(account.id, today())
        rule = supply_states.rule_for(term.use_class, season)
        check_resumption(rule, supply_states.facts_of(season), today())
    except Refusal:
        return False
    cost = reassessing.effect_of(
        account, lambda: supply_states.carry_out(account, back, reason="", by=0), since=today()
    ).difference
    return ZERO < cost <= standing.prepayment


def _withdraw_paid_cut(waiting: Ticket, paid: Paid, by: int) -> None:
    if waiting.cause is not Cause.CUT_OFF or supply_states.overdue(paid.account_id, today()) > 0:
        return
    [ticket] = lock_rows(Ticket, Ticket.id == waiting.id, order_by=Ticket.id)
    if ticket.state in OPEN:
        tickets.fire(ticket, Verb.WITHDRAW, by=by, facts={"payment_id": paid.payment_id})
