"""What is done with one valve job: carried out, not carried out, assigned, put back, withdrawn."""

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.i18n import _
from heatdesk.service.forms.valve_jobs import (
    AssignForm,
    ExecutionForm,
    ObstacleForm,
    ResumeForm,
    VoidForm,
    version,
)
from heatdesk.service.services import tickets, valve_jobs
from heatdesk.service.views.valve_jobs import bp, page_of
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, refused_on_form


@bp.post("/<int:ticket_id>/execute")
@requires(Permission.TICKET_EXECUTE)
def execute(ticket_id: int) -> ResponseReturnValue:
    ticket = tickets.find(ticket_id, current_user)
    form = ExecutionForm(valve_jobs.technicians(ticket.branch_id), current_user)
    if form.validate_on_submit():
        with refused_on_form(form):
            valve_jobs.execute(ticket_id, form.execution(), by=current_user)
            flash_done(_("Job %(number)s is carried out.", number=ticket.number))
            return redirect(url_for("valve_jobs.index"))
    return page_of(ticket, form)


@bp.post("/<int:ticket_id>/obstruct")
@requires(Permission.TICKET_EXECUTE)
def obstruct(ticket_id: int) -> ResponseReturnValue:
    ticket, form = tickets.find(ticket_id, current_user), ObstacleForm()
    if form.validate_on_submit():
        with refused_on_form(form):
            seen = version(form.seen.data)
            valve_jobs.obstruct(
                ticket_id, form.obstacle.data, form.note.data or "", seen=seen, by=current_user
            )
            flash_done(_("Job %(number)s went back to the dispatcher.", number=ticket.number))
            return redirect(url_for("valve_jobs.index"))
    return page_of(ticket, form)


@bp.post("/<int:ticket_id>/assign")
@requires(Permission.TICKET_DISPATCH)
def assign(ticket_id: int) -> ResponseReturnValue:
    ticket = tickets.find(ticket_id, current_user)
    form = AssignForm(valve_jobs.technicians(ticket.branch_id))
    if form.validate_on_submit():
        with refused_on_form(form):
            seen = version(form.seen.data)
            valve_jobs.assign(ticket_id, form.assignee_id.data, form.due_on.data, seen=seen, by=current_user)
            return redirect(url_for("valve_jobs.show", ticket_id=ticket_id))
    return page_of(ticket, form)


@bp.post("/<int:ticket_id>/resume")
@requires(Permission.TICKET_DISPATCH)
def resume(ticket_id: int) -> ResponseReturnValue:
    ticket, form = tickets.find(ticket_id, current_user), ResumeForm()
    if form.validate_on_submit():
        with refused_on_form(form):
            valve_jobs.resume(ticket_id, form.due_on.data, seen=version(form.seen.data), by=current_user)
            return redirect(url_for("valve_jobs.show", ticket_id=ticket_id))
    return page_of(ticket, form)


@bp.post("/<int:ticket_id>/void")
@requires(Permission.TICKET_DISPATCH)
def void(ticket_id: int) -> ResponseReturnValue:
    ticket, form = tickets.find(ticket_id, current_user), VoidForm()
    if form.validate_on_submit():
        with refused_on_form(form):
            valve_jobs.void(ticket_id, form.note.data, seen=version(form.seen.data), by=current_user)
            return redirect(url_for("valve_jobs.show", ticket_id=ticket_id))
    return page_of(ticket, form)
