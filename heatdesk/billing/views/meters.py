"""Meters: the list, one meter with its readings, files of readings."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.meters import FAULTS, UNITS, MeterForm, ReadingFileForm, ReadingForm
from heatdesk.billing.models import Account, Meter
from heatdesk.billing.rules.energy import MeterFault
from heatdesk.billing.rules.states import Unit
from heatdesk.billing.services import meters, reading_imports
from heatdesk.billing.services.meters import Given
from heatdesk.billing.services.request_targets import read_account, target_of
from heatdesk.i18n import _
from heatdesk.money import ZERO
from heatdesk.web.exports import workbook
from heatdesk.web.fields import one_line
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, paginate, refused_on_form, scope_branch

bp = Blueprint("meters", __name__, url_prefix="/billing/meters")


@bp.get("")
@requires(Permission.REGISTER_VIEW)
def index() -> ResponseReturnValue:
    return render_template("billing/meters/index.html", page=paginate(_listed()), units=UNITS)


@bp.get("/export.xlsx")
@requires(Permission.REGISTER_VIEW)
def export() -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="meter", after=request.args.to_dict())
    return workbook(
        _listed(),
        [
            *(_("Card no."), _("Customer"), _("Meter no."), _("Counts in"), _("Correction factor")),
            *(
                _("Agreed minimum per period"),
                _("Put in on"),
                _("Taken out on"),
                _("Last reading"),
                _("Read on"),
            ),
        ],
        lambda row: (
            *(row.card_no, row.name, row[0].serial_no, UNITS[row[0].unit], row[0].correction, row[0].minimum),
            *(row[0].installed_on, row[0].removed_on, row.shown, row.read_on),
        ),
        name="meters",
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.METER_EDIT)
def create() -> ResponseReturnValue:
    form = MeterForm(card_no=request.args.get("card_no", ""))
    if form.validate_on_submit():
        with refused_on_form(form):
            meter = meters.install(_meter(form), form.opening.data or ZERO, by=current_user.id)
            flash_done(_("Meter %(serial_no)s counts from now on.", serial_no=meter.serial_no))
            return redirect(url_for("meters.show", meter_id=meter.id))
    return render_template("billing/meters/create.html", form=form), 422 if form.is_submitted() else 200


@bp.route("/<int:meter_id>", methods=["GET", "POST"])
@requires(Permission.REGISTER_VIEW)
def show(meter_id: int) -> ResponseReturnValue:
    posted = request.method == "POST" and current_user.may(Permission.METER_EDIT)
    meter = meters.get(meter_id, current_user.branch_id, lock=posted)
    form = ReadingForm()
    if posted and form.validate_on_submit():
        with refused_on_form(form):
            _read(meter, form)
            flash_done(_("The reading was written down."))
            return redirect(url_for("meters.show", meter_id=meter.id))
    page = render_template(
        "billing/meters/show.html",
        meter=meter,
        form=form if current_user.may(Permission.METER_EDIT) and meter.removed_on is None else None,
        household=target_of(meter.account_id).label,
        readings=meters.history(meter),
        units=UNITS,
        faults=FAULTS,
    )
    return page, 422 if form.is_submitted() else 200


@bp.route("/import", methods=["GET", "POST"], endpoint="bring_in")
@requires(Permission.METER_EDIT)
def import_readings() -> ResponseReturnValue:
    form, outcome = ReadingFileForm(), None
    if form.validate_on_submit():
        with refused_on_form(form):
            upload = form.file.data
            outcome = reading_imports.bring_in(
                upload.read(),
                upload.filename,
                current_user.branch_id,
                only_good=form.only_good.data,
                by=current_user.id,
            )
    refused = form.is_submitted() and (outcome is None or (outcome.faults and not outcome.written))
    page = render_template("billing/meters/import.html", form=form, outcome=outcome, said=_said)
    return page, 422 if refused else 200


def _said(message: str, values: Mapping[str, str]) -> str:
    """A stored refusal in the reader's language."""
    return _(message, **values)


def _listed() -> Select[Any]:
    given = request.args
    return meters.select_meters(
        one_line(given.get("words")),
        given.get("unit", ""),
        given.get("state", ""),
        scope_branch(Account.branch_id),
    )


def _meter(form: Any) -> Meter:
    return Meter(
        account_id=read_account(form.card_no.data).id,
        serial_no=form.serial_no.data,
        unit=Unit(form.unit.data),
        digits=form.digits.data,
        correction=form.correction.data or 1,
        minimum=form.minimum.data,
        installed_on=form.installed_on.data,
    )


def _read(meter: Meter, form: Any) -> None:
    if form.takes_out.data:
        meters.take_out(meter, form.read_on.data, form.shown.data, by=current_user.id)
        return
    fault = MeterFault(form.fault.data) if form.fault.data else None
    given = Given(form.read_on.data, form.shown.data, fault, form.remark.data or "")
    meters.read(meter, given, confirmed=form.confirmed.data, by=current_user.id)
