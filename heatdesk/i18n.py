"""Sentences for people: English message ids, Chinese from the catalogue.

Rules and refusals live below the web; outside an application context a sentence is its English self.
"""

from typing import Any

from flask import has_app_context
from flask_babel import gettext as _gettext
from flask_babel import lazy_gettext


def _(message: str, **values: Any) -> str:
    """The message in the reader's language with `%(name)s` filled in."""
    if has_app_context():
        return str(_gettext(message, **values))
    return message % values if values else message


lazy = lazy_gettext
