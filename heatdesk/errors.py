"""Refusals: what heatdesk says when it will not do something.

A refusal is a sentence for the person at the screen (what is wrong, what to do next) with an HTTP status; one handler
in `web.py` shows them all. Raising one rolls the transaction back.
"""

from typing import Any


def msgid(sentence: str) -> str:
    """Mark a sentence for the catalogue where it stands; it is translated when it is shown."""
    return sentence


class Refusal(Exception):
    """A request that cannot be carried out; `message` is an English msgid with `%(name)s` places."""

    status = 409
    message = "This cannot be done."

    def __init__(self, message: str | None = None, **values: Any) -> None:
        self.message = message or type(self).message
        self.values = values
        super().__init__(self.message % values if values else self.message)


class RuleBroken(Refusal):
    """The rules of the trade do not allow it."""

    status = 409


class BadInput(Refusal):
    """What was typed or sent cannot be understood."""

    status = 422


class NotAllowed(Refusal):
    status = 403
    message = "Your role does not include this. Ask your supervisor if you need it."


class Missing(Refusal):
    status = 404
    message = "There is nothing here: it may have been removed, or it belongs to another branch."


class Stale(Refusal):
    """The page shows a state that has changed since."""

    status = 409
    message = (
        "Somebody changed this while your page was open. Look at the page again and repeat what you meant."
    )
