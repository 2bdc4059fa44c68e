"""The network's lists as workbooks: every noun with its parents, its children and its figures."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Select

from heatdesk import audit
from heatdesk.auth.permissions import Permission
from heatdesk.i18n import _
from heatdesk.network import figures, reading
from heatdesk.network.figures import Figures
from heatdesk.network.nouns import NOUNS, Noun
from heatdesk.sheets.writing import Value
from heatdesk.web.exports import all_rows, as_file
from heatdesk.web.guards import requires

bp = Blueprint("network_exports", __name__, url_prefix="/network")

_AT_ONCE = 5_000
_KEYS = "any(" + ",".join(NOUNS) + ")"


@bp.get(f"/<{_KEYS}:noun>/export.xlsx")
@requires(Permission.REGISTER_VIEW)
def index(noun: str) -> ResponseReturnValue:
    """All places of one noun, as filtered."""
    shown = NOUNS[noun]
    return _workbook(shown, reading.listing(shown, current_user.branch_id, words=_words()))


@bp.get(f"/<{_KEYS}:noun>/<int:place_id>/export.xlsx")
@requires(Permission.REGISTER_VIEW)
def show(noun: str, place_id: int) -> ResponseReturnValue:
    """What hangs on one place, as filtered."""
    place = reading.get(NOUNS[noun], place_id, current_user.branch_id)
    child, column = NOUNS[noun].children[0] if NOUNS[noun].children else (NOUNS[noun], "id")
    under = (column, place.id)
    return _workbook(child, reading.listing(child, current_user.branch_id, words=_words(), under=under))


def _words() -> str:
    return request.args.get("q", "").strip()


def _workbook(noun: Noun, query: Select[Any]) -> ResponseReturnValue:
    table = noun.model.__tablename__
    audit.record("export", actor_id=current_user.id, subject_table=table, after=request.args.to_dict())
    rows = all_rows(query)
    cells = (_cells(noun, row, sums) for row, sums in _counted(noun, rows))
    return as_file(cells, _header(noun), name=noun.key)


def _counted(noun: Noun, rows: Sequence[Any]) -> Iterator[tuple[Any, Figures]]:
    for start in range(0, len(rows), _AT_ONCE):
        part = rows[start : start + _AT_ONCE]
        sums = figures.of(noun.key, [row.id for row in part], current_user.branch_id)
        yield from ((row, sums[row.id]) for row in part)


def _header(noun: Noun) -> list[str]:
    if noun.key == "premises":
        return [str(noun.one).capitalize(), _("Card no."), _("Name"), _("Area m²"), _("Owed")]
    return [
        str(noun.one).capitalize(),
        *(str(parent.one).capitalize() for parent in noun.above),
        *(str(child.many) for child, _column in noun.children),
        _("Accounts in use"),
        _("Area m²"),
        _("Households owing"),
        _("Owed"),
    ]


def _cells(noun: Noun, row: Any, sums: Figures) -> list[Value]:
    if noun.key == "premises":
        return [row.title, sums.card_no, sums.holder, sums.area_m2, sums.owed]
    parents = [getattr(row, parent.key) for parent in noun.above]
    children = [getattr(row, child.key) for child, _column in noun.children]
    return [row.title, *parents, *children, sums.accounts, sums.area_m2, sums.owing, sums.owed]
