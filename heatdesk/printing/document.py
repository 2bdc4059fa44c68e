"""A PDF file of several papers and the pen that draws on its pages.

Lengths are millimetres from the top left corner of the sheet, text stands on its baseline, sizes are points. What is
the same on many pages is drawn once as a form. A file depends on nothing but what was drawn: the same facts give the
same bytes.
"""

from collections.abc import Callable, Hashable
from io import BytesIO
from math import cos, radians, sin
from typing import Any, TypedDict, Unpack

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from heatdesk.printing.fonts import REGULAR, Codes, PaperFont, font, register_fonts, text_width
from heatdesk.printing.qr import symbol
from heatdesk.printing.sheets import NO_OFFSET, POINTS_PER_MM, Offset, Sheet
from heatdesk.printing.text import LEADING, Room, fit, fit_lines, tidy

INK = "0 g"
QUIET = "0.38 g"
"""Labels: lighter than what was filled in, still dark enough for a ribbon or a thermal head."""
RED = "0.72 0.07 0.05 rg"
PALE = "0.97 0.87 0.86 rg"

_OUTLINE = "0.80 0.30 0.27"

LEFT, CENTRE, RIGHT = 0.0, 0.5, 1.0
"""Which part of the text's width lies left of x."""

HAIRLINE = 0.35
"""Points; a rule this thin or thinner is drawn grey so that the figures stand out."""


class Style(TypedDict, total=False):
    """How a text looks: `align` says which part of its width lies left of x."""

    bold: bool
    align: float
    ink: str


class Pen:
    """Draws on one page or form; collects PDF operators and hands them over when the page is finished."""

    def __init__(self, sheet: Sheet, regular: Codes, bold: Codes) -> None:
        self.sheet = sheet
        self._top = sheet.height * POINTS_PER_MM
        self._fonts: tuple[tuple[PaperFont, Codes, str], ...] = (
            (font(), regular, f"/{regular.internal_name}"),
            (font(bold=True), bold, f"/{bold.internal_name}"),
        )
        self._behind: list[str] = []
        self._graphics: list[str] = []
        self._words: list[str] = []
        self._face: tuple[bool, float] = (False, 0)
        self._ink = INK

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 9,
        *,
        bold: bool = False,
        align: float = LEFT,
        ink: str = INK,
    ) -> None:
        """One line; `align` says which part of it lies left of `x`."""
        if not text.isprintable():
            text = tidy(text)
        face, codes, name = self._fonts[bold]
        left = x * POINTS_PER_MM
        if align:
            left -= face.width(text) * size * align / 1000
        words = self._words
        if self._face != (bold, size):
            self._face = (bold, size)
            words.append(f"{name} {size:g} Tf")
        if self._ink != ink:
            self._ink = ink
            words.append(ink)
        shown = "".join([codes[c] for c in text])
        words.append(f"1 0 0 1 {left:.2f} {self._top - y * POINTS_PER_MM:.2f} Tm <{shown}> Tj")

    def fitted(
        self,
        x: float,
        y: float,
        text: str,
        width: float,
        size: float = 9,
        *,
        smallest: float = 6,
        **style: Unpack[Style],
    ) -> None:
        """One line within `width`: shrunk down to `smallest`, then cut with an ellipsis."""
        bold = style.get("bold", False)
        if self._fonts[bold][0].width(text) * size > width * POINTS_PER_MM * 1000:
            text, size = fit(tidy(text), width, size, smallest, bold=bold)
        self.text(x, y, text, size, **style)

    def block(
        self, x: float, y: float, text: str, room: Room, size: float = 9, **style: Unpack[Style]
    ) -> float:
        """As many lines as `room` allows, shrunk or cut if they must be; the baseline of the last line."""
        lines, size = fit_lines(tidy(text), room, size, bold=style.get("bold", False))
        for line in lines:
            self.text(x, y, line, size, **style)
            y += size * LEADING
        return y - size * LEADING

    def label(self, x: float, y: float, chinese: str, english: str, size: float = 7.5) -> float:
        """A quiet bilingual label, the English smaller; its width, so that a value can follow it."""
        self.text(x, y, chinese, size, ink=QUIET)
        width = text_width(chinese, size) / POINTS_PER_MM + 1
        self.text(x + width, y, english, size * 0.8, ink=QUIET)
        return width + text_width(english, size * 0.8) / POINTS_PER_MM

    def rule(
        self, x1: float, y1: float, x2: float, y2: float | None = None, weight: float = HAIRLINE
    ) -> None:
        """A line of `weight` points, level unless `y2` is given."""
        k, top = POINTS_PER_MM, self._top
        y2 = y1 if y2 is None else y2
        grey = "0.55" if weight <= HAIRLINE else "0"
        self._graphics.append(
            f"{grey} G {weight:g} w {x1 * k:.2f} {top - y1 * k:.2f} m {x2 * k:.2f} {top - y2 * k:.2f} l S"
        )

    def box(self, x: float, y: float, width: float, height: float, weight: float = HAIRLINE) -> None:
        """A frame whose upper left corner is at (x, y)."""
        k = POINTS_PER_MM
        grey = "0.55" if weight <= HAIRLINE else "0"
        self._graphics.append(
            f"{grey} G {weight:g} w "
            f"{x * k:.2f} {self._top - (y + height) * k:.2f} {width * k:.2f} {height * k:.2f} re S"
        )

    def qr(self, x: float, y: float, side: float, payload: str) -> None:
        """The QR code of `payload`, `side` × `side`, its upper left corner at (x, y).

        Keep four modules of white around it.
        """
        code = symbol(payload)
        k, n = POINTS_PER_MM, code.modules
        self._graphics.append(
            f"q {side * k:.2f} 0 0 {side * k:.2f} {x * k:.2f} {self._top - (y + side) * k:.2f} cm "
            f"BI /W {n} /H {n} /BPC 1 /IM true /D [1 0] /F /AHx ID {code.hex}> EI Q"
        )

    def stamp(self, x: float, y: float, text: str, size: float, angle: float = 0, ink: str = PALE) -> None:
        """Large words behind everything else, centred on (x, y) and turned by `angle` degrees.

        Outlined, as a ribbon or a thermal head knows no pale; filled last, as the strokes of a glyph overlap.
        """
        face, codes, name = self._fonts[True]
        k, turn = POINTS_PER_MM, radians(angle)
        along = face.width(text) * size / 2000
        below = size * 0.36
        left = x * k - along * cos(turn) + below * sin(turn)
        bottom = self._top - y * k - along * sin(turn) - below * cos(turn)
        matrix = f"{cos(turn):.4f} {sin(turn):.4f} {-sin(turn):.4f} {cos(turn):.4f} {left:.2f} {bottom:.2f}"
        shown = f"{matrix} Tm <{''.join([codes[c] for c in text])}> Tj"
        style = f"{ink} {_OUTLINE} RG 1.6 w {name} {size:g} Tf"
        self._behind.append(f"q BT {style} 1 Tr {shown} 0 Tr {shown} ET Q")

    def behind(self) -> str:
        """The stamps, which belong under the fixed part too."""
        return "\n".join(self._behind)

    def operators(self) -> str:
        """Everything else that was drawn, as the content of a page or form."""
        return "\n".join([*self._graphics, "BT", *self._words, "ET"])


