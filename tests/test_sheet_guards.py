"""Files that must not be opened, each refused with a sentence that says what to do."""

import io
import struct
import time
import tracemalloc
import zipfile
import zlib

import openpyxl
import pytest

from heatdesk.errors import BadInput
from heatdesk.sheets import Limits, read_sheet
from tests.files import archive, open_document, part, with_members, workbook

BOOK = workbook([["用户编号", "户名"], ["0107", "张立华"]])
MIB = 1024 * 1024
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<sst><si><t>&b;</t></si></sst>"
)
EXTERNAL = b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'


def stretched(reference: str) -> bytes:
    """A small workbook with one more cell far away."""
    book = openpyxl.load_workbook(io.BytesIO(BOOK))
    book.active[reference] = "x"
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def lying(book: bytes) -> bytes:
    """The central directory says that the sheet is smaller than it is."""
    with zipfile.ZipFile(io.BytesIO(book)) as packed:
        size = packed.getinfo(SHEET).file_size
    return book.replace(struct.pack("<L", size), struct.pack("<L", 10))


def encrypted_member(book: bytes) -> bytes:
    """The flag “encrypted” set on every part, as a zip with a password has it."""
    changed = bytearray(book)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = changed.find(mark)
        while position >= 0:
            changed[position + offset] |= 1
            position = changed.find(mark, position + 4)
    return bytes(changed)


FOREIGN = "declarations that no spreadsheet program writes"

