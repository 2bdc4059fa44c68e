"""The Flask class of heatdesk: one request is one transaction, a refusal is a page, headers are strict."""

import logging
from urllib.parse import urlsplit

import psycopg.errors
from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from heatdesk.db import set_actor, transaction
from heatdesk.errors import BadInput, Missing, Refusal, Stale
from heatdesk.web import request_keys, saved_filters
from heatdesk.web.guards import enforce
from heatdesk.web.pages import local_target

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
_RETRIED = (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)
_ATTEMPTS = 3
_SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'self'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
}

log = logging.getLogger(__name__)


class _TakenBack(Exception):
    """Carries an answer of 400 and above out of the transaction, so that nothing half done is committed."""

    def __init__(self, response: Response) -> None:
        self.response = response


class HeatdeskApp(Flask):
    """Returning commits, raising rolls back; an answer of 400 or more rolls back too (design decision 2)."""

    def dispatch_request(self) -> ResponseReturnValue:
        """Run the view inside one transaction; deadlocks are tried again with the same request id."""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with transaction():
                    response = make_response(self._answer())
                    if response.status_code >= 400:
                        raise _TakenBack(response)
                return response
            except _TakenBack as taken_back:
                return taken_back.response
            except DBAPIError as error:
                if not isinstance(error.orig, _RETRIED) or attempt == _ATTEMPTS:
                    raise
                log.warning("attempt %s of %s hit %s", attempt, request.path, type(error.orig).__name__)
        raise AssertionError("the loop returns or raises")

    def _answer(self) -> ResponseReturnValue:
        refused = enforce(self) if request.routing_exception is None else None
        if refused is not None:
            return refused
        if request.routing_exception is None and (default := saved_filters.default_of_page()) is not None:
            return default
        if request.method not in UNSAFE or request.routing_exception is not None:
            return super().dispatch_request()
        if current_user.is_authenticated:
            set_actor(current_user.id)
        replay = request_keys.claim()
        if replay is not None:
            return replay
        response = make_response(super().dispatch_request())
        if response.status_code < 400:
            request_keys.keep(response)
        return response


def install(app: Flask) -> None:
    """Register the refusal pages and the headers of every answer."""
    app.register_error_handler(Refusal, _show_refusal)
    app.register_error_handler(HTTPException, _show_http_error)
    app.register_error_handler(DBAPIError, _show_database_error)
    app.after_request(_secure)
    saved_filters.install(app)


def _show_refusal(refusal: Refusal) -> ResponseReturnValue:
    sentence = gettext(refusal.message, **refusal.values)
    template = "errors/_refusal.html" if request.headers.get("HX-Request") else "errors/refusal.html"
    page = render_template(
        template,
        sentence=sentence,
        status=refusal.status,
        back_url=local_target(urlsplit(request.referrer or "").path, "/"),
        reference=None,
    )
    return page, refusal.status


def _show_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.code is not None and error.code < 400:
        return error.get_response()
    if error.code == 404:
        return _show_refusal(Missing())
    if isinstance(error, RequestEntityTooLarge):
        refusal = BadInput(
            "The file is larger than the %(limit)s MB that can be taken. Split it, or save it again without pictures.",
            limit=upload_limit_megabytes(),
        )
        refusal.status = 413
        return _show_refusal(refusal)
    refusal = BadInput("The request could not be understood. Go back and send it from the page again.")
    if (error.code or 0) >= 500:
        refusal = BadInput(
            "This page could not be shown. Try again, and tell your administrator when it happens twice."
        )
    refusal.status = error.code or 400
    return _show_refusal(refusal)


def upload_limit_megabytes() -> int:
    """The largest upload, in MB, for the sentence that refuses a larger one."""
    return (request.max_content_length or 0) // (1024 * 1024)


def _show_database_error(error: DBAPIError) -> ResponseReturnValue:
    """A guard of the database that no rule caught first: nothing was done, and the person hears a sentence."""
    log.error("%s refused by the database: %s", request.path, error.orig)
    if isinstance(error.orig, psycopg.errors.IntegrityError | psycopg.errors.RaiseException):
        return _show_refusal(Stale())
    if isinstance(error.orig, psycopg.errors.LockNotAvailable | psycopg.errors.DeadlockDetected):
        busy = Stale("Somebody else is working on the same thing right now. Wait a moment and press again.")
        busy.status = 503
        return _show_refusal(busy)
    raise error


def _secure(response: Response) -> Response:
    for name, value in _SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response
