"""What a file must be before anything opens it: the size, the kind its name says, and not built to do harm.

Sources: the list of bad archives that Warehouse keeps as tests (over 64 MiB unpacked and more than 50 : 1 is
refused), ASVS 5.0 items 5.2.1–5.2.3 (size, unpacked size) and 1.5.1 (XML without entities).
"""

import zipfile
import zlib
from dataclasses import dataclass
from pathlib import PurePath
from typing import BinaryIO

from heatdesk.errors import BadInput, msgid

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file heatdesk takes on; bytes, seconds, and cells as rows × columns."""

    file_bytes: int = 64 * MIB
    unpacked_bytes: int = 1024 * MIB
    suspicious_bytes: int = 64 * MIB
    ratio: int = 50
    members: int = 2_000
    cells: int = 40_000_000
    memory_bytes: int = 2048 * MIB
    seconds: int = 60


DEFAULT_LIMITS = Limits()

KINDS = {".xlsx": "xlsx", ".xls": "xls", ".ods": "ods", ".csv": "text", ".tsv": "text", ".txt": "text"}

EMPTY = msgid("“%(name)s” is empty. Save the list again in your spreadsheet program and upload that file.")
TOO_LARGE = msgid(
    "“%(name)s” has %(size)s MB; heatdesk reads files up to %(limit)s MB. Remove pictures and sheets that "
    "are not needed, or split the list into several files."
)
UNKNOWN_KIND = msgid(
    "“%(name)s” cannot be read as a table: heatdesk reads .xlsx, .xls, .ods and .csv. Save the list as one "
    "of these and upload that file."
)
ENCRYPTED = msgid(
    "“%(name)s” is protected by a password. Remove the password in your spreadsheet program and upload it "
    "again."
)
BROKEN = msgid(
    "“%(name)s” is damaged, or only a part of it arrived. "
    "Open it in your spreadsheet program, save it as .xlsx and upload that file."
)
BOMB = msgid(
    "“%(name)s” would unpack to %(size)s MB, more than a list of this kind can need. Copy the table into a "
    "new workbook and upload that file."
)
NESTED = msgid(
    "“%(name)s” has another file packed inside it (%(member)s). Copy the table into a new workbook and "
    "upload that file."
)
CROWDED = msgid(
    "“%(name)s” consists of %(members)s parts, more than a workbook can need. Copy the table into a new "
    "workbook and upload that file."
)
ENTITIES = msgid(
    "“%(name)s” contains declarations that no spreadsheet program writes (%(member)s). Copy the table into a "
    "new workbook and upload that file."
)
MACROS = msgid(
    "“%(name)s” contains macros, which heatdesk does not take. "
    "Open it in your spreadsheet program, save it as .xlsx and upload that file."
)
REALLY = {
    "xlsx": msgid(
        "“%(name)s” is really a workbook of the kind .xlsx. Give it that ending and upload it again."
    ),
    "xls": msgid(
        "“%(name)s” is really an old workbook of the kind .xls. Give it that ending and upload it again."
    ),
    "ods": msgid(
        "“%(name)s” is really a workbook of the kind .ods. Give it that ending and upload it again."
    ),
    "text": msgid("“%(name)s” is really a text file. Give it the ending .csv and upload it again."),
    "html": msgid(
        "“%(name)s” is really a web page. Open it in your spreadsheet program, save it as .xlsx and upload that file."
    ),
    "xml": msgid(
        "“%(name)s” is really an XML file. "
        "Open it in your spreadsheet program, save it as .xlsx and upload that file."
    ),
    "xlsb": msgid(
        "“%(name)s” is really a binary workbook (.xlsb). "
        "Open it in your spreadsheet program, save it as .xlsx and upload that file."
    ),
    "zip": msgid("“%(name)s” is really a zip archive. Unpack it and upload the list itself."),
    "other": UNKNOWN_KIND,
}

_MAGIC = {
    b"%PDF": "other", b"\x89PNG": "other", b"\xff\xd8\xff": "other", b"GIF8": "other", b"Rar!": "other",
    b"7z\xbc\xaf": "other", b"\x1f\x8b": "other", b"BZh": "other", b"\xfd7zXZ": "other", b"MZ": "other",
    b"\x7fELF": "other", b"SQLite format": "other",
}  # fmt: skip
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")
_CHUNK = 1 * MIB


def checked_kind(file: BinaryIO, size: int, filename: str, limits: Limits) -> str:
    """The kind of the file (`xlsx`, `xls`, `ods` or `text`), once nothing speaks against it.

    Raises `BadInput` with a sentence for the person who sent the file. Leaves `file` at its beginning.
    """
    name = PurePath(filename.replace("\\", "/")).name
    ending = PurePath(name).suffix.lower()
    if size == 0:
        raise BadInput(EMPTY, name=name)
    if size > limits.file_bytes:
        shown = {"size": f"{size / MIB:,.1f}", "limit": f"{limits.file_bytes / MIB:,.0f}"}
        raise BadInput(TOO_LARGE, name=name, **shown)
    if ending in (".xlsm", ".xltm"):
        raise BadInput(MACROS, name=name)
    said = KINDS.get(ending)
    if said is None:
        raise BadInput(UNKNOWN_KIND, name=name)
    found = _content_kind(file, name, limits)
    file.seek(0)
    if found != said:
        raise BadInput(REALLY[found], name=name)
    return found


def _content_kind(file: BinaryIO, name: str, limits: Limits) -> str:
    head = file.read(4096)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _archive_kind(file, name, limits)
    if head.startswith(_OLE):
        return _compound_kind(head + file.read(), name)
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table", b"<head", b"<meta")):
        return "html"
    return "xml" if start.startswith(b"<?xml") else "text"


def _compound_kind(content: bytes, name: str) -> str:
    """An OLE compound file is an old workbook or the safe that Office puts an encrypted new one into."""
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise BadInput(ENCRYPTED, name=name)
    if any(stream.encode("utf-16-le") in content for stream in ("Workbook", "Book")):
        return "xls"
    return "other"


def _archive_kind(file: BinaryIO, name: str, limits: Limits) -> str:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_directory(archive, name, limits)
            for member in archive.infolist():
                _check_member(archive, member, name)
            return _workbook_kind(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError, ValueError) as damage:
        raise BadInput(BROKEN, name=name) from damage


def _workbook_kind(archive: zipfile.ZipFile) -> str:
    names = {member.lower() for member in archive.namelist()}
    if "xl/workbook.bin" in names:
        return "xlsb"
    if "[content_types].xml" in names and any(member.startswith("xl/") for member in names):
        return "xlsx"
    if "mimetype" in names and b"opendocument.spreadsheet" in archive.read("mimetype"):
        return "ods"
    return "zip"


def _check_directory(archive: zipfile.ZipFile, name: str, limits: Limits) -> None:
    members = archive.infolist()
    if len(members) > limits.members:
        raise BadInput(CROWDED, name=name, members=len(members))
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members) or 1
    too_dense = unpacked > limits.suspicious_bytes and unpacked > limits.ratio * packed
    if unpacked > limits.unpacked_bytes or too_dense:
        raise BadInput(BOMB, name=name, size=f"{unpacked / MIB:,.0f}")
    if any(member.flag_bits & 1 for member in members):
        raise BadInput(ENCRYPTED, name=name)
    if any(member.filename.lower().endswith("vbaproject.bin") for member in members):
        raise BadInput(MACROS, name=name)


def _check_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> None:
    """Unpack one part in pieces: its checksum must hold, it must be no archive and declare no entities."""
    is_xml = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    tail = b""
    with archive.open(member) as part:
        while piece := part.read(_CHUNK):
            if not tail and piece.startswith((b"PK\x03\x04", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", _OLE)):
                raise BadInput(NESTED, name=name, member=member.filename[:100])
            seen = tail + piece
            if is_xml and (any(mark in seen for mark in _DECLARATIONS) or b"\x00" in piece):
                raise BadInput(ENTITIES, name=name, member=member.filename[:100])
            tail = seen[-16:]
