"""Sentences for people: English message ids, Chinese from the catalogue.

Rules and refusals live below the web; outside an application context a sentence is its English self.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import has_app_context
from flask_babel import force_locale, gettext as _gettext, lazy_gettext


def _(message: str, **values: Any) -> str:
    """The message in the reader's language with `%(name)s` filled in."""
    if has_app_context():
        return str(_gettext(message, **values))
    return message % values if values else message


lazy = lazy_gettext


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Sentences inside are in this language, whoever reads the screen: papers have one of their own."""
    if not has_app_context():
        yield
        return
    with force_locale(language):
        yield
