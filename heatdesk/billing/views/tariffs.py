"""Tariffs: versions per use class, drafted by one person, approved by another."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.tariffs import filled_form
from heatdesk.billing.models import Tariff
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.services import tariff_differences, tariff_lists, tariff_sentences, tariffs
from heatdesk.billing.services.labels import USE_CLASSES
from heatdesk.billing.services.tariff_words import AREA_BASES, PRICE_UNITS, said_key
from heatdesk.billing.views.run_words import TARIFF_LOOKS, TARIFF_STATES
from heatdesk.db import get_or_refuse
from heatdesk.errors import BadInput, Missing
from heatdesk.i18n import _
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, paginate, refused_on_form
from heatdesk.web.versions import version_of

bp = Blueprint("tariffs", __name__, url_prefix="/billing/tariffs")


@bp.get("")
@requires(Permission.SEASON_VIEW)
def index() -> ResponseReturnValue:
    return render_template(
        "billing/tariffs/index.html",
        page=paginate(tariff_lists.select_tariffs(request.args.get("use"), request.args.get("state"))),
        uses=USE_CLASSES,
        states=TARIFF_STATES,
        looks=TARIFF_LOOKS,
        units=PRICE_UNITS,
    )


@bp.get("/export.xlsx")
@requires(Permission.SEASON_VIEW)
def export() -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="tariff", after=request.args.to_dict())
    return workbook(
        tariff_lists.select_tariffs(request.args.get("use"), request.args.get("state")),
        [
            _("Used as"),
            _("Version"),
            _("Document number"),
            _("Valid from"),
            _("Price"),
            _("Price is"),
            _("State"),
        ],
        lambda row: (
            *(str(USE_CLASSES[row[0].use_class]), row[0].version, row[0].document_no, row[0].valid_from),
            *(row[0].parameters["price"], str(PRICE_UNITS[row[0].parameters["price_unit"]])),
            str(TARIFF_STATES[row[0].state]),
        ),
        name="tariffs",
    )


@bp.route("/new/<use_class>", methods=["GET", "POST"])
@requires(Permission.TARIFF_EDIT)
def create(use_class: str) -> ResponseReturnValue:
    if use_class not in set(UseClass):
        raise Missing
    start = tariffs.starting_point(UseClass(use_class))
    form = filled_form(start)
    if form.validate_on_submit() and (rules := _read(form, UseClass(use_class))):
        with refused_on_form(form):
            row = tariffs.draft(rules, by=current_user.id)
            flash_done(_("The draft was saved. Ask for its approval when it is complete."))
            return redirect(url_for("tariffs.show", tariff_id=row.id))
    return _form_page(form, UseClass(use_class), None)


@bp.get("/<int:tariff_id>")
@requires(Permission.SEASON_VIEW)
def show(tariff_id: int) -> ResponseReturnValue:
    row = get_or_refuse(Tariff, tariff_id)
    rules = TariffRules.from_parameters(row.parameters)
    before = tariff_differences.before(row)
    return render_template(
        "billing/tariffs/show.html",
        tariff=row,
        told=tariff_sentences.told(rules),
        assumed=[said_key(key) for key in rules.assumed],
        before=before,
        changes=[] if before is None else tariff_differences.of_versions(before, row),
        title_of=tariff_differences.title_of,
        seen=version_of(row),
        people=tariff_lists.names(row),
        billed=tariffs.billed_seasons_from(row.valid_from),
        uses=USE_CLASSES,
        states=TARIFF_STATES,
        looks=TARIFF_LOOKS,
        units=PRICE_UNITS,
        bases=AREA_BASES,
    )


@bp.route("/<int:tariff_id>/edit", methods=["GET", "POST"])
@requires(Permission.TARIFF_EDIT)
def edit(tariff_id: int) -> ResponseReturnValue:
    row = get_or_refuse(Tariff, tariff_id)
    tariffs.refuse_final(row)
    form = filled_form(row.parameters)
    form.seen.data = form.seen.data or version_of(row)
    if form.validate_on_submit() and (rules := _read(form, row.use_class)):
        with refused_on_form(form):
            tariffs.edit(tariff_id, rules, seen=form.seen.data, by=current_user.id)
            flash_done(_("The draft was saved. Ask for its approval when it is complete."))
            return redirect(url_for("tariffs.show", tariff_id=tariff_id))
    return _form_page(form, row.use_class, row)


@bp.post("/<int:tariff_id>/withdraw")
@requires(Permission.SEASON_VIEW)
def withdraw(tariff_id: int) -> ResponseReturnValue:
    """A draft by those who draft, an approved version by those who approve; the service looks at the state."""
    may_approve = current_user.may(Permission.TARIFF_APPROVE)
    may_draft = current_user.may(Permission.TARIFF_EDIT)
    tariffs.withdraw(
        tariff_id,
        seen=request.form.get("seen"),
        by=current_user.id,
        may_approve=may_approve,
        may_draft=may_draft,
    )
    flash_done(_("This version is withdrawn."))
    return redirect(url_for("tariffs.show", tariff_id=tariff_id))


def _read(form: Any, use_class: UseClass) -> TariffRules | None:
    """The tariff that was typed; what does not fit together is said at its field."""
    try:
        rules: TariffRules = form.rules(use_class)
    except BadInput as refusal:
        form.refuse(refusal)
        return None
    return rules


def _form_page(form: Any, use_class: UseClass, row: Tariff | None) -> ResponseReturnValue:
    page = render_template("billing/tariffs/edit.html", form=form, use=USE_CLASSES[use_class], tariff=row)
    return page, 422 if form.is_submitted() else 200
