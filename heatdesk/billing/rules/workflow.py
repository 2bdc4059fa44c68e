"""The states that the counter's own things pass through; the database checks every value."""

from enum import StrEnum


class SeasonState(StrEnum):
    PLANNED = "planned"
    BILLED = "billed"
    CLOSED = "closed"


class TariffState(StrEnum):
    DRAFT = "draft"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


class TenderMethod(StrEnum):
    CASH = "cash"
    WECHAT = "wechat"
    ALIPAY = "alipay"
    CARD = "card"
    TRANSFER = "transfer"
    CHEQUE = "cheque"
    PREPAYMENT = "prepayment"


class NumberKind(StrEnum):
    RECEIPT = "receipt"
    INVOICE = "invoice"


class PaperState(StrEnum):
    ISSUED = "issued"
    VOID = "void"


class RunState(StrEnum):
    """A season run: a trial posts nothing; a released run posts and then checks itself."""

    TRIAL_RUNNING = "trial_running"
    TRIAL_DONE = "trial_done"
    RELEASED = "released"
    POSTED = "posted"
    HELD = "held"
    """The self-check disagreed: nothing of the run is visible at the counter."""
    WITHDRAWN = "withdrawn"


class RunPhase(StrEnum):
    """A trial counts, posting writes, then bills follow what was granted before."""

    TRIAL = "trial"
    POST = "post"
    ADJUST = "adjust"
    """After posting: what was granted before there were bills."""


class ExceptionKind(StrEnum):
    """Why a season run points at a flat."""

    NO_TERM = "no_term"
    NO_TARIFF = "no_tariff"
    NO_AREA = "no_area"
    REFUSED = "refused"
    NOT_ADJUSTED = "not_adjusted"
    """Charged, but what was granted to it does not fit the bill."""
    OUTLIER = "outlier"
    """Charged, but far from the season before."""


class ShardState(StrEnum):
    WAITING = "waiting"
    DONE = "done"


class DayState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class RefundState(StrEnum):
    """Money that a household gets back: agreed by request, then paid out by somebody else, or given up again."""

    AGREED = "agreed"
    PAID = "paid"
    WITHDRAWN = "withdrawn"


class RefundMethod(StrEnum):
    CASH = "cash"
    TRANSFER = "transfer"


class ReversedMoney(StrEnum):
    """Where the money of a reversed payment goes: owed to the household, to the right one, or gone with the bank."""

    GIVE_BACK = "give_back"
    OTHER_ACCOUNT = "other_account"
    RETURNED_BY_BANK = "returned_by_bank"


class ShiftState(StrEnum):
    OPEN = "open"
    COUNTING = "counting"
    """The drawer lies on the table: no money is taken, and its sums are hidden until the count is handed in."""
    CLOSED = "closed"


class ImportState(StrEnum):
    UPLOADED = "uploaded"
    CHECKED = "checked"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"


class TrialState(StrEnum):
    """A tariff trial: it posts nothing, so it is never released, only looked at and removed."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class TrialBasis(StrEnum):
    """What a trial compares the drafts with: the tariffs in force, or what the season's bills say."""

    APPROVED = "approved"
    CHARGED = "charged"
