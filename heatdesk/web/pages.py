"""What every page shares: notices, safe redirects, lists in pages, branch scope, numbers as people read them."""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask, flash, request, url_for
from flask_login import current_user
from flask_sqlalchemy.pagination import Pagination
from sqlalchemy import Select, func, select, text
from werkzeug.routing import BaseConverter, ValidationError

from heatdesk.config import ASSETS
from heatdesk.dates import ZONE
from heatdesk.db import db
from heatdesk.errors import RuleBroken
from heatdesk.i18n import _
from heatdesk.money import format_money

PAGE_SIZE = 50
COUNT_LIMIT = 2_000


class Page(Pagination):
    """One page of a list. The total is counted only up to `COUNT_LIMIT`, and the list ends there: who has so many rows
    before them narrows the list, and no address makes the database walk a million rows (decision 0151).
    """

    def __init__(self, **arguments: Any) -> None:
        _go_by_indexes(on=True)
        super().__init__(**arguments)
        _go_by_indexes(on=False)

    def _query_items(self) -> list[Any]:
        query: Select[Any] = self._query_args["select"]
        skipped = self._query_offset
        if skipped >= COUNT_LIMIT:
            return []
        found = self._rows(query, self.per_page, skipped)
        rest: Select[Any] | None = self._query_args["rest"]
        if rest is not None and len(found) < self.per_page:
            before = _count(query) if not found else skipped + len(found)
            found += self._rows(rest, self.per_page - len(found), max(0, skipped - before))
        details: Callable[[list[Any]], list[Any]] | None = self._query_args["details"]
        return found if details is None else details(found)

    def _rows(self, query: Select[Any], most: int, skipped: int) -> list[Any]:
        result = db.session.execute(query.limit(most).offset(skipped))
        return list(result.scalars()) if len(query.column_descriptions) == 1 else list(result)

    def _query_count(self) -> int:
        return _count(self._query_args["counted"])


def _go_by_indexes(*, on: bool) -> None:
    """Keep the planner from merging, hashing and scanning for a page of rows: it expects what fits all over a table,
    but it stands together, say that of one branch, and it would read the table up to there. Nor does a page start
    helpers: the other core is for the next reader.
    """
    db.session.execute(
        text("; ".join(f"set local {way} to {off if on else 'default'}" for way, off in _WAYS))
    )


_WAYS = (
    *(("enable_mergejoin", "off"), ("enable_hashjoin", "off"), ("enable_seqscan", "off")),
    *(("max_parallel_workers_per_gather", "0"), ("jit", "off")),
)


def _count(query: Select[Any]) -> int:
    counted = select(func.count()).select_from(query.order_by(None).limit(COUNT_LIMIT).subquery())
    return db.session.scalar(counted) or 0


def paginate(
    query: Select[Any],
    *,
    counted: Select[Any] | None = None,
    rest: Select[Any] | None = None,
    details: Callable[[list[Any]], list[Any]] | None = None,
) -> Page:
    """The page of `query` that the request asks for (`?page=`): objects of a one-column select, else rows.

    `counted` finds the same rows with fewer joins, where that is quicker to count. `rest` are rows that follow those of
    `query`. `details` makes the rows to show out of those found: a query of ids is quicker to sort.
    """
    return Page(
        select=query,
        counted=query if counted is None else counted,
        rest=rest,
        details=details,
        per_page=PAGE_SIZE,
        max_per_page=PAGE_SIZE,
        error_out=False,
    )


def scope_branch(column: Any) -> Any:
    """The condition that keeps a list to the reader's branch; head office sees every branch."""
    return True if current_user.branch_id is None else column == current_user.branch_id


def in_scope(branch_id: int) -> bool:
    """Whether the reader may see things of this branch."""
    return current_user.branch_id is None or current_user.branch_id == branch_id


def flash_notice(sentence: str) -> None:
    """A quiet notice on the next page."""
    flash(sentence, "notice")


