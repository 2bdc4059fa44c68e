"""What others want to know of billing: it tells them in the same transaction, and knows none of them."""

from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple


class Happening(StrEnum):
    PAYMENT_TAKEN = "payment_taken"
    PAYMENT_VOIDED = "payment_voided"


class Paid(NamedTuple):
    """Which payment, of whom."""

    account_id: int
    payment_id: int


Listener = Callable[[Paid, int], None]
_listeners: dict[Happening, list[Listener]] = {}


def when(happening: Happening) -> Callable[[Listener], Listener]:
    """Register what follows; it gets the payment and who caused it (staff id). A refusal of it refuses the whole."""

    def register(listener: Listener) -> Listener:
        _listeners.setdefault(happening, []).append(listener)
        return listener

    return register


def tell(happening: Happening, paid: Paid, *, by: int) -> None:
    for listener in _listeners.get(happening, []):
        listener(paid, by)
