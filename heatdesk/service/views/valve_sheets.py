"""Execution sheets: printed per building, handed to a technician, and entered when they come back."""

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.errors import Missing
from heatdesk.i18n import _
from heatdesk.service.forms.valve_jobs import AssignForm, SheetForm, rows_of
from heatdesk.service.models import Ticket
from heatdesk.service.papers import execution_sheets
from heatdesk.service.rules.states import OBSTACLES, SEALED
from heatdesk.service.services import labels, valve_jobs, valve_lists, valve_sheets
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, refused_on_form, scope_branch

bp = Blueprint("valve_sheets", __name__, url_prefix="/service/valve_sheets")


@bp.get("")
@requires(Permission.TICKET_VIEW)
def index() -> ResponseReturnValue:
    buildings = valve_lists.by_building(scope_branch(Ticket.branch_id))
    return render_template("service/valve_sheets/index.html", buildings=buildings)


@bp.get("/<int:building_id>/paper")
@requires(Permission.TICKET_VIEW)
def paper(building_id: int) -> ResponseReturnValue:
    rows = _rows(building_id)
    audit.record("print_sheet", actor_id=current_user.id, subject_table="building", subject_id=building_id)
    community = _community(building_id)
    facts = valve_sheets.sheet_facts(rows, community=community, branch_id=rows[0].Ticket.branch_id)
    disposition = {"Content-Disposition": f'inline; filename="valves-{building_id}.pdf"'}
    return Response(execution_sheets.draw(facts), mimetype="application/pdf", headers=disposition)


@bp.get("/<int:building_id>")
@requires(Permission.TICKET_EXECUTE)
def edit(building_id: int) -> ResponseReturnValue:
    rows = _rows(building_id)
    return _page(building_id, rows, SheetForm(valve_jobs.technicians(rows[0].Ticket.branch_id)))


@bp.post("/<int:building_id>")
@requires(Permission.TICKET_EXECUTE)
def enter(building_id: int) -> ResponseReturnValue:
    rows = _rows(building_id)
    form = SheetForm(valve_jobs.technicians(rows[0].Ticket.branch_id))
    refused: dict[int, str] = {}
    status = 422
    if form.validate_on_submit():
        with refused_on_form(form):
            entered = valve_sheets.enter(rows_of(request.form), form.execution, by=current_user)
            flash_done(_("Rows taken from the sheet: %(n)s.", n=entered.taken))
            if not entered.refused:
                return redirect(url_for("valve_sheets.index"))
            refused, status = entered.refused, 200 if entered.taken else 422
    return _page(building_id, _rows(building_id), form, refused), status


@bp.post("/<int:building_id>/assign")
@requires(Permission.TICKET_DISPATCH)
def assign(building_id: int) -> ResponseReturnValue:
    rows = _rows(building_id)
    form = AssignForm(valve_jobs.technicians(rows[0].Ticket.branch_id))
    if form.validate_on_submit():
        with refused_on_form(form):
            done = valve_jobs.assign_many(
                [row.Ticket.id for row in rows], form.assignee_id.data, form.due_on.data, by=current_user
            )
            flash_done(_("Jobs handed over: %(n)s.", n=done))
            return redirect(url_for("valve_sheets.edit", building_id=building_id))
    return _page(
        building_id, rows, SheetForm(valve_jobs.technicians(rows[0].Ticket.branch_id)), assigning=form
    ), 422


def _rows(building_id: int) -> Any:
    rows = valve_lists.open_in_building(building_id, scope_branch(Ticket.branch_id))
    if not rows:
        raise Missing
    return rows


def _page(
    building_id: int, rows: Any, form: SheetForm, refused: dict[int, str] | None = None, assigning: Any = None
) -> str:
    people = valve_jobs.technicians(rows[0].Ticket.branch_id)
    return render_template(
        "service/valve_sheets/edit.html",
        building_id=building_id,
        rows=rows,
        community=_community(building_id),
        form=form,
        assigning=assigning
        or AssignForm(people, formdata=None, data={"due_on": max(one.Ticket.due_on for one in rows)}),
        refused=refused or {},
        typed=request.form,
        sealed=SEALED,
        types=labels.TYPES,
        causes=labels.CAUSES,
        obstacles=OBSTACLES,
    )


def _community(building_id: int) -> str:
    found = [
        one
        for one in valve_lists.by_building(scope_branch(Ticket.branch_id))
        if one.building_id == building_id
    ]
    return found[0].community if found else ""
