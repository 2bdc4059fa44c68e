"""Number books: every number is taken under the row lock, inside the transaction of what it numbers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.orm import aliased

from heatdesk.audit import AuditEntry
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import ROLE_PERMISSIONS, Permission
from heatdesk.billing.errors import (
    BookInUse,
    BookNotHeld,
    BookOverlaps,
    BookStillHeld,
    BookUsedUp,
    NoNumberBook,
)
from heatdesk.billing.models import Invoice, Journal, NumberBook, Payment, Receipt
from heatdesk.billing.rules.workflow import NumberKind
from heatdesk.db import db, get_or_refuse, lock_rows
from heatdesk.errors import BadInput

RUNNING_LOW = 20
"""Below this many numbers left, the cashier and the supervisor are warned."""


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


def issue(
    kind: NumberKind, holder: Staff, *, prefix: str, first_number: int, last_number: int, digits: int
) -> NumberBook:
    """Put a new book of numbers `first_number` to `last_number` (both included) into a cashier's hands.

    Raises `BadInput`, `BookOverlaps`, `BookStillHeld`.
    """
    if last_number < first_number:
        raise BadInput("The last number comes before the first. Look at the book's cover again.")
    branch_id = _branch_of(holder)
    _refuse_overlap(branch_id, kind, prefix, first_number, last_number)
    _lay_aside(kind, holder)
    book = NumberBook(
        branch_id=branch_id,
        kind=kind,
        prefix=prefix,
        digits=digits,
        first_number=first_number,
        last_number=last_number,
        next_number=first_number,
        staff_id=holder.id,
    )
    db.session.add(book)
    db.session.flush()
    return book


def take_back(book_id: int) -> NumberBook:
    """The cashier returns a book; its unused numbers wait for the next holder. Waits for a payment that is numbering.

    Raises `BookNotHeld`, `Missing`.
    """
    book = get_or_refuse(NumberBook, book_id, lock=True)
    if not book.is_active:
        raise BookNotHeld
    book.is_active = False
    return book


def hand_on(book_id: int, holder: Staff) -> NumberBook:
    """Give a returned book with numbers left to a cashier of the same branch, who goes on where the last one stopped.

    Raises `BookInUse`, `BookUsedUp`, `BookStillHeld`, `Missing`.
    """
    book = get_or_refuse(NumberBook, book_id, lock=True)
    if book.is_active:
        raise BookInUse(name=db.session.scalar(select(Staff.name).where(Staff.id == book.staff_id)))
    if not book.left:
        raise BookUsedUp
    if holder.branch_id != book.branch_id:
        raise BadInput("This person works in another branch. Choose a cashier of the book's own branch.")
    _lay_aside(book.kind, holder)
    book.staff_id = holder.id
    book.is_active = True
    db.session.flush()
    return book


def held_books(staff_id: int) -> Sequence[NumberBook]:
    """The books in a person's hands, by kind."""
    query = select(NumberBook).where(NumberBook.staff_id == staff_id, NumberBook.is_active)
    return list(db.session.scalars(query.order_by(NumberBook.kind)))


def select_books(*conditions: Any) -> Select[Any]:
    """Rows (book, holder's name), those in use first, then the newest."""
    columns: tuple[Any, ...] = (NumberBook, Staff.name)
    return (
        select(*columns)
        .outerjoin(Staff, Staff.id == NumberBook.staff_id)
        .where(*conditions)
        .order_by(NumberBook.is_active.desc(), NumberBook.id.desc())
    )


