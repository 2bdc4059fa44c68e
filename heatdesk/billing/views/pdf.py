"""Papers as answers: PDF shown in the browser, in the size that was asked for."""

from enum import StrEnum
from typing import TypeVar
from urllib.parse import quote

from flask import Response, request

from heatdesk.errors import BadInput

Size = TypeVar("Size", bound=StrEnum)


def chosen_size(sizes: type[Size], otherwise: Size) -> Size:
    """The `?size=` of the request; raises `BadInput` for one that there is not."""
    asked = request.args.get("size")
    if asked is None:
        return otherwise
    if asked not in set(sizes):
        raise BadInput("There is no such paper size. Choose one of: %(sizes)s.", sizes=", ".join(sizes))
    return sizes(asked)


def answer(pdf: bytes, name: str) -> Response:
    """The file, opened in the page rather than saved."""
    return Response(
        pdf,
        mimetype="application/pdf",
        headers={
            "Content-Disposition": f"inline; filename*=UTF-8''{quote(name)}.pdf",
            # The browser's own viewer is a plug-in to it, which the policy of pages forbids.
            "Content-Security-Policy": "frame-ancestors 'self'",
        },
    )
