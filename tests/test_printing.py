from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from itertools import chain
from threading import Barrier, Lock, Thread
from typing import Any, ClassVar

import pytest
import segno
from hypothesis import given, settings, strategies as st
from pypdf import PdfReader
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfbase.ttfonts import TTFontFile
from reportlab.platypus import Paragraph, SimpleDocTemplate

from heatdesk.printing import (
    A4,
    A5_LANDSCAPE,
    CENTRE,
    CONTINUOUS,
    RIGHT,
    Column,
    Document,
    Facts,
    Marks,
    Offset,
    Pen,
    Room,
    Row,
    Table,
    UnreadableFacts,
    figure,
    fit,
    fit_lines,
    missing_glyphs,
    paginate,
    prepare,
    register_fonts,
    symbol,
    text_width,
    tidy,
    wrap,
)

RARE = "䶮㛃堃犇𠅤𬭚𫖯"
CHARACTERS = "".join(chr(0x4E00 + i) for i in range(600))
POINTS = 72 / 25.4


def read(pdf: bytes) -> PdfReader:
    return PdfReader(BytesIO(pdf))


def fonts_of(reader: PdfReader) -> dict[str, Any]:
    """Base name → descriptor of every font of the first page."""
    fonts = reader.pages[0]["/Resources"]["/Font"]  # type: ignore[index]
    return {
        font.get_object()["/BaseFont"]: font.get_object()["/DescendantFonts"][0].get_object()[
            "/FontDescriptor"
        ]
        for font in fonts.values()
    }


def one_page(text: str) -> bytes:
    document = Document("test")
    document.page(A4).text(20, 20, text)
    return document.to_bytes()


def test_rare_names_can_be_copied_out_again() -> None:
    assert read(one_page(f"欧阳{RARE}先生 Ouyang")).pages[0].extract_text() == f"欧阳{RARE}先生 Ouyang"


def test_both_weights_are_embedded_once_however_many_papers() -> None:
    document = Document("test")
    for start in range(0, 600, 30):
        pen = document.page(A5_LANDSCAPE)
        pen.text(10, 20, CHARACTERS[start : start + 30])
        pen.text(10, 30, CHARACTERS[start : start + 30], bold=True)
    reader = read(document.to_bytes())
    fonts = fonts_of(reader)
    assert sorted(fonts) == ["/HEATDK+NotoSansSC-Bold", "/HEATDK+NotoSansSC-Regular"]
    assert all("/FontFile2" in descriptor for descriptor in fonts.values())
    assert "".join(page.extract_text().split("\n")[0] for page in reader.pages) == CHARACTERS


def test_the_same_drawing_is_the_same_file() -> None:
    assert one_page("采暖费") == one_page("采暖费")


def test_paragraphs_of_reportlab_use_the_same_font() -> None:
    register_fonts()
    file = BytesIO()
    style = ParagraphStyle("plain", fontName="NotoSansSC-Regular", wordWrap="CJK")
    SimpleDocTemplate(file).build([Paragraph("催缴通知书" * 40, style)])
    assert read(file.getvalue()).pages[0].extract_text().replace("\n", "") == "催缴通知书" * 40


def test_threads_cut_subsets_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    cut_subset, cutting, together = TTFontFile.makeSubset, Lock(), Barrier(2)
    overlaps: list[bool] = []

    def watched(face: TTFontFile, subset: list[int]) -> bytes:
        overlaps.append(not cutting.acquire(blocking=False))
        try:
            return bytes(cut_subset(face, subset))
        finally:
            if not overlaps[-1]:
                cutting.release()

    def print_often(text: str) -> None:
        for _ in range(10):
            together.wait()
            one_page(text)

    monkeypatch.setattr(TTFontFile, "makeSubset", watched)
    threads = [Thread(target=print_often, args=(text,)) for text in (CHARACTERS[:300], CHARACTERS[300:])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert overlaps == [False] * 40


def test_missing_glyphs_are_told_before_printing_and_still_copied() -> None:
    assert missing_glyphs(f"王{RARE}\n") == ""
    assert missing_glyphs("a😀b𪚥😀") == "😀𪚥"
    assert read(one_page("王𪚥")).pages[0].extract_text() == "王𪚥"


def test_offset_moves_the_page_with_its_form() -> None:
    def position(offset: Offset) -> tuple[float, float]:
        document = Document("test")
        form = document.form("fixed", CONTINUOUS, lambda pen: pen.text(20, 20, "固定"))
        document.page(CONTINUOUS, offset, form).text(30, 40, "不同")
        found: list[tuple[float, float]] = []

        def visit(text: str, cm: list[float], tm: list[float], font: object, size: float) -> None:
            if "不同" in text:
                found.append((cm[4] + tm[4], cm[5] + tm[5]))

        reader = read(document.to_bytes())
        assert "固定" in reader.pages[0].extract_text()
        reader.pages[0].extract_text(visitor_text=visit)
        return found[0]

    straight, moved = position(Offset()), position(Offset(dx=2.5, dy=-1))
    assert straight == pytest.approx((30 * POINTS, 100 * POINTS), abs=0.02)
    assert (moved[0] - straight[0], moved[1] - straight[1]) == pytest.approx((2.5 * POINTS, POINTS), abs=0.02)


def test_a_form_is_drawn_once() -> None:
    document = Document("test")
    drawn: list[Pen] = []
    names = {document.form("a", A4, drawn.append) for _ in range(3)}
    assert (len(names), len(drawn)) == (1, 1)


@given(st.text(alphabet="供热费（），。Heat fee 2026-2027㎡𠅤", max_size=90), st.integers(8, 80))
def test_wrapped_lines_fit_and_lose_nothing(text: str, width: int) -> None:
    lines = wrap(text, width, 9)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line, 9) <= width * POINTS + 0.1 for line in lines)


