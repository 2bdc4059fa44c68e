"""The fonts of all papers: Noto Sans SC, embedded as one subset per weight and file.

ReportLab cuts a TrueType font into subsets of 256 characters, switches font inside every Chinese line and writes wrong
Unicode values beyond U+FFFF. `PaperFont` writes a composite font (Identity-H) instead: one subset however many
characters, no switching, text that can be searched and copied whatever the name is.
"""

from functools import cache
from threading import Lock
from typing import Any

from reportlab import rl_config
from reportlab.pdfbase import pdfdoc, pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from heatdesk.config import ASSETS

REGULAR = "NotoSansSC-Regular"
BOLD = "NotoSansSC-Bold"

rl_config.useA85 = 0  # binary streams: a quarter smaller and a third faster than base 85

_MOST_KNOWN = 20_000
"""Words and amounts repeat from page to page; so many measured texts are remembered."""

_SAVING = Lock()
"""Cutting a subset moves a read position inside the shared font, so two threads must not do it at once."""


class FontsMissing(RuntimeError):
    """The font files are not where the build puts them."""


class Codes(dict[str, str]):
    """One document's characters of one font → four hex digits; a character gets the next code when first asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.characters: list[int] = []
        self.internal_name = ""
        self.__missing__("\0")  # code 0 is the box for a missing glyph, in every PDF

    def __missing__(self, character: str) -> str:
        code = self[character] = f"{len(self.characters):04x}"
        self.characters.append(ord(character))
        return code


class PaperFont(TTFont):
    """A ReportLab font whose documents hold it as one composite font; works in canvases, paragraphs and tables too."""

    def __init__(self, name: str, filename: str) -> None:
        super().__init__(name, filename)
        self._widths: dict[str, int] = _Widths(self.face.charWidths, self.face.defaultWidth)
        self._known: dict[str, int] = {}

    def width(self, text: str) -> int:
        """The width of `text` in thousandths of the font size."""
        known = self._known.get(text)
        if known is None:
            known = sum(map(self._widths.__getitem__, text))
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[text] = known
        return known

    def codes(self, doc: Any) -> Codes:
        """The codes of this font in a ReportLab document, which from now on will hold the font."""
        codes: Codes | None = self.state.get(doc)
        if codes is None:
            codes = self.state[doc] = Codes()
            codes.internal_name = f"F{len(doc.fontMapping) + 1}"
            doc.fontMapping[self.fontName] = "/" + codes.internal_name
            doc.delayedFonts.append(self)
        return codes

    def splitString(  # noqa: N802 (ReportLab calls it by this name)
        self, text: str | bytes, doc: Any, encoding: str = "utf-8"
    ) -> list[tuple[int, bytes]]:
        text = text.decode(encoding) if isinstance(text, bytes) else text
        return [(0, bytes.fromhex("".join(map(self.codes(doc).__getitem__, text))))] if text else []

    def getSubsetInternalName(self, _subset: int, doc: Any) -> str:  # noqa: N802 (the same)
        return "/" + self.codes(doc).internal_name

    def addObjects(self, doc: Any) -> None:  # noqa: N802 (the same)
        codes = self.codes(doc)
        characters = codes.characters
        name = f"HEATDK+{self.fontName}"
        with _SAVING:
            descriptor = self.face.addSubsetObjects(doc, name, characters)
        glyphs = {0: 0}
        order = [glyphs.setdefault(self.face.charToGlyph.get(c, 0), len(glyphs)) for c in characters]
        glyph_map = b"".join(glyph.to_bytes(2, "big") for glyph in order)
        cid_font = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/CIDFontType2",
                "BaseFont": pdfdoc.PDFName(name),
                "CIDSystemInfo": "<< /Registry (Adobe) /Ordering (Identity) /Supplement 0 >>",
                "FontDescriptor": descriptor,
                "W": pdfdoc.PDFArray([0, pdfdoc.PDFArray([self._widths[chr(c)] for c in characters])]),
                "CIDToGIDMap": _stream(doc, glyph_map, f"glyphMap:{name}"),
            }
        )
        font = pdfdoc.PDFDictionary(
            {
                "Type": "/Font",
                "Subtype": "/Type0",
                "BaseFont": pdfdoc.PDFName(name),
                "Encoding": "/Identity-H",
                "DescendantFonts": pdfdoc.PDFArray([doc.Reference(cid_font, f"cidFont:{name}")]),
                "ToUnicode": _stream(doc, _to_unicode(characters), f"toUnicode:{name}"),
            }
        )
        doc.idToObject["BasicFonts"].dict[codes.internal_name] = doc.Reference(font, codes.internal_name)
        del self.state[doc]


class _Widths(dict[str, int]):
    """Character → width; read through so that each character is rounded once per process."""

    def __init__(self, by_code: dict[int, Any], default: Any) -> None:
        super().__init__()
        self._by_code = by_code
        self._default = default

    def __missing__(self, character: str) -> int:
        width = self[character] = int(self._by_code.get(ord(character), self._default))
        return width


def _stream(doc: Any, content: bytes | str, name: str) -> Any:
    stream = pdfdoc.PDFStream(content=content, filters=[pdfdoc.PDFZCompress])
    return doc.Reference(stream, name)


def _to_unicode(characters: list[int]) -> str:
    """The CMap from codes to text, in sections of at most 100 as the PDF reference (9.10.3) demands."""
    lines = [
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap",
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def",
        "/CMapName /Adobe-Identity-UCS def /CMapType 2 def",
        "1 begincodespacerange <0000> <ffff> endcodespacerange",
    ]
    pairs = [f"<{code:04x}> <{chr(c).encode('utf-16-be').hex()}>" for code, c in enumerate(characters)]
    for start in range(0, len(pairs), 100):
        section = pairs[start : start + 100]
        lines += [f"{len(section)} beginbfchar", *section, "endbfchar"]
    lines.append("endcmap CMapName currentdict /CMap defineresource pop end end")
    return "\n".join(lines)


@cache
def font(*, bold: bool = False) -> PaperFont:
    """The regular or bold font, read once per process and known to ReportLab by `REGULAR` and `BOLD`.

    Raises FontsMissing when the build has not put the files into `static/vendor/fonts`.
    """
    name = BOLD if bold else REGULAR
    path = ASSETS / "static" / "vendor" / "fonts" / f"{name}.ttf"
    if not path.is_file():
        raise FontsMissing(f"{path} is not there; `make assets` puts the fonts in place.")
    loaded = PaperFont(name, str(path))
    pdfmetrics.registerFont(loaded)
    return loaded


def register_fonts() -> None:
    """Make both fonts known to ReportLab, for papers that use its paragraphs and tables."""
    font(bold=False)
    font(bold=True)


def missing_glyphs(text: str) -> str:
    """The characters of `text` no paper can show, each once, in order: forms warn before they become boxes."""
    known = font().face.charToGlyph
    return "".join(dict.fromkeys(c for c in text if ord(c) not in known and not c.isspace()))


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """The width of `text` in points."""
    return font(bold=bold).width(text) * size / 1000
