"""Filters that a person keeps under a name: for every list with a filter bar, with no code in the list itself.

A list is known by its endpoint and by the words in its address (the noun of a network list), so that a filter kept on
one branch's page serves the others too. A date that was today's is kept as «today».
"""

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlencode

from flask import Flask, current_app, g, redirect, request
from flask_login import current_user
from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, select, text, update
from sqlalchemy.orm import Mapped, mapped_column
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException
from werkzeug.wrappers import Response

from heatdesk.dates import today
from heatdesk.db import CreatedAt, Model, Pk, db
from heatdesk.errors import BadInput, Missing, RuleBroken
from heatdesk.web.fields import one_line
from heatdesk.web.pages import local_target

LONGEST_NAME = 90
MOST = 40
_TODAY = "today"
_NO_FILTER = {"page", "all", "printed"}
"""Parts of an address that say where one stands, not what one looks for."""


class SavedFilter(Model):
    """One filter of one person on one list."""

    __tablename__ = "saved_filter"
    __table_args__ = (
        UniqueConstraint("staff_id", "list", "name"),
        Index(
            "uq_saved_filter_default", "staff_id", "list", unique=True, postgresql_where=text("is_default")
        ),
    )

    id: Mapped[Pk]
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    list: Mapped[str] = mapped_column(comment="which list it narrows: endpoint and noun")
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    query: Mapped[str] = mapped_column(comment="the query string; a date may be «today»")
    is_default: Mapped[bool] = mapped_column(server_default="false")
    created_at: Mapped[CreatedAt]

    @property
    def query_now(self) -> str:
        """The query string to send, with today's date in place of the word."""
        this_day = today().isoformat()
        return urlencode(
            [(key, this_day if value == _TODAY else value) for key, value in parse_qsl(self.query)]
        )


class FilterNameTaken(RuleBroken):
    message = "You keep a filter called “%(name)s” on this list already. Choose another name, or remove that one first."


class TooManyFilters(RuleBroken):
    message = "You keep %(most)s filters on this list. Remove one before you keep another."


class NothingToSave(BadInput):
    message = "Nothing is narrowed here. Filter the list first, then keep the filter."


class FilterNeedsName(BadInput):
    message = "Give the filter a name of 1 to %(longest)s signs."


def is_narrowed() -> bool:
    """Whether the address of this page narrows its list: what makes «nothing fits» out of «nothing here yet»."""
    return any(
        value.strip() for key, value in request.args.items(multi=True) if key not in _NO_FILTER | {"sort"}
    )


def of_this_page() -> Sequence[SavedFilter]:
    """What the reader keeps on the list of this page, by name; asked for once a request."""
    if "saved_filters" not in g:
        own = (SavedFilter.staff_id == current_user.id, SavedFilter.list == _list_of_request())
        g.saved_filters = db.session.scalars(select(SavedFilter).where(*own).order_by(SavedFilter.name)).all()
    found: Sequence[SavedFilter] = g.saved_filters
    return found


def is_chosen(saved: SavedFilter) -> bool:
    """Whether this page shows the list as this filter has it."""
    return sorted(parse_qsl(saved.query_now)) == sorted(parse_qsl(_kept_part(request.query_string.decode())))


def default_of_page() -> Response | None:
    """The way to the reader's default when a list is opened with nothing asked for."""
    if request.method != "GET" or request.query_string or request.headers.get("HX-Request"):
        return None
    if not current_user.is_authenticated:
        return None
    chosen = next((saved for saved in of_this_page() if saved.is_default), None)
    return None if chosen is None else redirect(f"{request.path}?{chosen.query_now}")


def keep(staff_id: int, path: str, query: str, name: str, *, is_default: bool = False) -> SavedFilter:
    """Keep the filter that `query` is on the list at `path`; raises `FilterNeedsName`, `NothingToSave`,
    `FilterNameTaken`, `TooManyFilters`, `Missing` for no list.
    """
    kept = _kept_part(query)
    if not kept:
        raise NothingToSave
    wanted = SavedFilter(
        staff_id=staff_id, list=list_at(path), name=_checked(name), query=_with_today(kept), is_default=False
    )
    others = db.session.scalars(
        select(SavedFilter).where(SavedFilter.staff_id == staff_id, SavedFilter.list == wanted.list)
    ).all()
    if len(others) >= MOST:
        raise TooManyFilters(most=MOST)
    _refuse_taken(wanted, wanted.name)
    db.session.add(wanted)
    db.session.flush()
    if is_default:
        set_default(wanted, is_default=True)
    return wanted


def find(filter_id: int, staff_id: int) -> SavedFilter:
    """One's own filter, locked; raises `Missing`."""
    query = select(SavedFilter).where(SavedFilter.id == filter_id, SavedFilter.staff_id == staff_id)
    found = db.session.scalar(query.with_for_update())
    if found is None:
        raise Missing
    return found


def rename(saved: SavedFilter, name: str) -> None:
    """Raises `FilterNeedsName`, `FilterNameTaken`."""
    checked = _checked(name)
    if checked != saved.name:
        _refuse_taken(saved, checked)
        saved.name = checked


def set_default(saved: SavedFilter, *, is_default: bool) -> None:
    """The list opens with this filter, and with no other; or with none."""
    same_list = (SavedFilter.staff_id == saved.staff_id, SavedFilter.list == saved.list)
    db.session.execute(update(SavedFilter).where(*same_list, SavedFilter.is_default).values(is_default=False))
    db.session.flush()
    saved.is_default = is_default


def remove(saved: SavedFilter) -> None:
    db.session.delete(saved)


def list_at(path: str) -> str:
    """The key of the list at a path of this site; raises `Missing` when there is none."""
    try:
        endpoint, arguments = current_app.url_map.bind("").match(local_target(path, "/nowhere"), method="GET")
    except (HTTPException, RoutingException):
        raise Missing from None
    return _key(str(endpoint), dict(arguments))


def _list_of_request() -> str:
    return _key(request.endpoint or "", request.view_args or {})


def _key(endpoint: str, arguments: dict[str, object]) -> str:
    words = [value for _name, value in sorted(arguments.items()) if isinstance(value, str)]
    return "/".join([endpoint, *words])


def _checked(name: str) -> str:
    shown = one_line(name)
    if not shown or len(shown) > LONGEST_NAME:
        raise FilterNeedsName(longest=LONGEST_NAME)
    return shown


def _refuse_taken(saved: SavedFilter, name: str) -> None:
    query = select(SavedFilter.id).where(
        SavedFilter.staff_id == saved.staff_id, SavedFilter.list == saved.list, SavedFilter.name == name
    )
    with db.session.no_autoflush:
        if db.session.scalar(query) is not None:
            raise FilterNameTaken(name=name)


def _kept_part(query: str) -> str:
    """What a filter is made of: without the page one stands on, and without empty boxes."""
    pairs = [(key, value) for key, value in parse_qsl(query) if key not in _NO_FILTER and value.strip()]
    return urlencode(pairs)


def _with_today(query: str) -> str:
    this_day = today().isoformat()
    return urlencode([(key, _TODAY if value == this_day else value) for key, value in parse_qsl(query)])


def install(app: Flask) -> None:
    """Give the filter bar what it shows."""
    app.jinja_env.globals.update(
        saved_filters=of_this_page,
        is_chosen=is_chosen,
        is_narrowed=is_narrowed,
        longest_filter_name=LONGEST_NAME,
    )
