"""Pressing twice happens once: every unsafe form carries an id made when it was shown (reliability.md §3).

The key is written in the same transaction as the work. The second press waits for the first to commit and is
answered with what the first was answered; the same id with another body is refused.
"""

import hashlib
import json
import uuid
from typing import Any

from flask import Response, request
from flask_login import current_user
from sqlalchemy import text
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.db import CreatedAt, Model, db
from heatdesk.errors import BadInput, RuleBroken

FIELD = "request_id"
_KEPT_HEADERS = ("Location", "Content-Type", "HX-Redirect", "HX-Trigger", "Content-Disposition")
_NOT_PART_OF_THE_REQUEST = {"csrf_token", FIELD}


class RequestKey(Model):
    __tablename__ = "request_key"

    request_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    staff_id: Mapped[int | None]
    path: Mapped[str]
    body_hash: Mapped[str]
    status: Mapped[int | None]
    headers: Mapped[dict[str, Any] | None]
    body: Mapped[bytes | None]
    recorded_at: Mapped[CreatedAt]


class SameIdOtherRequest(RuleBroken):
    message = "This form was already sent with other contents. Open the page again and fill it in anew."


def current_request_id() -> uuid.UUID:
    """The id of the form being handled; raises `BadInput` when it carries none."""
    value = request.form.get(FIELD, "")
    try:
        return uuid.UUID(value)
    except ValueError:
        raise BadInput(
            "This form carries no request number. Open the page again and send it from there."
        ) from None


def claim() -> Response | None:
    """Claim the id for this transaction; None to go on, or the answer that the first press got."""
    request_id = current_request_id()
    staff_id = current_user.id if current_user.is_authenticated else None
    body_hash = _hash_of_body()
    claimed = db.session.execute(
        text(
            "insert into request_key (request_id, staff_id, path, body_hash) values (:id, :staff, :path, :hash) "
            "on conflict do nothing"
        ),
        {"id": request_id, "staff": staff_id, "path": request.path, "hash": body_hash},
    )
    if claimed.rowcount:  # type: ignore[attr-defined]
        return None
    first = db.session.get(RequestKey, request_id)
    if first is None or (first.staff_id, first.path, first.body_hash) != (staff_id, request.path, body_hash):
        raise SameIdOtherRequest
    return Response(first.body or b"", status=first.status, headers=first.headers)


def keep(response: Response) -> None:
    """Store the answer under the claimed id, in the transaction of the work itself."""
    db.session.execute(
        text(
            "update request_key set status = :status, headers = cast(:headers as jsonb), body = :body "
            "where request_id = :id"
        ),
        {
            "id": current_request_id(),
            "status": response.status_code,
            "headers": json.dumps(
                {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
            ),
            "body": None if response.direct_passthrough else response.get_data(),
        },
    )


def _hash_of_body() -> str:
    digest = hashlib.sha256()
    for name, values in sorted(request.form.lists()):
        if name not in _NOT_PART_OF_THE_REQUEST:
            digest.update(repr((name, values)).encode())
    for name, upload in sorted(request.files.items(multi=True), key=lambda pair: pair[0]):
        digest.update(repr((name, upload.filename)).encode())
        digest.update(hashlib.file_digest(upload.stream, "sha256").digest())  # type: ignore[arg-type]
        upload.stream.seek(0)
    return digest.hexdigest()
