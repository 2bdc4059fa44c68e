"""Valve jobs: the enquiry, one job as dispatcher, clerk and technician see it, its photos and its order on paper."""

from typing import Any

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.dates import today
from heatdesk.db import db
from heatdesk.i18n import _
from heatdesk.service.forms.valve_jobs import AssignForm, ExecutionForm, ObstacleForm, ResumeForm, VoidForm
from heatdesk.service.models import Ticket
from heatdesk.service.papers import job_orders
from heatdesk.service.rules.states import OBSTACLES, OPEN, SEALED, TicketState
from heatdesk.service.services import labels, photos, tickets, valve_jobs, valve_lists, valve_sheets
from heatdesk.service.services.valve_lists import Wanted
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import day_argument, paginate, scope_branch, whole_argument

bp = Blueprint("valve_jobs", __name__, url_prefix="/service/valve_jobs")

WORDS: dict[str, Any] = {
    "types": labels.TYPES,
    "causes": labels.CAUSES,
    "look": labels.look,
    "obstacles": OBSTACLES,
    "this_day": today,
}


@bp.get("")
@requires(Permission.TICKET_VIEW)
def index() -> ResponseReturnValue:
    wanted, branch = _wanted(), scope_branch(Ticket.branch_id)
    stations, buildings = valve_lists.places(branch)
    return render_template(
        "service/valve_jobs/index.html",
        page=paginate(valve_lists.listing(wanted, branch)),
        wanted=wanted,
        counts=valve_lists.counts(branch),
        stations=stations,
        buildings=buildings,
        people=valve_jobs.technicians(current_user.branch_id),
        **WORDS,
    )


@bp.get("/export.xlsx")
@requires(Permission.TICKET_VIEW)
def export() -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="ticket", after=request.args.to_dict())
    return workbook(
        valve_lists.listing(_wanted(), scope_branch(Ticket.branch_id)),
        [
            *(
                _("Number"),
                _("Work to do"),
                _("Cause"),
                _("Card no."),
                _("Customer"),
                _("Address"),
                _("Building"),
            ),
            *(
                _("Heat station"),
                _("State"),
                _("To be done by"),
                _("Technician"),
                _("Carried out on"),
                _("By whom"),
            ),
            *(_("Seal number"), _("Why not")),
        ],
        _cells,
        name="valve-jobs",
    )


@bp.get("/<int:ticket_id>")
@requires(Permission.TICKET_VIEW)
def show(ticket_id: int) -> ResponseReturnValue:
    ticket = tickets.find(ticket_id, current_user)
    return page_of(ticket)


@bp.get("/<int:ticket_id>/photos/<int:photo_id>")
@requires(Permission.TICKET_VIEW)
def photo(ticket_id: int, photo_id: int) -> ResponseReturnValue:
    ticket = tickets.find(ticket_id, current_user)
    disposition = {"Content-Disposition": f'inline; filename="{ticket.number}-{photo_id}.jpg"'}
    return Response(photos.content_of(ticket, photo_id), mimetype="image/jpeg", headers=disposition)


@bp.get("/<int:ticket_id>/order")
@requires(Permission.TICKET_VIEW)
def order(ticket_id: int) -> ResponseReturnValue:
    ticket = tickets.find(ticket_id, current_user)
    audit.record("print_order", actor_id=current_user.id, subject_table="ticket", subject_id=ticket.id)
    drawn = job_orders.draw(valve_sheets.order_facts(_row_of(ticket)))
    disposition = {"Content-Disposition": f'inline; filename="{ticket.number}.pdf"'}
    return Response(drawn, mimetype="application/pdf", headers=disposition)


def page_of(ticket: Ticket, refused: Any = None) -> ResponseReturnValue:
    """The job with the forms that this reader may use now; `refused` is a form to be shown again."""
    people = valve_jobs.technicians(ticket.branch_id)
    forms: dict[str, Any] = {
        "execution": ExecutionForm(people, current_user, formdata=None),
        "obstacle": ObstacleForm(formdata=None),
        "assign": AssignForm(people, formdata=None, data={"due_on": max(ticket.due_on, today())}),
        "resume": ResumeForm(formdata=None, data={"due_on": valve_jobs.due_on(today())}),
        "void": VoidForm(formdata=None),
    }
    if refused is None:
        _suggest(forms["execution"], ticket, {one.id for one in people})
    for name, form in forms.items():
        form.seen.data = ticket.version
        if refused is not None and type(refused) is type(form):
            forms[name] = refused
    is_open = ticket.state in OPEN
    page = render_template(
        "service/valve_jobs/show.html",
        row=_row_of(ticket),
        ticket=ticket,
        forms=forms,
        events=valve_lists.events_of(ticket),
        deeds=labels.DEEDS,
        photos=photos.of(ticket.id),
        wants_seal=ticket.type in SEALED,
        may_execute=is_open and current_user.may(Permission.TICKET_EXECUTE),
        may_dispatch=is_open and current_user.may(Permission.TICKET_DISPATCH),
        is_obstructed=ticket.state is TicketState.WAITING,
        **WORDS,
    )
    return page, 200 if refused is None else 422


def _suggest(form: ExecutionForm, ticket: Ticket, people: set[int]) -> None:
    """Today and oneself, else whoever was sent."""
    form.executed_on.data = today()
    form.executed_by.data = current_user.id if current_user.id in people else ticket.assignee_id


def _row_of(ticket: Ticket) -> Any:
    return db.session.execute(valve_lists.listing(Wanted(), Ticket.id == ticket.id)).one()


def _wanted() -> Wanted:
    """A technician starts with what waits; everybody else too, unless he asks for more."""
    given = request.args
    return Wanted(
        standing=given.get("standing", "" if given else "waiting"),
        words=given.get("q", "").strip(),
        type=given.get("type", ""),
        cause=given.get("cause", "") if given.get("cause", "") in labels.CAUSES else "",
        station_id=whole_argument("station"),
        building_id=whole_argument("building"),
        assignee_id=whole_argument("technician"),
        due_first=day_argument("first"),
        due_last=day_argument("last"),
        recheck="recheck" in given,
    )


def _cells(row: Any) -> list[Any]:
    ticket: Ticket = row.Ticket
    return [
        *(ticket.number, str(labels.TYPES[ticket.type]), str(labels.CAUSES[ticket.cause])),
        *(ticket.card_no, row.customer, row.address, row.building, row.station),
        str(labels.look(ticket.state, ticket.due_on, today()).label),
        *(ticket.due_on, row.assignee or "", ticket.executed_on, row.executor or ""),
        *(ticket.seal_number or "", _(OBSTACLES[ticket.obstacle]) if ticket.obstacle else ""),
    ]