def flash_done(sentence: str, *, undo_url: str | None = None) -> None:
    """What was just done, with the way to take it back where there is one."""
    notice: Any = {"text": sentence, "undo_url": undo_url, "undo_label": _("Undo")}
    flash(notice, "done")


@contextmanager
def refused_on_form(form: Any) -> Iterator[None]:
    """A refusal raised inside becomes a fault of the form and takes back what was begun, so the form is shown again.

    Stale pages and missing things stay what they are: there the form itself is no longer right.
    """
    try:
        with db.session.begin_nested():
            yield
    except RuleBroken as refusal:
        form.form_errors = [*form.form_errors, _(refusal.message, **refusal.values)]


def whole_argument(name: str) -> int | None:
    """A whole number of the query string; None when it is missing or not one that can be an id."""
    value = request.args.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 19 else None


def day_argument(name: str) -> date | None:
    """A date of the query string written 2026-11-21; None when it is missing or none."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def local_target(target: str | None, otherwise: str) -> str:
    """`target` when it is a path of this site, else `otherwise`: no open redirect (`//`, `/\\`, schemes, controls)."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return otherwise
    if any(ord(sign) < 32 for sign in target) or "\\" in target:
        return otherwise
    parts = urlsplit(target)
    return otherwise if parts.scheme or parts.netloc else target


def same_page(**changes: object) -> str:
    """This page's address with some of its query replaced; a value of None drops the key."""
    address = url_for(request.endpoint or "home.index", **(request.view_args or {}))
    asked = [(name, value) for name, value in request.args.items(multi=True) if name not in changes]
    return _with_query(address, [*asked, *changes.items()])


def same_filter(endpoint: str, **arguments: Any) -> str:
    """Another address with what this page's list is narrowed to: how a list finds its own export."""
    asked = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return _with_query(url_for(endpoint, **arguments), asked)


def _with_query(address: str, pairs: list[tuple[str, Any]]) -> str:
    query = urlencode([(name, value) for name, value in pairs if value is not None])
    return f"{address}?{query}" if query else address


@lru_cache(maxsize=256)
def _version(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]


def asset(name: str) -> str:
    """The address of a static file with its hash, so that browsers may keep it for a year."""
    return url_for("static", filename=name, v=_version(ASSETS / "static" / name))


def money(value: Decimal | None, *, dash: bool = False) -> str:
    """`1,234.50`; an en dash for None, and for zero when `dash` is asked for."""
    return "–" if value is None or (dash and not value) else format_money(value)


def yuan(value: str) -> Decimal:
    """A sum kept as text in JSON."""
    return Decimal(value)


def quantity(value: Decimal | int | None) -> str:
    """A count, area or height without needless zeros."""
    return "–" if value is None else f"{Decimal(value).normalize():,f}"


def day(value: date | None) -> str:
    return "–" if value is None else value.isoformat()


def moment(value: datetime | None) -> str:
    return "–" if value is None else value.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def mask_phone(value: str) -> str:
    """138****5678; shorter numbers keep their last four digits (reliability.md §11)."""
    return f"{value[:3]}****{value[-4:]}" if len(value) >= 11 else f"****{value[-4:]}"


class DayConverter(BaseConverter):
    """`<day:name>` in a route: a date written 2026-11-21; anything else is no such page."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise ValidationError from None

    def to_url(self, value: date | str) -> str:
        return str(value)


def install(app: Flask) -> None:
    """Give the templates their filters and globals, the routes their days."""
    app.url_map.converters["day"] = DayConverter
    app.jinja_env.filters.update(
        money=money, yuan=yuan, quantity=quantity, day=day, moment=moment, mask_phone=mask_phone
    )
    app.jinja_env.globals.update(
        asset=asset, request_id=lambda: str(uuid.uuid4()), same_page=same_page, same_filter=same_filter
    )
