"""The words of billing that are states or kinds; each is stored by its value and checked by the database."""

import enum


class UseClass(enum.StrEnum):
    RESIDENTIAL = "residential"
    NON_RESIDENTIAL = "non_residential"
    PUBLIC = "public"


class SupplyMode(enum.StrEnum):
    AREA = "area"
    METERED = "metered"
    STEAM = "steam"
    MINIMUM = "minimum"


class SupplyState(enum.StrEnum):
    SUPPLIED = "supplied"
    SUSPENDED = "suspended"
    CUT = "cut"
    DEMOLISHED = "demolished"


class AreaPartKind(enum.StrEnum):
    BALCONY = "balcony"
    ATTIC = "attic"
    BASEMENT = "basement"


class SeasonState(enum.StrEnum):
    PLANNED = "planned"
    BILLED = "billed"
    CLOSED = "closed"


class TariffState(enum.StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class TenderMethod(enum.StrEnum):
    CASH = "cash"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    CARD = "card"
    TRANSFER = "transfer"
    CHEQUE = "cheque"
    PREPAYMENT = "prepayment"


class NumberKind(enum.StrEnum):
    RECEIPT = "receipt"
    INVOICE = "invoice"


class PaperState(enum.StrEnum):
    ISSUED = "issued"
    VOID = "void"


class RunState(enum.StrEnum):
    """A season run: a trial posts nothing; a released run posts and then checks itself."""

    TRIAL_RUNNING = "trial_running"
    TRIAL_DONE = "trial_done"
    RELEASED = "released"
    POSTED = "posted"
    HELD = "held"
    """The self-check disagreed: nothing of the run is visible at the counter."""
    WITHDRAWN = "withdrawn"


class ShardState(enum.StrEnum):
    WAITING = "waiting"
    DONE = "done"


class DayState(enum.StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class ShiftState(enum.StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class ImportState(enum.StrEnum):
    UPLOADED = "uploaded"
    CHECKED = "checked"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
