"""Evidence: files kept in the database under the hash of their contents."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from heatdesk.approvals.errors import EvidenceMissing, FileNotTaken
from heatdesk.approvals.kinds import Kind
from heatdesk.approvals.models import Attachment, ChangeRequest, StoredFile
from heatdesk.db import db

FILE_LIMIT = 10 * 1024 * 1024
_MAGIC = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
}


@dataclass(frozen=True)
class Upload:
    """A file as it came: which evidence it is, its name, its contents."""

    evidence: str
    name: str
    content: bytes


def attach(request: ChangeRequest, uploads: Iterable[Upload], *, by: int) -> None:
    """Keep the files with the draft; the same file twice counts once. Raises `FileNotTaken`."""
    for upload in uploads:
        media_type = _media_type(upload)
        sha256 = hashlib.sha256(upload.content).hexdigest()
        stored = insert(StoredFile).values(sha256=sha256, content=upload.content, size=len(upload.content))
        db.session.execute(stored.on_conflict_do_nothing())
        row = {
            "change_request_id": request.id,
            "revision": request.revision,
            "evidence": upload.evidence,
            "sha256": sha256,
            "file_name": upload.name[-200:],
            "media_type": media_type,
            "uploaded_by": by,
        }
        db.session.execute(insert(Attachment).values(row).on_conflict_do_nothing())


def drop(request: ChangeRequest, attachment_ids: Sequence[int]) -> None:
    """Take files off a draft; what was submitted with an earlier revision stays there."""
    db.session.execute(
        delete(Attachment).where(
            Attachment.id.in_(attachment_ids),
            Attachment.change_request_id == request.id,
            Attachment.revision == request.revision,
        )
    )


def carry_over(request: ChangeRequest, revision: int) -> None:
    """Copy the evidence of `revision` to the request's present one."""
    for old in attached(request, revision):
        row = {
            name: getattr(old, name)
            for name in ("change_request_id", "evidence", "sha256", "file_name", "media_type", "uploaded_by")
        }
        db.session.execute(insert(Attachment).values(revision=request.revision, **row))


def attached(request: ChangeRequest, revision: int | None = None) -> Sequence[Attachment]:
    """The files of a revision, of the present one unless another is named."""
    query = select(Attachment).where(
        Attachment.change_request_id == request.id,
        Attachment.revision == (revision or request.revision),
    )
    return db.session.scalars(query.order_by(Attachment.id)).all()


def content_of(attachment: Attachment) -> bytes:
    return db.session.scalars(select(StoredFile.content).where(StoredFile.sha256 == attachment.sha256)).one()


def fingerprints(request: ChangeRequest) -> list[list[str]]:
    """Kind of evidence and hash of each file, in one order: what the request's own hash includes (rule 8)."""
    return sorted([one.evidence, one.sha256] for one in attached(request))


def refuse_without_evidence(request: ChangeRequest, kind: Kind) -> None:
    """Raises `EvidenceMissing` naming the first kind of evidence that is short."""
    present: dict[str, set[str]] = {}
    for evidence, sha256 in fingerprints(request):
        present.setdefault(evidence, set()).add(sha256)
    for wanted in kind.evidence:
        if len(present.get(wanted.name, ())) < wanted.least:
            raise EvidenceMissing(title=wanted.title, least=wanted.least)


def uploads_of(files: Any, kind: Kind) -> list[Upload]:
    """The files of a posted form, by the kind's names of evidence; empty fields are skipped."""
    return [
        Upload(wanted.name, file.filename, file.read(FILE_LIMIT + 1))
        for wanted in kind.evidence
        for file in files.getlist(f"evidence-{wanted.name}")
        if file.filename
    ]


def _media_type(upload: Upload) -> str:
    """By the first bytes, never by what the sender calls it."""
    for magic, media_type in _MAGIC.items():
        if upload.content.startswith(magic) and len(upload.content) <= FILE_LIMIT:
            return media_type
    raise FileNotTaken(name=upload.name, limit=FILE_LIMIT // (1024 * 1024))
