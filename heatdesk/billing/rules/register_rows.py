"""Checking the rows of a register, each for itself and against the others, before anything is imported."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from heatdesk.billing.rules import register_faults as say
from heatdesk.billing.rules.register_cells import (
    half_width,
    is_blank,
    read_amount,
    read_area,
    read_card_no,
    read_date,
    read_height,
    read_name,
    read_part_area,
    read_place,
    read_text,
    read_total,
)
from heatdesk.billing.rules.register_columns import ColumnMapping, Field, column_letter
from heatdesk.billing.rules.register_faults import CellFault, Fault, Severity
from heatdesk.billing.rules.register_phones import read_phones
from heatdesk.billing.rules.register_words import read_mode, read_state, read_use_class
from heatdesk.billing.rules.states import SupplyMode, SupplyState, UseClass
from heatdesk.money import ZERO
from heatdesk.sheets.headers import Cell
