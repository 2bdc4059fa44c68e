"""Tables in files: reading what people send, writing what they take away."""

from heatdesk.sheets.guards import Limits
from heatdesk.sheets.headers import Cell, normal_name
from heatdesk.sheets.reading import Sheet, read_sheet
from heatdesk.sheets.writing import write_xlsx

__all__ = ["Cell", "Limits", "Sheet", "normal_name", "read_sheet", "write_xlsx"]
