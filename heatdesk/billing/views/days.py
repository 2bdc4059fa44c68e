"""Business days: what the branch took, what stands in the way of closing, the sheet for the file."""

from datetime import date

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from wtforms.fields import SelectChoice

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.business_days import (
    JOURNAL_LABELS,
    STATE_LABELS,
    CloseDayForm,
    OpenDayForm,
)
from heatdesk.billing.forms.number_books import KIND_LABELS
from heatdesk.billing.models import BusinessDay
from heatdesk.billing.papers import day_close
from heatdesk.billing.services import business_days, day_entries, day_sheets, labels, voids
from heatdesk.db import get_or_refuse
from heatdesk.errors import Missing
from heatdesk.i18n import _
from heatdesk.network.models import Branch
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, in_scope, paginate, refused_on_form, scope_branch

bp = Blueprint("days", __name__, url_prefix="/billing/days")


@bp.get("")
@requires(Permission.LEDGER_VIEW)
def index() -> ResponseReturnValue:
    return render_template(
        "billing/days/index.html",
        page=paginate(business_days.select_days(scope_branch(BusinessDay.branch_id))),
        branches=business_days.newest_by_branch(scope_branch(Branch.id)),
        taken=business_days.taken,
        states=STATE_LABELS,
    )


@bp.get("/export.xlsx")
@requires(Permission.LEDGER_VIEW)
def export() -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="business_day")
    return workbook(
        business_days.select_days(scope_branch(BusinessDay.branch_id)),
        [_("Branch"), _("Day"), _("State"), _("Taken"), _("Over / short"), _("Closed at"), _("Seal")],
        lambda row: (
            row[1],
            row[0].day,
            str(STATE_LABELS[row[0].state]),
            business_days.taken(row[0]),
            business_days.over_short(row[0]),
            row[0].closed_at,
            row[0].seal,
        ),
        name="days",
    )


@bp.route("/open", methods=["GET", "POST"], endpoint="open")
@requires(Permission.DAY_CLOSE)
def open_day() -> ResponseReturnValue:
    choices = business_days.newest_by_branch(scope_branch(Branch.id))
    form = OpenDayForm(request.form or request.args)
    form.branch.choices = [SelectChoice(branch.id, branch.name) for branch, _last in choices]
    if not form.is_submitted() and form.day.data is None and choices:
        form.branch.data = form.branch.data or choices[0][0].id
        form.day.data = business_days.suggest_next(form.branch.data)
    if form.validate_on_submit():
        with refused_on_form(form):
            day = business_days.open_day(form.branch.data, form.day.data, by=current_user)
            flash_done(_("%(day)s is open. Tills can be opened now.", day=day.day))
            return redirect(url_for("days.show", branch_id=day.branch_id, day=day.day))
    return render_template("billing/days/open.html", form=form), 422 if form.is_submitted() else 200


@bp.get("/<int:branch_id>/<day:day>")
@requires(Permission.LEDGER_VIEW)
def show(branch_id: int, day: date) -> ResponseReturnValue:
    business_day = _visible(branch_id, day)
    newest = business_days.find_last(branch_id)
    return render_template(
        "billing/days/show.html",
        day=business_day,
        branch=get_or_refuse(Branch, branch_id),
        figures=business_days.figures(business_day),
        closed_by=business_days.closer_name(business_day),
        is_newest=newest is not None and newest.day == day,
        next_day=business_days.suggest_next(branch_id),
        methods=labels.TENDERS,
        kinds=KIND_LABELS,
        reason_label=voids.reason_label,
    )


@bp.route("/<int:branch_id>/<day:day>/close", methods=["GET", "POST"])
@requires(Permission.DAY_CLOSE)
def close(branch_id: int, day: date) -> ResponseReturnValue:
    business_day = _visible(branch_id, day)
    form = CloseDayForm()
    if form.validate_on_submit():
        business_days.close_day(branch_id, day, by=current_user, seen=form.seen.data)
        flash_done(_("%(day)s is closed and sealed. Print the sheet, then open the next day.", day=day))
        return redirect(url_for("days.show", branch_id=branch_id, day=day))
    business_days.refuse_closed(business_day)
    form.seen.data = business_days.journals_on(branch_id, day)
    page = render_template(
        "billing/days/close.html",
        day=business_day,
        branch=get_or_refuse(Branch, branch_id),
        form=form,
        open_tills=business_days.open_tills(branch_id, day),
        figures=business_days.figures(business_day),
        methods=labels.TENDERS,
    )
    return page, 422 if form.is_submitted() else 200


@bp.get("/<int:branch_id>/<day:day>/sheet.pdf")
@requires(Permission.LEDGER_VIEW)
def sheet(branch_id: int, day: date) -> ResponseReturnValue:
    """The day-close sheet from the sealed figures: every print says the same."""
    facts = day_sheets.read(_visible(branch_id, day))
    name = f"heatdesk-day-{day.isoformat()}.pdf"
    return Response(
        day_close.draw(facts),
        mimetype="application/pdf",
        headers={"Content-Disposition": f'inline; filename="{name}"'},
    )


@bp.get("/<int:branch_id>/<day:day>/entries")
@requires(Permission.LEDGER_VIEW)
def entries(branch_id: int, day: date) -> ResponseReturnValue:
    """The rows behind a figure of the day: its entries, of one ledger account when asked for."""
    business_day = _visible(branch_id, day)
    code = request.args.get("account", "")
    return render_template(
        "billing/days/entries.html",
        day=business_day,
        branch=get_or_refuse(Branch, branch_id),
        page=paginate(day_entries.select_entries(branch_id, day, code=code), details=day_entries.in_full),
        accounts=day_entries.ledger_accounts(),
        code=code,
        kinds=JOURNAL_LABELS,
    )


@bp.get("/<int:branch_id>/<day:day>/entries.xlsx")
@requires(Permission.LEDGER_VIEW)
def export_entries(branch_id: int, day: date) -> ResponseReturnValue:
    _visible(branch_id, day)
    audit.record("export", actor_id=current_user.id, subject_table="entry", after=request.args.to_dict())
    return workbook(
        day_entries.select_all(branch_id, day, code=request.args.get("account", "")),
        [
            _("Journal"),
            _("Time"),
            _("What"),
            _("By"),
            _("Card no."),
            _("Season"),
            _("Debit"),
            _("Credit"),
            _("Amount"),
        ],
        lambda row: (
            row.journal_id,
            row.recorded_at,
            str(JOURNAL_LABELS[row.kind]),
            row.actor,
            row.card_no,
            row.season,
            row.debit,
            row.credit,
            row.amount,
        ),
        name=f"entries-{day.isoformat()}",
    )


def _visible(branch_id: int, day: date) -> BusinessDay:
    """The day, when it is one of a branch the reader sees; raises `Missing`."""
    if not in_scope(branch_id):
        raise Missing
    return get_or_refuse(BusinessDay, (branch_id, day))
