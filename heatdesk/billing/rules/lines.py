"""Lines of a bill: one item, one period, one amount rounded once, and why."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from heatdesk.billing.rules.states import Item, TaxClass, Unit
from heatdesk.billing.rules.steps import Step
from heatdesk.dates import DateRange
from heatdesk.money import ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a bill. `amount` in yuan is below zero for reductions; `quantity` is counted in `unit`.

    `share` is the part of the fee due, `days` of `of_days` the part of the season, `factors` what the
    height or an unrounded conversion multiplied by.
    """

    item: Item
    period: DateRange
    quantity: Decimal
    price: Decimal
    amount: Decimal
    document_no: str
    steps: tuple[Step, ...]
    unit: Unit = Unit.SQUARE_METRE
    factors: tuple[Fraction, ...] = ()
    share: Decimal = Decimal(1)
    days: int = 0
    of_days: int = 0
    tax_class: TaxClass = TaxClass.OTHER


def yuan_line(
    item: Item,
    period: DateRange,
    amount: Decimal,
    steps: tuple[Step, ...],
    *,
    document_no: str = "",
    tax_class: TaxClass = TaxClass.OTHER,
) -> Line:
    """A line that counts nothing but yuan."""
    return Line(
        item=item,
        period=period,
        quantity=Decimal(1),
        price=amount,
        amount=amount,
        document_no=document_no,
        steps=steps,
        unit=Unit.YUAN,
        tax_class=tax_class,
    )


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a household owes by the rules; the total is the sum of the rounded lines."""

    lines: tuple[Line, ...]

    @property
    def total(self) -> Decimal:
        return sum((line.amount for line in self.lines), ZERO)

    def of(self, *items: Item) -> Decimal:
        """The total of the lines for `items`."""
        return sum((line.amount for line in self.lines if line.item in items), ZERO)

    def with_lines(self, *more: Line) -> "Assessment":
        return Assessment((*self.lines, *more))
