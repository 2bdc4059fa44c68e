"""Photos of the work: drawn anew, so that neither a place nor anything hidden in the file is kept."""

import hashlib
import io
import warnings
from collections.abc import Sequence

from PIL import Image, ImageOps, UnidentifiedImageError
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from heatdesk.approvals.models import StoredFile
from heatdesk.db import db
from heatdesk.errors import Missing
from heatdesk.service.errors import PhotoNotTaken, TooManyPhotos
from heatdesk.service.models import Ticket, TicketPhoto

LIMIT = 12 * 1024 * 1024
MOST_PIXELS = 60_000_000
"""A phone's largest picture; a small file that unpacks to more is refused before it is unpacked."""
MOST_PHOTOS = 6
_LONGEST_SIDE, _QUALITY = 1600, 82
_FORMATS = ("JPEG", "PNG", "WEBP")


def keep(ticket: Ticket, photos: Sequence[tuple[str, bytes]], *, by: int) -> None:
    """Keep photos (name, contents) with the ticket; the same one twice counts once.

    Raises `PhotoNotTaken` and `TooManyPhotos`.
    """
    if not photos:
        return
    if len(photos) + count(ticket.id) > MOST_PHOTOS:
        raise TooManyPhotos(most=MOST_PHOTOS)
    for name, content in photos:
        drawn = redrawn(name, content)
        sha256 = hashlib.sha256(drawn).hexdigest()
        stored = insert(StoredFile).values(sha256=sha256, content=drawn, size=len(drawn))
        db.session.execute(stored.on_conflict_do_nothing())
        row = insert(TicketPhoto).values(ticket_id=ticket.id, sha256=sha256, taken_by=by)
        db.session.execute(row.on_conflict_do_nothing())


def redrawn(name: str, content: bytes) -> bytes:
    """The picture as a JPEG of at most 1600 pixels a side, upright, without any of the marks it came with."""
    if len(content) > LIMIT:
        raise PhotoNotTaken(name=name[-80:], limit=LIMIT // (1024 * 1024))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(io.BytesIO(content), formats=_FORMATS)
            if picture.width * picture.height > MOST_PIXELS:
                raise PhotoNotTaken(name=name[-80:], limit=LIMIT // (1024 * 1024))
            picture.draft("RGB", (_LONGEST_SIDE, _LONGEST_SIDE))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (
        UnidentifiedImageError,
        OSError,
        ValueError,
        SyntaxError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
    ) as broken:
        raise PhotoNotTaken(name=name[-80:], limit=LIMIT // (1024 * 1024)) from broken
    upright.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    bare = Image.new("RGB", upright.size)
    bare.paste(upright)
    drawn = io.BytesIO()
    bare.save(drawn, "JPEG", quality=_QUALITY)
    return drawn.getvalue()


def of(ticket_id: int) -> Sequence[TicketPhoto]:
    return db.session.scalars(
        select(TicketPhoto).where(TicketPhoto.ticket_id == ticket_id).order_by(TicketPhoto.id)
    ).all()


def count(ticket_id: int) -> int:
    return db.session.scalar(select(func.count()).where(TicketPhoto.ticket_id == ticket_id)) or 0


def content_of(ticket: Ticket, photo_id: int) -> bytes:
    """The picture; raises `Missing` when it belongs to another job."""
    content = db.session.scalar(
        select(StoredFile.content)
        .join(TicketPhoto, TicketPhoto.sha256 == StoredFile.sha256)
        .where(TicketPhoto.id == photo_id, TicketPhoto.ticket_id == ticket.id)
    )
    if content is None:
        raise Missing
    return content
