"""Number books: every number is taken under the row lock, inside the transaction of what it numbers."""

from sqlalchemy import select

from heatdesk.billing.errors import NoNumberBook
from heatdesk.billing.models import NumberBook
from heatdesk.billing.rules.workflow import NumberKind
from heatdesk.db import db


def current_book(kind: NumberKind, staff_id: int, *, lock: bool = False) -> NumberBook:
    """The active book of this kind in a member of staff's hands; raises `NoNumberBook` when none has numbers left."""
    query = select(NumberBook).where(
        NumberBook.kind == kind, NumberBook.staff_id == staff_id, NumberBook.is_active
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    book = db.session.scalar(query)
    if book is None or book.left == 0:
        raise NoNumberBook(kind=kind)
    return book


def take_number(kind: NumberKind, staff_id: int) -> tuple[NumberBook, int]:
    """The next number of the book and the book; a rollback gives the number back, so there is no gap."""
    book = current_book(kind, staff_id, lock=True)
    number = book.next_number
    book.next_number += 1
    return book, number