def select_numbers(book: NumberBook) -> Select[Any]:
    """Every number used so far, newest first, with its paper, payment and journal.

    The row is made from the range itself: a number without a paper would show as such, not be left out (I17).
    """
    paper = Receipt if book.kind is NumberKind.RECEIPT else Invoice
    series = func.generate_series(book.first_number, book.next_number - 1)
    numbers = series.table_valued("number").render_derived(name="used")
    return (
        select(
            numbers.c.number,
            paper.state,
            paper.void_reason,
            paper.prints,
            paper.issued_at,
            Payment.id.label("payment_id"),
            Payment.amount,
            Journal.id.label("journal_id"),
            Journal.business_date,
            Staff.name,
        )
        .select_from(numbers)
        .outerjoin(paper, (paper.number_book_id == book.id) & (paper.number == numbers.c.number))
        .outerjoin(Payment, Payment.id == paper.payment_id)
        .outerjoin(Journal, Journal.id == Payment.journal_id)
        .outerjoin(Staff, Staff.id == Journal.actor_id)
        .order_by(numbers.c.number.desc())
    )


@dataclass(frozen=True)
class Handing:
    """A step in the life of a book: into whose hands, or back."""

    at: datetime
    name: str | None
    is_return: bool
    by: str | None


def holder_name(book: NumberBook) -> str | None:
    """Who holds the book, or held it last."""
    return db.session.scalar(select(Staff.name).where(Staff.id == book.staff_id))


def history(book: NumberBook) -> list[Handing]:
    """Through whose hands the book went, newest first, as the audit trail has it."""
    author, holder = aliased(Staff), aliased(Staff)
    rows = db.session.execute(
        select(AuditEntry.recorded_at, AuditEntry.after, author.name, holder.name)
        .outerjoin(author, author.id == AuditEntry.actor_id)
        .outerjoin(holder, holder.id == cast(AuditEntry.after["staff_id"].astext, BigInteger))
        .where(
            AuditEntry.subject_table == "number_book",
            AuditEntry.subject_id == str(book.id),
            AuditEntry.after.has_key("is_active"),
        )
        .order_by(AuditEntry.id.desc())
    )
    return [Handing(at, name, not after["is_active"], by) for at, after, by, name in rows]


def possible_holders(*conditions: Any) -> Sequence[Staff]:
    """Active members of staff who take money, by name."""
    roles = [role for role, permissions in ROLE_PERMISSIONS.items() if Permission.COUNTER in permissions]
    query = select(Staff).where(
        Staff.is_active, Staff.role.in_(roles), Staff.branch_id.is_not(None), *conditions
    )
    return list(db.session.scalars(query.order_by(Staff.name)))


def suggest_first(branch_id: int, kind: NumberKind) -> tuple[str, int, int] | None:
    """(prefix, first number, digits) that follow the branch's newest book of this kind."""
    newest = db.session.scalar(
        select(NumberBook)
        .where(NumberBook.branch_id == branch_id, NumberBook.kind == kind)
        .order_by(NumberBook.id.desc())
        .limit(1)
    )
    return None if newest is None else (newest.prefix, newest.last_number + 1, newest.digits)


def _branch_of(holder: Staff) -> int:
    if holder.branch_id is None:
        raise BadInput("This person works in no branch and takes no money. Choose a cashier.")
    return holder.branch_id


def _refuse_overlap(branch_id: int, kind: NumberKind, prefix: str, first: int, last: int) -> None:
    """In words, before the exclusion constraint says it in its own."""
    other = db.session.scalar(
        select(NumberBook)
        .where(
            NumberBook.branch_id == branch_id,
            NumberBook.kind == kind,
            NumberBook.prefix == prefix,
            NumberBook.first_number <= last,
            NumberBook.last_number >= first,
        )
        .order_by(NumberBook.last_number.desc())
        .limit(1)
    )
    if other is not None:
        raise BookOverlaps(first=other.written(other.first_number), last=other.written(other.last_number))


def _lay_aside(kind: NumberKind, holder: Staff) -> None:
    """A used-up book leaves the holder's hands by itself; one with numbers left is refused."""
    held = lock_rows(
        NumberBook,
        NumberBook.kind == kind,
        NumberBook.staff_id == holder.id,
        NumberBook.is_active,
        order_by=NumberBook.id,
    )
    for book in held:
        if book.left:
            raise BookStillHeld(
                name=holder.name,
                first=book.written(book.first_number),
                last=book.written(book.last_number),
                left=book.left,
            )
        book.is_active = False
    db.session.flush()
