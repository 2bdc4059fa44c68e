"""Accounts: the list, opening, correcting, locking, closing."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.accounts import AccountForm, ClosingForm, NewAccountForm
from heatdesk.billing.forms.supply_terms import ReasonForm
from heatdesk.billing.services import account_lists, accounts, labels
from heatdesk.billing.services.account_lists import Wanted
from heatdesk.db import db
from heatdesk.i18n import _
from heatdesk.network import places, reading
from heatdesk.network.nouns import NOUNS
from heatdesk.people import services as people
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, mask_phone, paginate, refused_on_form, whole_argument
from heatdesk.web.versions import version_of

bp = Blueprint("accounts", __name__, url_prefix="/billing/accounts")

STATES = ("open", "closed", "locked", "any")


@bp.get("")
@requires(Permission.REGISTER_VIEW)
def index() -> ResponseReturnValue:
    wanted, place = _wanted()
    branch_id = current_user.branch_id
    page = paginate(
        account_lists.ids(wanted, branch_id),
        counted=account_lists.matching(wanted, branch_id),
        rest=account_lists.ids_without_area(wanted, branch_id),
        details=account_lists.rows_of,
    )
    return render_template(
        "billing/accounts/index.html",
        page=page,
        wanted=wanted,
        place=place,
        labels=labels,
        not_a_place=bool(request.args.get("where")) and place is None,
    )


@bp.get("/export")
@requires(Permission.REGISTER_VIEW)
def export() -> ResponseReturnValue:
    wanted, _place = _wanted()
    audit.record("export", actor_id=current_user.id, subject_table="account", after=request.args.to_dict())
    header = [
        *(_("Card no."), _("Name"), _("Address"), _("Phones"), _("Used as"), _("Supply"), _("Charged by")),
        *(_("Area m²"), _("Fees owed"), _("Closed on")),
    ]
    query = account_lists.listing(wanted, current_user.branch_id)
    return workbook(query, header, _cells, name="accounts")


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
def create() -> ResponseReturnValue:
    premises_id = whole_argument("premises_id") or 0
    premises = reading.get(
        NOUNS["premises"], premises_id, current_user.branch_id, lock=request.method == "POST"
    )
    form = NewAccountForm()
    if form.validate_on_submit():
        with refused_on_form(form):
            account = _open(form, premises.id)
            flash_done(_("Account %(card_no)s was opened.", card_no=account.card_no))
            return redirect(url_for("customer_card.show", account_id=account.id))
    page = render_template("billing/accounts/create.html", form=form, premises=premises)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:account_id>/edit", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
def edit(account_id: int) -> ResponseReturnValue:
    account = accounts.get(account_id, current_user.branch_id, lock=request.method == "POST")
    form = AccountForm(obj=account)
    if form.validate_on_submit():
        with refused_on_form(form):
            accounts.change(account, form.values(), seen=form.seen.data)
            flash_done(_("Account %(card_no)s was changed.", card_no=account.card_no))
            return redirect(url_for("customer_card.show", account_id=account.id))
    form.seen.data = form.seen.data or version_of(account)
    page = render_template("billing/accounts/edit.html", form=form, account=account)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:account_id>/close", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
def close(account_id: int) -> ResponseReturnValue:
    account = accounts.get(account_id, current_user.branch_id, lock=request.method == "POST")
    form = ClosingForm(account)
    if form.validate_on_submit():
        with refused_on_form(form):
            accounts.close(account, on=form.closed_on.data, reason=form.reason.data, by=current_user.id)
            flash_done(_("Account %(card_no)s was closed.", card_no=account.card_no))
            return redirect(url_for("customer_card.show", account_id=account.id))
    page = render_template("billing/accounts/close.html", form=form, account=account)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:account_id>/<any(lock,unlock):deed>", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
def lock(account_id: int, deed: str) -> ResponseReturnValue:
    account = accounts.get(account_id, current_user.branch_id, lock=request.method == "POST")
    form = ReasonForm()
    if form.validate_on_submit():
        accounts.set_lock(account, locked=deed == "lock", reason=form.reason.data, by=current_user.id)
        said = (
            _("The account takes no payment until it is unlocked.")
            if deed == "lock"
            else _("The account is unlocked.")
        )
        flash_done(said)
        return redirect(url_for("customer_card.show", account_id=account.id))
    page = render_template("billing/accounts/lock.html", form=form, account=account, deed=deed)
    return page, 422 if form.is_submitted() else 200


@bp.get("/customers")
@requires(Permission.REGISTER_EDIT)
def suggest_customers() -> ResponseReturnValue:
    """Customers that the words fit, for the box of a new account."""
    words = request.args.get("customer", "").strip()[:80]
    query = people.listing(current_user.branch_id, words=words, sort="name").limit(20)
    found = db.session.scalars(query).all() if words else []
    return render_template("billing/accounts/_customers.html", found=found)


def _open(form: NewAccountForm, premises_id: int) -> Any:
    known = form.customer_id
    customer = people.get(known, current_user.branch_id) if known else people.create(form.new_customer())
    return accounts.create(
        customer,
        premises_id,
        opened_on=form.opened_on.data,
        card_no=form.card_no.data,
        remark=form.remark.data,
        first=form.first_term(),
        by=current_user.id,
    )


def _wanted() -> tuple[Wanted, places.Place | None]:
    """What the address of the page asks for; what it misspells is left out."""
    given = request.args
    branch_id = current_user.branch_id
    typed, code = given.get("where", "").strip(), given.get("place", "")
    place = places.named(typed, branch_id) if typed else places.coded(code, branch_id)
    wanted = Wanted(
        words=given.get("q", "").strip(),
        place=(place.noun, place.id) if place else None,
        use_class=given.get("use_class", "") if given.get("use_class") in set(labels.USE_CLASSES) else "",
        supply=given.get("supply", "") if given.get("supply") in set(labels.SUPPLY_STATES) else "",
        mode=given.get("mode", "") if given.get("mode") in set(labels.MODES) else "",
        owing=given.get("owing", ""),
        state=given.get("state", "open") if given.get("state") in STATES else "open",
        customer_id=whole_argument("customer"),
        sort=given.get("sort", ""),
    )
    return wanted, place


def _cells(row: Any) -> tuple[Any, ...]:
    known = row.use_class is not None
    return (
        row.card_no,
        row.name,
        row.address,
        " ".join(map(mask_phone, row.phones)),
        str(labels.USE_CLASSES[row.use_class]) if known else "",
        str(labels.SUPPLY_STATES[row.supply][0]) if known else "",
        str(labels.MODES[row.mode]) if known else "",
        row.area_m2,
        row.owed,
        row.closed_on,
    )
