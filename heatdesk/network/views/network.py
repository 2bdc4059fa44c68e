"""The network: lists of places, one place with what hangs on it, and the forms that change them."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.auth.permissions import Permission
from heatdesk.db import db
from heatdesk.i18n import _
from heatdesk.network import figures, places, reading, services
from heatdesk.network.forms import place_form
from heatdesk.network.nouns import NOUNS, Noun
from heatdesk.web.guards import requires
from heatdesk.web.pages import PAGE_SIZE, flash_done, paginate, refused_on_form, whole_argument
from heatdesk.web.versions import version_of

bp = Blueprint("network", __name__, url_prefix="/network")

_KEYS = "any(" + ",".join(NOUNS) + ")"
_TABS = [noun for noun in NOUNS.values() if noun.key != "premises"]


@bp.get("", defaults={"noun": "branches"})
@bp.get(f"/<{_KEYS}:noun>")
@requires(Permission.REGISTER_VIEW)
def index(noun: str) -> ResponseReturnValue:
    shown = NOUNS[noun]
    words = request.args.get("q", "").strip()
    page = paginate(reading.listing(shown, current_user.branch_id, words=words))
    return render_template(
        "network/index.html", noun=shown, tabs=_TABS, words=words, page=page, figures=_counted(shown, page)
    )


@bp.get(f"/<{_KEYS}:noun>/<int:place_id>")
@requires(Permission.REGISTER_VIEW)
def show(noun: str, place_id: int) -> ResponseReturnValue:
    shown = NOUNS[noun]
    place = reading.get(shown, place_id, current_user.branch_id)
    child, column = _chosen_child(shown)
    words = request.args.get("q", "").strip()
    page = None
    if child is not None:
        page = paginate(reading.listing(child, current_user.branch_id, words=words, under=(column, place.id)))
    return render_template(
        "network/show.html",
        noun=shown,
        place=place,
        title=getattr(place, shown.title),
        path=reading.path(shown, place),
        others=reading.other_parents(shown, place),
        sums=_sums(shown, place.id) if shown.key in _AT_ONCE else None,
        child=child,
        column=column,
        words=words,
        page=page,
        figures=_counted(child, page),
    )


@bp.get(f"/<{_KEYS}:noun>/<int:place_id>/figures")
@requires(Permission.REGISTER_VIEW)
def figures_of(noun: str, place_id: int) -> ResponseReturnValue:
    """The figures of one place, for its page to fill in."""
    shown = NOUNS[noun]
    place = reading.get(shown, place_id, current_user.branch_id)
    return render_template("network/_figures.html", noun=shown, place=place, sums=_sums(shown, place.id))


@bp.get(f"/<{_KEYS}:noun>/rows")
@requires(Permission.REGISTER_VIEW)
def rows(noun: str) -> ResponseReturnValue:
    """Rows of a list once more, with their figures; `ids` are those the page shows already."""
    shown = NOUNS[noun]
    wanted = [int(one) for one in request.args.get("ids", "").split(",") if one.isascii() and one.isdigit()]
    query = reading.listing(shown, current_user.branch_id, ids=wanted[:PAGE_SIZE] or [0])
    found = db.session.execute(query).all()
    counted = figures.of(shown.key, [row.id for row in found], current_user.branch_id)
    parents = "parents" in request.args
    return render_template(
        "network/_filled.html", noun=shown, rows=found, figures=counted, show_parents=parents
    )


@bp.route(f"/<{_KEYS}:noun>/new", methods=["GET", "POST"])
@requires(Permission.NETWORK_EDIT)
def create(noun: str) -> ResponseReturnValue:
    made = NOUNS[noun]
    preset = {parent.column: whole_argument(parent.column) for parent in made.parents}
    form = place_form(made, None, current_user.branch_id, preset)
    if form.validate_on_submit():
        with refused_on_form(form):
            place = services.create(made, form.values(made), branch_id=current_user.branch_id)
            flash_done(_("%(what)s was created.", what=services.named(made, place)))
            return redirect(url_for("network.show", noun=noun, place_id=place.id))
    return render_template(
        "network/edit.html", noun=made, form=form, place=None
    ), 422 if form.is_submitted() else 200


@bp.route(f"/<{_KEYS}:noun>/<int:place_id>/edit", methods=["GET", "POST"])
@requires(Permission.NETWORK_EDIT)
def edit(noun: str, place_id: int) -> ResponseReturnValue:
    changed = NOUNS[noun]
    place = reading.get(changed, place_id, current_user.branch_id, lock=request.method == "POST")
    form = place_form(changed, place, current_user.branch_id)
    if form.validate_on_submit():
        with refused_on_form(form):
            entry = services.change(
                changed, place, form.values(changed), branch_id=current_user.branch_id, seen=form.seen.data
            )
            _say_changed(changed, place, entry)
            return redirect(url_for("network.show", noun=noun, place_id=place.id))
    form.seen.data = form.seen.data or version_of(place)
    page = render_template("network/edit.html", noun=changed, form=form, place=place)
    return page, 422 if form.is_submitted() else 200


@bp.post(f"/<{_KEYS}:noun>/<int:place_id>/undo/<int:audit_id>")
@requires(Permission.NETWORK_EDIT)
def undo(noun: str, place_id: int, audit_id: int) -> ResponseReturnValue:
    changed = NOUNS[noun]
    place = reading.get(changed, place_id, current_user.branch_id, lock=True)
    services.undo(changed, place, audit_id, branch_id=current_user.branch_id)
    flash_done(_("%(what)s is as it was before.", what=services.named(changed, place)))
    return redirect(url_for("network.show", noun=noun, place_id=place.id))


@bp.post(f"/<{_KEYS}:noun>/<int:place_id>/delete")
@requires(Permission.NETWORK_EDIT)
def delete(noun: str, place_id: int) -> ResponseReturnValue:
    gone = NOUNS[noun]
    place = reading.get(gone, place_id, current_user.branch_id, lock=True)
    above = reading.path(gone, place)
    what = services.named(gone, place)
    services.delete(gone, place, branch_id=current_user.branch_id)
    flash_done(_("%(what)s was deleted.", what=what))
    if above:
        return redirect(url_for("network.show", noun=above[-1][0].key, place_id=above[-1][1]))
    return redirect(url_for("network.index", noun=noun))


@bp.get(f"/<{_KEYS}:noun>/suggest")
@requires(Permission.REGISTER_VIEW)
def suggest(noun: str) -> ResponseReturnValue:
    """Options for the box that chooses a place: whatever the box is called, its words come as the one argument."""
    words = next(iter(request.args.values()), "").replace(reading.PATH_SIGN.strip(), " ")
    found = reading.options(NOUNS[noun], current_user.branch_id, words=words[:120], limit=20)
    return render_template("network/_suggest.html", found=found)


@bp.get("/suggest")
@requires(Permission.REGISTER_VIEW)
def suggest_any() -> ResponseReturnValue:
    """Places of every noun, for the filter of a list."""
    words = request.args.get("where", "")[:120]
    found = places.suggest(words, current_user.branch_id)
    return render_template("network/_suggest.html", found=found)


def _chosen_child(noun: Noun) -> tuple[Noun | None, str]:
    """The children whose list is shown; a place has one kind of them at most."""
    children = noun.children
    return children[0] if children else (None, "")


_AT_ONCE = ("premises", "buildings")
"""Places with so few households that they are counted with the page; the others' figures follow in a fragment, so that
a city of a million flats keeps nobody waiting for its tree.
"""


def _counted(noun: Noun | None, page: Any) -> dict[int, Any] | None:
    """The figures of premises at once; None for what is filled in later."""
    if noun is None or noun.key != "premises":
        return None
    return figures.of(noun.key, [row.id for row in page.items], current_user.branch_id)


def _sums(noun: Noun, place_id: int) -> figures.Figures:
    return figures.of(noun.key, [place_id], current_user.branch_id)[place_id]


def _say_changed(noun: Noun, place: Any, audit_id: int | None) -> None:
    what = services.named(noun, place)
    if audit_id is None:
        flash_done(_("Nothing was different, so nothing was changed."))
        return
    back = url_for("network.undo", noun=noun.key, place_id=place.id, audit_id=audit_id)
    flash_done(_("%(what)s was changed.", what=what), undo_url=back)