REFUSED = {
    "empty": (b"", "a.xlsx", "“a.xlsx” is empty"),
    "empty text": (b"", "a.csv", "is empty"),
    "only blanks": (b" \r\n \n", "a.csv", "no table of text"),
    "no ending": (BOOK, "register", "reads .xlsx, .xls, .ods and .csv"),
    "pdf": (b"%PDF-1.7 ...", "a.xlsx", "cannot be read as a table"),
    "picture named csv": (b"\x89PNG\r\n\x1a\n", "a.csv", "cannot be read as a table"),
    "macros by ending": (BOOK, "a.xlsm", "contains macros"),
    "macros inside": (with_members(BOOK, {"xl/vbaProject.bin": b"x"}), "a.xlsx", "contains macros"),
    "half a file": (BOOK[: len(BOOK) // 2], "a.xlsx", "only a part of it arrived"),
    "end missing": (BOOK[:-5], "a.xlsx", "only a part of it arrived"),
    "broken inside": (BOOK.replace(b"PK\x03\x04", b"PK\x03\x05"), "a.xlsx", "really a text file|only a part"),
    "xml cut off": (with_members(BOOK, {SHEET: part(BOOK, SHEET)[:-40]}), "a.xlsx", "damaged|no rows"),
    "directory lies": (lying(BOOK), "a.xlsx", "only a part of it arrived"),
    "password": (OLE + "EncryptedPackage".encode("utf-16-le"), "a.xlsx", "protected by a password"),
    "password on the zip": (encrypted_member(BOOK), "a.xlsx", "protected by a password"),
    "old word file": (OLE + "WordDocument".encode("utf-16-le"), "a.xls", "cannot be read as a table"),
    "xls that is no workbook": (OLE + "Workbook".encode("utf-16-le"), "a.xls", "damaged"),
    "xls named xlsx": (OLE + "Workbook".encode("utf-16-le"), "a.xlsx", "kind .xls. Give it that ending"),
    "xlsx named xls": (BOOK, "a.xls", "kind .xlsx. Give it that ending"),
    "xlsx named csv": (BOOK, "a.csv", "kind .xlsx"),
    "text named xlsx": ("用户编号,户名\n1,张\n".encode(), "a.xlsx", "really a text file"),
    "web page named xls": (b"<html><table><tr><td>1</td></tr></table></html>", "a.xls", "really a web page"),
    "xml named xls": (b'<?xml version="1.0"?><Workbook/>', "a.xls", "really an XML file"),
    "binary workbook": (archive({"[Content_Types].xml": b"", "xl/workbook.bin": b""}), "a.xlsx", ".xlsb"),
    "archive": (archive({"register.csv": b"a,b"}), "a.xlsx", "zip archive. Unpack it"),
    "nested archive": (
        with_members(BOOK, {"xl/embeddings/1.bin": BOOK}),
        "a.xlsx",
        "another file packed inside",
    ),
    "billion laughs": (with_members(BOOK, {"xl/sharedStrings.xml": LAUGHS}), "a.xlsx", FOREIGN),
    "external entity": (with_members(BOOK, {"xl/workbook.xml": EXTERNAL}), "a.xlsx", FOREIGN),
    "entity in utf-16": (with_members(BOOK, {SHEET: LAUGHS.decode().encode("utf-16")}), "a.xlsx", FOREIGN),
    "crowd": (archive({f"{i}.xml": b"" for i in range(2_001)}), "a.xlsx", "2001 parts"),
    "bytes": (bytes(range(1, 256)) * 20, "a.csv", "encodings|no table of text"),
    "no rows": (workbook([]), "a.xlsx", "has no rows"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_a_sentence(case: str) -> None:
    content, filename, sentence = REFUSED[case]
    with pytest.raises(BadInput, match=sentence) as refusal:
        read_sheet(content, filename)
    assert "%(" not in str(refusal.value)


def test_bomb_is_refused_without_being_unpacked() -> None:
    bomb = with_members(BOOK, {SHEET: bytes(300 * 1024 * 1024)})
    assert len(bomb) < 1024 * 1024
    tracemalloc.start()
    with pytest.raises(BadInput, match=r"would unpack to 300 MB"):
        read_sheet(bomb, "a.xlsx")
    assert tracemalloc.get_traced_memory()[1] < 20 * 1024 * 1024
    tracemalloc.stop()


def test_bomb_of_overlapping_members_is_counted_as_often_as_it_is_named() -> None:
    kernel = zlib.compress(bytes(1_000_000), 9)[2:-4]
    local = (
        struct.pack("<4s5H3L2H", b"PK\x03\x04", 20, 0, 8, 0, 0, 0, len(kernel), 1_000_000, 1, 0)
        + b"a"
        + kernel
    )
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 8, 0, 0, 0, len(kernel), 1_000_000, 1, 0, 0, 0, 0, 0, 0
    )
    directory = (entry + b"a") * 1_900
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1_900, 1_900, len(directory), len(local), 0)
    with pytest.raises(BadInput, match="would unpack to 1,812 MB"):
        read_sheet(local + directory + end, "a.xlsx")


def test_too_large_file_names_both_sizes() -> None:
    with pytest.raises(BadInput, match=r"has 2.0 MB; heatdesk reads files up to 1 MB"):
        read_sheet(bytes(2 * 1024 * 1024), "a.xlsx", limits=Limits(file_bytes=1024 * 1024))


def test_table_that_spreads_over_empty_cells_says_what_to_delete() -> None:
    with pytest.raises(BadInput, match=r"spreads over 900000 rows and 60 columns\. Delete the empty rows"):
        read_sheet(stretched("BH900000"), "a.xlsx")
    assert len(list(read_sheet(stretched("BH300"), "a.xlsx").rows())) == 2


def test_cell_in_the_last_corner_costs_a_child_process_and_not_the_server() -> None:
    started = time.monotonic()
    with pytest.raises(BadInput, match="more memory or time than heatdesk gives"):
        read_sheet(stretched("XFD1048576"), "a.xlsx", limits=Limits(memory_bytes=512 * MIB))
    assert time.monotonic() - started < 30


def test_memory_of_the_child_is_limited() -> None:
    with pytest.raises(BadInput, match="more memory or time than heatdesk gives"):
        read_sheet(stretched("BH900000"), "a.xlsx", limits=Limits(memory_bytes=512 * MIB))


def test_one_long_text_in_very_many_cells_stops_at_the_limit() -> None:
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 2_001))
    sheet = f'<worksheet xmlns="{MAIN}"><sheetData>{cells}</sheetData></worksheet>'
    strings = f'<sst xmlns="{MAIN}"><si><t>{"x" * MIB}</t></si></sst>'
    bomb = with_members(BOOK, {SHEET: sheet.encode(), "xl/sharedStrings.xml": strings.encode()})
    assert len(bomb) < MIB
    with pytest.raises(BadInput, match="more memory or time than heatdesk gives"):
        read_sheet(bomb, "a.xlsx", limits=Limits(memory_bytes=512 * MIB))


def test_cells_that_an_open_document_repeats_without_end_are_refused() -> None:
    repeated = 'table:number-columns-repeated="16384" office:value-type="string"'
    cell = f"<table:table-cell {repeated}><text:p>x</text:p></table:table-cell>"
    row = f'<table:table-row table:number-rows-repeated="1048576">{cell}</table:table-row>'
    with pytest.raises(BadInput, match="damaged"):
        read_sheet(open_document(row), "a.ods", limits=Limits(memory_bytes=512 * MIB))


def test_large_file_that_is_no_bomb_is_refused_by_its_size() -> None:
    with pytest.raises(BadInput, match="would unpack to"):
        read_sheet(BOOK, "a.xlsx", limits=Limits(unpacked_bytes=1_000))


def test_sheet_with_as_many_columns_as_there_are_is_read() -> None:
    wide = workbook([[f"列{i}" for i in range(16_384)], list(range(16_384))])
    assert len(read_sheet(wide, "a.xlsx").header) == 16_384
