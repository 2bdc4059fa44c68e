"""Supply terms: add, correct, take back the last, where no bill that is out would follow; else a request is asked for.

What a change does to the bills is shown before it is saved (decision 0138).
"""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.supply_terms import SupplyTermForm, filled_from
from heatdesk.billing.models import Account
from heatdesk.billing.services import accounts, labels, reassessing, supply_terms
from heatdesk.dates import today
from heatdesk.i18n import _
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, refused_on_form
from heatdesk.web.versions import refuse_if_changed, version_of

SHOWN = {"labels": labels, "this_day": today}
"""What the timeline's template needs besides the terms."""

bp = Blueprint("supply_terms", __name__, url_prefix="/billing/accounts/<int:account_id>/terms")


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
def create(account_id: int) -> ResponseReturnValue:
    account = accounts.get(account_id, current_user.branch_id, lock=request.method == "POST")
    accounts.refuse_closed(account)
    form = SupplyTermForm(data=filled_from(accounts.current_term(account.id), as_new=True))
    if form.validate_on_submit():
        with refused_on_form(form):
            refuse_if_changed(form.seen.data, *supply_terms.timeline(account.id))
            supply_terms.add(account, form.term_facts(), by=current_user.id, resume=form.resume.data)
            return _saved(account)
    return _shown(form, account, None)


@bp.route("/<int:term_id>/edit", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
def edit(account_id: int, term_id: int) -> ResponseReturnValue:
    account = accounts.get(account_id, current_user.branch_id, lock=request.method == "POST")
    accounts.refuse_closed(account)
    term = supply_terms.get(account, term_id)
    form = SupplyTermForm(data=filled_from(term, as_new=False))
    if form.validate_on_submit():
        with refused_on_form(form):
            refuse_if_changed(form.seen.data, *supply_terms.timeline(account.id))
            supply_terms.correct(account, term, form.term_facts(), by=current_user.id)
            return _saved(account)
    return _shown(form, account, term)


@bp.route("/remove-last", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
def remove_last(account_id: int) -> ResponseReturnValue:
    account = accounts.get(account_id, current_user.branch_id, lock=request.method == "POST")
    accounts.refuse_closed(account)
    terms = supply_terms.timeline(account.id)
    if request.method == "POST":
        refuse_if_changed(request.form.get("seen"), *terms)
        supply_terms.remove_last(account, by=current_user.id)
        return _saved(account)
    effect = reassessing.effect_of(account, lambda: supply_terms.remove_last(account, by=current_user.id))
    terms = supply_terms.timeline(account.id)
    return render_template(
        "billing/supply_terms/remove.html",
        account=account,
        terms=terms,
        effect=effect,
        seen=version_of(*terms),
        **SHOWN,
    )


@bp.get("/preview")
@requires(Permission.REGISTER_EDIT)
def preview(account_id: int) -> ResponseReturnValue:
    """What the form as filled in would do to the bills; nothing of it stays."""
    account = accounts.get(account_id, current_user.branch_id)
    form = SupplyTermForm(request.args, meta={"csrf": False})
    form.reason.data = form.reason.data or "–"
    if not form.validate():
        return render_template("billing/supply_terms/_effect.html", effect=None, account=account)
    effect = reassessing.effect_of(account, _meant(account, form))
    return render_template("billing/supply_terms/_effect.html", effect=effect, account=account)


def _meant(account: Account, form: SupplyTermForm) -> Callable[[], object]:
    """The change that the form stands for: of the term named in the address, else a new one."""
    term_id = request.args.get("term_id", type=int)
    by = current_user.id
    if term_id is None:
        return lambda: supply_terms.add(account, form.term_facts(), by=by, resume=form.resume.data)
    return lambda: supply_terms.correct(account, supply_terms.get(account, term_id), form.term_facts(), by=by)


def _saved(account: Account) -> ResponseReturnValue:
    """Back to the timeline, unless a bill that is out would have to follow: then a second person is asked."""
    reassessing.refuse_moving_bills(account)
    flash_done(_("Saved; no bill changed."))
    return redirect(url_for("customer_card.terms", account_id=account.id))


def _shown(form: Any, account: Account, term: Any) -> ResponseReturnValue:
    terms = supply_terms.timeline(account.id)
    form.seen.data = form.seen.data or version_of(*terms)
    page = render_template(
        "billing/supply_terms/edit.html", form=form, account=account, term=term, terms=terms, **SHOWN
    )
    return page, 422 if form.is_submitted() else 200
