"""Printing: sheets, fonts, a pen and files. What stands on a paper is each slice's own affair."""

from heatdesk.printing.document import CENTRE, INK, LEFT, PALE, QUIET, RED, RIGHT, Document, Pen
from heatdesk.printing.facts import Facts, UnreadableFacts
from heatdesk.printing.fonts import FontsMissing, missing_glyphs, register_fonts, text_width
from heatdesk.printing.marks import Marks
from heatdesk.printing.qr import QrSymbol, prepare, symbol
from heatdesk.printing.sheets import (
    A4,
    A5_LANDSCAPE,
    A5_PORTRAIT,
    CONTINUOUS,
    NO_OFFSET,
    Offset,
    Sheet,
    roll,
)
from heatdesk.printing.tables import Column, Row, Table, paginate
from heatdesk.printing.text import LEADING, Room, cut, figure, fit, fit_lines, tidy, wrap

__all__ = [
    "A4",
    "A5_LANDSCAPE",
    "A5_PORTRAIT",
    "CENTRE",
    "CONTINUOUS",
    "INK",
    "LEADING",
    "LEFT",
    "NO_OFFSET",
    "PALE",
    "QUIET",
    "RED",
    "RIGHT",
    "Column",
    "Document",
    "Facts",
    "FontsMissing",
    "Marks",
    "Offset",
    "Pen",
    "QrSymbol",
    "Room",
    "Row",
    "Sheet",
    "Table",
    "UnreadableFacts",
    "cut",
    "figure",
    "fit",
    "fit_lines",
    "missing_glyphs",
    "paginate",
    "prepare",
    "register_fonts",
    "roll",
    "symbol",
    "text_width",
    "tidy",
    "wrap",
]
