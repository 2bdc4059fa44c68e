"""What can be wrong with a register, in words of the clerk's spreadsheet: cell, row and column."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from heatdesk.errors import msgid


class Severity(StrEnum):
    """An error keeps the row out; a warning lets it in."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell: an English message id with `%(name)s` places, and the values for them."""

    message: str
    values: Mapping[str, Any] = field(default_factory=dict)
    severity: Severity = Severity.ERROR


PLACE_CELL = msgid("Row %(row)s, column %(column)s %(header)s: %(what)s")
PLACE_ROW = msgid("Row %(row)s: %(what)s")


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault of one row as the spreadsheet counts it; `column` is a letter, empty for the whole row."""

    row: int
    column: str
    header: str
    message: str
    values: Mapping[str, Any]
    severity: Severity

    def sentence(self, translate: Callable[..., str] | None = None) -> str:
        """The whole sentence; `translate(msgid, **values)` puts it into the reader's language (gettext)."""
        say = translate or _english
        what = say(self.message, **self.values)
        place = PLACE_CELL if self.column else PLACE_ROW
        return say(place, row=self.row, column=self.column, header=self.header, what=what)

    def __str__(self) -> str:
        return self.sentence()


def _english(message: str, **values: Any) -> str:
    return message % values if values else message