def test_lines_do_not_begin_with_closing_punctuation_or_split_words() -> None:
    assert wrap("供热供热，供热", 4 * 9 / POINTS, 9) == ["供热供", "热，供热"]
    assert wrap("Heating fee 2026", text_width("Heating fee", 9) / POINTS, 9) == ["Heating fee", "2026"]


def test_a_90_character_name_shrinks_into_two_lines_whole() -> None:
    name = "某某市北城区光明里供热管理处" * 6 + "某某市北城区"
    lines, size = fit_lines(name, Room(98), 9.5)
    assert len(name) == 90
    assert "".join(lines) == name
    assert 6 <= size < 9.5


def test_what_cannot_fit_ends_in_an_ellipsis() -> None:
    lines, size = fit_lines("供" * 200, Room(40), 9)
    assert (len(lines), lines[1][-1], size) == (2, "…", 6)
    assert fit("供" * 50, 30, 9, 6) == ("供" * 13 + "…", 6)
    assert fit("供", 30, 9, 6) == ("供", 9)


def test_control_characters_and_minus_signs() -> None:
    assert tidy("张\t三\n  李　四") == "张 三 李 四"
    assert figure(Decimal("-1085.50")) == "−1,085.50"
    assert figure(Decimal("1E+3")) == "1,000"


@settings(deadline=None, max_examples=40)
@given(st.text(min_size=1, max_size=40))
def test_qr_by_table_equals_segno(payload: str) -> None:
    prepare(len("https://heat.example.org/v/26HD00012345"))
    code = segno.make_qr(payload.encode(), error="M", mode="byte", mask=3, boost_error=False)
    made = symbol(payload)
    row_bits = (made.modules + 7) // 8 * 8
    rows = [
        f"{made.bits:0{made.modules * row_bits}b}"[i * row_bits :][: made.modules]
        for i in range(made.modules)
    ]
    assert rows == ["".join("1" if dark else "0" for dark in row) for row in code.matrix]


def test_qr_payload_too_long() -> None:
    with pytest.raises(ValueError, match="too long"):
        symbol("x" * 214)


def rows_of(*heights: float) -> list[Row]:
    return [Row((), height) for height in heights]


@pytest.mark.parametrize(
    ("heights", "pages"),
    [
        ([], [0]),
        ([5] * 4, [4]),
        ([5] * 5, [4, 1]),
        ([5] * 8, [4, 4]),
        ([5] * 9, [8, 1]),
        ([5] * 16, [8, 4, 4]),
    ],
)
def test_pages_leave_room_for_the_totals(heights: list[float], pages: list[int]) -> None:
    broken = paginate(rows_of(*heights), room=40, last_room=20)
    assert list(chain(*broken)) == rows_of(*heights)
    assert [len(page) for page in broken] == pages
    assert all(sum(row.height for row in page) <= 40 for page in broken)
    assert sum(row.height for row in broken[-1]) <= 20


def test_table_cells_wrap_and_raise_the_row() -> None:
    table = Table(
        10,
        (Column("项目", "Item", 20, most=2), Column("金额", "Amount", 20, RIGHT), Column("", "", 9, CENTRE)),
    )
    plain, tall = table.row("采暖费", "1.00", ""), table.row("采暖费采暖费采暖费", "1.00", "")
    assert tall.height > plain.height
    assert len(tall.cells[0][0]) == 2


def test_marks() -> None:
    assert (Marks().copy_text, Marks(copy=2).copy_text) == ("", "补打 2 / Copy 2")


@dataclass(frozen=True)
class Item:
    name: str
    amount: Decimal | None = None


@dataclass(frozen=True)
class Paper(Facts):
    VERSION: ClassVar[int] = 2
    number: int
    on: date
    at: datetime
    items: tuple[Item, ...] = ()
    added_in_2: str = ""


PAPER = Paper(
    7,
    date(2026, 10, 21),
    datetime(2026, 10, 21, 2, 31, tzinfo=UTC),
    (Item("采暖费", Decimal("1.10")), Item("x")),
)


def test_facts_survive_json() -> None:
    stored = PAPER.to_json()
    assert stored["items"][0]["amount"] == "1.10"
    assert Paper.from_json(stored) == PAPER
    del stored["added_in_2"]
    assert Paper.from_json({**stored, "version": 1}) == PAPER


@pytest.mark.parametrize(
    "change",
    [
        {"version": 3},
        {"version": None},
        {"unknown": 1},
        {"on": "yesterday"},
        {"number": "7"},
        {"items": [{"name": "x", "amount": 1.1}]},
        {"items": [{"amount": "1"}]},
        {"items": ["x"]},
    ],
    ids=str,
)
def test_facts_of_another_version_or_kind_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(UnreadableFacts):
        Paper.from_json({**PAPER.to_json(), **change})
