"""Customers: the list, one customer, the forms, and what is shown in full on request."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import escape

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.i18n import _
from heatdesk.people import rules, services
from heatdesk.people.forms import KIND_LABELS, CustomerForm
from heatdesk.web.exports import workbook
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_done, mask_phone, paginate
from heatdesk.web.versions import version_of

bp = Blueprint("customers", __name__, url_prefix="/people/customers")


@bp.get("")
@requires(Permission.REGISTER_VIEW)
def index() -> ResponseReturnValue:
    words, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    query = services.listing(
        current_user.branch_id, words=words, kind=kind, sort=request.args.get("sort", "")
    )
    page = paginate(query, counted=services.counted(current_user.branch_id, words=words, kind=kind))
    return render_template(
        "people/customers/index.html", page=page, words=words, kind=kind, kinds=KIND_LABELS
    )


@bp.get("/export")
@requires(Permission.REGISTER_VIEW)
def export() -> ResponseReturnValue:
    """The list as filtered; phones stay masked, as on the screen."""
    words, kind = request.args.get("q", "").strip(), request.args.get("kind", "")
    query = services.listing(
        current_user.branch_id, words=words, kind=kind, sort=request.args.get("sort", ""), whole=True
    )
    header = [_("Name"), _("Kind"), _("Phones"), _("Remark")]
    audit.record("export", actor_id=current_user.id, subject_table="customer", after=request.args.to_dict())
    return workbook(
        query,
        header,
        lambda row: (
            row[0].name,
            str(KIND_LABELS[row[0].kind]),
            " ".join(map(mask_phone, row[0].phones)),
            row[0].remark,
        ),
        name="customers",
    )


@bp.get("/<int:customer_id>")
@requires(Permission.REGISTER_VIEW)
def show(customer_id: int) -> ResponseReturnValue:
    customer = services.get(customer_id, current_user.branch_id)
    id_number = rules.mask_id_number(customer.id_number) if customer.id_number else ""
    return render_template(
        "people/customers/show.html", customer=customer, id_number=id_number, kind=KIND_LABELS[customer.kind]
    )


@bp.route("/new", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
def create() -> ResponseReturnValue:
    form = CustomerForm()
    if form.validate_on_submit():
        customer = services.create(form.values())
        flash_done(_("“%(name)s” was written down.", name=customer.name))
        return redirect(url_for("customers.show", customer_id=customer.id))
    page = render_template("people/customers/edit.html", form=form, customer=None)
    return page, 422 if form.is_submitted() else 200


@bp.route("/<int:customer_id>/edit", methods=["GET", "POST"])
@requires(Permission.REGISTER_EDIT)
def edit(customer_id: int) -> ResponseReturnValue:
    customer = services.get(customer_id, current_user.branch_id, lock=request.method == "POST")
    form = CustomerForm(customer)
    if form.validate_on_submit():
        services.change(customer, form.values(), seen=form.seen.data)
        flash_done(_("“%(name)s” was changed.", name=customer.name))
        return redirect(url_for("customers.show", customer_id=customer.id))
    services.reveal(customer, "phone", by=current_user.id)
    form.seen.data = form.seen.data or version_of(customer)
    page = render_template("people/customers/edit.html", form=form, customer=customer)
    return page, 422 if form.is_submitted() else 200


@bp.get("/<int:customer_id>/reveal/<any(phone,id_number):what>")
@requires(Permission.REGISTER_VIEW)
def reveal(customer_id: int, what: str) -> ResponseReturnValue:
    """The full number as text for the page that asked; who looked is recorded."""
    customer = services.get(customer_id, current_user.branch_id)
    return str(escape(services.reveal(customer, what, by=current_user.id)))