def shown(value: object, longest: int = 40) -> str:
    """A value as a message quotes it: one line, not too long."""
    text = " ".join(str(value).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


# Cells
MISSING = msgid("this cell is empty. Fill it in, or leave the row out.")
SPREADSHEET_ERROR = msgid(
    "%(value)s is an error of the spreadsheet. Correct the formula and save the file again."
)
TOO_LONG = msgid("“%(value)s” has %(length)s characters; at most %(longest)s are kept. Shorten it.")
LIKE_FORMULA = msgid("“%(value)s” looks like a formula. It is kept as this text and never calculated.")
DIGITS_LOST = msgid(
    "%(value)s has lost digits: the spreadsheet took it for a number. Format the column as text and enter it "
    "again."
)
BAD_CARD = msgid("“%(value)s” is no card number. Use up to 32 Latin letters, digits, - _ and full stops.")
ZEROS_LOST = msgid(
    "%(value)s has %(length)s digits, the other card numbers have %(usual)s: the spreadsheet may have "
    "dropped leading zeros. Check it; it is taken as it stands."
)
NOT_A_NUMBER = msgid("“%(value)s” is not a number. Write it with digits, for example %(example)s.")
BAD_COMMA = msgid(
    "“%(value)s” has a comma that does not part thousands. Write a full stop before the decimals: "
    "%(example)s."
)
AREA_NOT_POSITIVE = msgid(
    "%(value)s is no area: an area is above 0. Correct it in the file, or leave the row out."
)
PART_NEGATIVE = msgid("%(value)s is negative; write 0 or leave the cell empty if there is no such part.")
AREA_TOO_LARGE = msgid(
    "%(value)s m² is more than one flat or shop can have (less than 100,000). Check the decimal point."
)
BAD_HEIGHT = msgid("%(value)s is no storey height in metres (1 to 50). Correct it, or leave the cell empty.")
NEGATIVE_AMOUNT = msgid(
    "%(value)s is negative. Money the customer owes goes into the arrears column, money paid in advance into "
    "the prepayment column, both as numbers above 0."
)
AMOUNT_TOO_LARGE = msgid(
    "%(value)s yuan is more than one customer can owe or hold (less than 100,000,000). Check the decimal "
    "point."
)
ROUNDED = msgid("%(value)s has more than two decimals. It is taken as %(taken)s.")
BAD_DATE = msgid("“%(value)s” is no date that can be read. Write year, month and day: 2025-01-28.")
NO_SUCH_DAY = msgid("%(value)s does not exist in the calendar. Correct the date.")
DATE_OUT_OF_RANGE = msgid("%(value)s would be the day %(day)s, which cannot be right. Correct the date.")
UNKNOWN_USE = msgid(
    "“%(value)s” is no use known here. Write 居民 (residential), 非居民 (non-residential) or 公共 (public)."
)
UNKNOWN_MODE = msgid(
    "“%(value)s” is no way of charging known here. Write 面积 (area), 计量 (metered), 蒸汽 (steam) or 最低 "
    "(minimum)."
)
UNKNOWN_STATE = msgid(
    "“%(value)s” is no state known here. Write 供热 (supplied), 报停 (suspended), 断网 (cut) or 拆迁 "
    "(demolished)."
)
VACANT_SUSPENDED = msgid("“%(value)s” (empty) is taken as suspended. If the flat is heated, write 供热.")
BAD_PHONE = msgid(
    "“%(value)s” is no telephone number; it is left out. A mobile has 11 digits, a landline needs its area "
    "code."
)
NO_AREA_CODE = msgid("“%(value)s” has no area code. It is kept as it stands.")
GLUED_PHONES = msgid("“%(value)s” is read as the two numbers %(first)s and %(second)s.")

# Rows
SAME_TWICE = msgid(
    "the card number %(card)s and everything else are the same as in row %(first)s. The row is taken once."
)
CONTRADICTS = msgid(
    "the card number %(card)s is already in row %(first)s, with other facts in: %(columns)s. Row %(first)s "
    "is taken, this one is not. Correct one of them."
)
CARD_IN_FAULTY_ROW = msgid(
    "the card number %(card)s is already in row %(first)s, which has faults. Correct row %(first)s and "
    "remove the other."
)
SAME_PREMISES = msgid(
    "the address %(address)s is also in row %(first)s, with the card number %(other)s. Both are taken; if it "
    "is one flat, it would be charged twice."
)
LARGER_THAN_BUILDING = msgid(
    "%(value)s m² is more than the building area of %(building)s m². Correct the larger one."
)
NO_STATE_DATE = msgid(
    "the flat is not supplied, but since when is not said. It is taken so from the day the register begins."
)
ASSUMED = msgid("this cell is empty. “%(value)s” is assumed.")
TOO_MANY_CELLS = msgid(
    "the row has %(cells)s cells but there are only %(columns)s columns. Put texts that contain the "
    "separator in quotation marks, or save the list as .xlsx."
)
TOO_FEW_CELLS = msgid(
    "the row has %(cells)s cells but there are %(columns)s columns: the file may end too early. Check it."
)
NO_ADDRESS = msgid(
    "the row says neither building and room nor an address. Fill them in, or leave the row out."
)
PASSED_OVER = msgid(
    "the row has neither card number, name nor area (“%(value)s”). It is passed over as a note."
)
OTHER_STATION = msgid(
    "the building %(building)s hangs on %(value)s here, but on %(other)s in row %(first)s. Row %(first)s "
    "counts."
)

# Totals
TOTAL_DIFFERS = msgid(
    "the file's own total is %(file)s, the rows that would be taken sum up to %(taken)s (difference "
    "%(difference)s; numbers readable in rows not taken: %(left)s). Compare before you import."
)
TOTAL_UNREADABLE = msgid("“%(value)s” in the total row is not a number; the total cannot be compared.")

# Against the database
NO_BRANCH = msgid(
    "the row names no branch. Choose one for the whole file on the page of the columns, or add the column."
)
OTHER_BRANCH = msgid(
    "the household belongs to %(value)s, and you work for %(own)s. Leave the row to that branch or to head office."
)
CARD_OF_OTHER_BRANCH = msgid(
    "the card number %(card)s belongs to another branch. Check it, or leave the row out."
)
BUILDING_OF_OTHER_BRANCH = msgid(
    "the building %(building)s belongs to %(other)s, not to %(value)s. Correct the branch, or the name of the building."
)
SEASON_MISSING = msgid(
    "there is no season %(season)s yet, so its arrears cannot be booked. Create the season first, then check again."
)
SEASON_BUSY = msgid("the season %(season)s is being billed. Wait until its run is posted, then check again.")
TAKEN_PREMISES = msgid(
    "the address %(address)s already has the card number %(other)s. A second flat is made for this one; if it "
    "is one flat, it would be charged twice."
)
DIFFERS = msgid(
    "%(ours)s in the register, %(theirs)s in the file. The register stays as it is; use a change form."
)