class Document:
    """A PDF file; both fonts are embedded once for all its pages."""

    def __init__(self, title: str) -> None:
        register_fonts()
        self._file = BytesIO()
        self._canvas = Canvas(self._file, pageCompression=1, invariant=1, initialFontName=REGULAR)
        self._canvas.setTitle(title)
        self._canvas.setCreator("heatdesk")
        self._codes = font().codes(self._canvas._doc), font(bold=True).codes(self._canvas._doc)
        self._forms: dict[Hashable, str] = {}
        self._resources: dict[str | None, Any] = {}
        self._open: tuple[Pen, Offset, str | None] | None = None

    def form(self, key: Hashable, sheet: Sheet, draw: Callable[[Pen], None]) -> str:
        """The name of what `draw` draws, drawn once for each `key`; give it to `page`."""
        name = self._forms.get(key)
        if name is None:
            self._finish_page()
            name = self._forms[key] = f"fixed{len(self._forms)}"
            pen = Pen(sheet, *self._codes)
            draw(pen)
            k = POINTS_PER_MM
            self._canvas.beginForm(name, 0, 0, sheet.width * k, sheet.height * k)
            self._canvas.addLiteral(pen.operators())
            self._canvas.endForm()
        return name

    def page(self, sheet: Sheet, offset: Offset = NO_OFFSET, form: str | None = None) -> Pen:
        """A new page with the fixed part `form` under it, all of it moved by the printer's offset."""
        self._finish_page()
        pen = Pen(sheet, *self._codes)
        self._open = pen, offset, form
        return pen

    def measure(self, sheet: Sheet, draw: Callable[[Pen], float]) -> float:
        """What `draw` returns, usually how far down it came; nothing is shown."""
        return draw(Pen(sheet, *self._codes))

    def to_bytes(self) -> bytes:
        """The finished file; nothing can be drawn afterwards."""
        self._finish_page()
        self._canvas.save()
        return self._file.getvalue()

    def _finish_page(self) -> None:
        if self._open is None:
            return
        pen, offset, form = self._open
        self._open = None
        canvas, k = self._canvas, POINTS_PER_MM
        canvas.setPageSize((pen.sheet.width * k, pen.sheet.height * k))
        if offset != NO_OFFSET:
            canvas.addLiteral(f"1 0 0 1 {offset.dx * k:.2f} {-offset.dy * k:.2f} cm")
        canvas.addLiteral(pen.behind())
        if form is not None:
            canvas.doForm(form)
        canvas.addLiteral(pen.operators())
        name = canvas._doc.thisPageName()
        canvas.showPage()
        canvas._doc.idToObject[name].Resources = self._shared_resources(form)

    def _shared_resources(self, form: str | None) -> Any:
        """The fonts and the form of a page; one entry for all pages alike, where ReportLab writes one into each."""
        if form not in self._resources:
            resources = pdfdoc.PDFResourceDictionary()
            resources.basicFonts()
            if form is not None:
                resources.XObject = self._canvas._doc.xobjDict([form])
            self._resources[form] = self._canvas._doc.Reference(resources, f"resources:{form}")
        return self._resources[form]
