"""Subsidies: what the authority owes by season and kind, the list for it, and what it paid."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.debts import ReceiptForm
from heatdesk.billing.models import Season
from heatdesk.billing.services import subsidy_claims
from heatdesk.db import get_or_refuse
from heatdesk.errors import Missing
from heatdesk.i18n import _
from heatdesk.money import format_money
from heatdesk.people.rules import mask_id_number
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, paginate, refused_on_form, scope_branch

bp = Blueprint("subsidies", __name__, url_prefix="/billing/subsidies")


@bp.get("")
@requires(Permission.SUBSIDY_VIEW)
def index() -> ResponseReturnValue:
    return render_template("billing/subsidies/index.html", claims=subsidy_claims.claims(scope_branch))


@bp.get("/<int:season_id>/<kind>")
@requires(Permission.SUBSIDY_VIEW)
def show(season_id: int, kind: str) -> ResponseReturnValue:
    return _page(season_id, kind, ReceiptForm())


@bp.post("/<int:season_id>/<kind>/receive")
@requires(Permission.SUBSIDY_BOOK)
def receive(season_id: int, kind: str) -> ResponseReturnValue:
    form = ReceiptForm()
    if form.validate_on_submit():
        with refused_on_form(form):
            booked = subsidy_claims.receive(
                season_id,
                kind,
                form.amount.data,  # type: ignore[arg-type]
                form.reference.data or "",
                by=current_user,
            )
            flash_done(_("¥%(amount)s of the authority are booked.", amount=format_money(booked.amount)))
            return redirect(url_for("subsidies.show", season_id=season_id, kind=kind))
    return _page(season_id, kind, form), 422


@bp.get("/<int:season_id>/<kind>/export.xlsx")
@requires(Permission.SUBSIDY_VIEW)
def export(season_id: int, kind: str) -> ResponseReturnValue:
    audit.record("export", actor_id=current_user.id, subject_table="adjustment", after={"kind": kind})
    return workbook(
        subsidy_claims.households(season_id, kind, scope_branch),
        [_("Card no."), _("Customer"), _("Identity or credit code"), _("Address"), _("Subsidy, yuan")],
        lambda row: (row.card_no, row.name, row.id_number or "", row.address, row.amount),
        name="subsidies",
    )


def _page(season_id: int, kind: str, form: ReceiptForm) -> str:
    claim = subsidy_claims.claim(season_id, kind, scope_branch)
    if claim is None:
        raise Missing
    return render_template(
        "billing/subsidies/show.html",
        season=get_or_refuse(Season, season_id),
        claim=claim,
        page=paginate(subsidy_claims.households(season_id, kind, scope_branch)),
        receipts=subsidy_claims.receipts(season_id, kind, scope_branch),
        form=form if current_user.may(Permission.SUBSIDY_BOOK) and current_user.branch_id else None,
        mask_id_number=mask_id_number,
    )
