"""Sheets of paper and where the printer puts them; all lengths in millimetres."""

from dataclasses import dataclass

POINTS_PER_MM = 72 / 25.4


@dataclass(frozen=True, slots=True)
class Offset:
    """How far everything is moved on one printer's paper: `dx` to the right, `dy` down."""

    dx: float = 0
    dy: float = 0


NO_OFFSET = Offset()


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet and the margins kept free; `left` … `bottom` are the edges of the printable part."""

    width: float
    height: float
    margin_x: float
    margin_y: float

    @property
    def left(self) -> float:
        return self.margin_x

    @property
    def right(self) -> float:
        return self.width - self.margin_x

    @property
    def top(self) -> float:
        return self.margin_y

    @property
    def bottom(self) -> float:
        return self.height - self.margin_y


CONTINUOUS = Sheet(241, 140, margin_x=17, margin_y=8)
"""Half a page of continuous carbon paper: the sprocket strips take 12.7 mm on each side."""
A5_LANDSCAPE = Sheet(210, 148, margin_x=12, margin_y=10)
A5_PORTRAIT = Sheet(148, 210, margin_x=12, margin_y=12)
A4 = Sheet(210, 297, margin_x=18, margin_y=15)


def roll(height: float) -> Sheet:
    """An 80 mm thermal roll cut after `height`; printers reach the middle 72 mm."""
    return Sheet(80, height, margin_x=4, margin_y=5)
