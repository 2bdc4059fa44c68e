"""What a printing adds to the facts of a paper: which copy it is, and that it is void."""

from dataclasses import dataclass

from heatdesk.printing.document import Pen


@dataclass(frozen=True, slots=True)
class Marks:
    """`copy` counts reprints, 0 is the first print; a `void` paper says so across its face."""

    copy: int = 0
    void: bool = False

    @property
    def copy_text(self) -> str:
        return f"补打 {self.copy} / Copy {self.copy}" if self.copy else ""

    def stamp_void(self, pen: Pen, y: float, size: float = 84, angle: float = 16) -> None:
        """作废 VOID across the sheet at `y`, when it is void."""
        if self.void:
            pen.stamp(pen.sheet.width / 2, y, "作废 VOID", size, angle)
