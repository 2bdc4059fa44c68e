"""Late payment (违约金, 滞纳金): computed to any date from dated lines, frozen when something is paid.

Nothing is stored between runs: the same charges, payments and date always give the same penalty, so running
it twice adds nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from heatdesk.billing.rules.parameters import Count, Share
from heatdesk.billing.rules.steps import Step, figure, percent
from heatdesk.dates import DateRange
from heatdesk.money import ZERO, round_money


class PenaltyBase(StrEnum):
    """What the rate is taken of: the part still unpaid, or the whole fee while any of it is unpaid."""

    UNPAID = "unpaid"
    WHOLE_FEE = "whole_fee"


class Allocation(StrEnum):
    """What a part payment pays first."""

    PRINCIPAL_FIRST = "principal_first"
    PENALTY_FIRST = "penalty_first"


@dataclass(frozen=True, slots=True)
class PenaltyRule:
    """Simple penalty: `share_per_day` of the base (1 ‰ is 0.001) for every day after the due date and
    `grace_days`.

    `cap` limits the sum to a share of the season's fee (Jining 30 %, JI1); `stops_when_cut` leaves out the
    days without supply (Tianjin, TJ4).
    """

    share_per_day: Share
    base: PenaltyBase = PenaltyBase.UNPAID
    grace_days: Count = 0
    cap: Share | None = None
    stops_when_cut: bool = False
    allocation: Allocation = Allocation.PENALTY_FIRST
    document_no: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class DatedAmount:
    """Yuan charged or paid on a day; a charge below zero is a reduction, a payment below zero money taken back out."""

    on: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class PenaltyLine:
    """A penalty frozen on the last day of `period`, rounded once."""

    period: DateRange
    days: int
    amount: Decimal
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Paid:
    """How one payment was used; what is left once everything due is paid stays with the household as
    `credit`.
    """

    on: date
    to_principal: Decimal
    to_penalty: Decimal
    credit: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a bill stands on a date: penalties so far, how payments were used, what is due."""

    penalties: tuple[PenaltyLine, ...]
    payments: tuple[Paid, ...]
    principal_due: Decimal
    penalty_due: Decimal
    credit: Decimal

    @property
    def penalty(self) -> Decimal:
        return sum((line.amount for line in self.penalties), ZERO)


def standing(
    rule: PenaltyRule | None,
    due_on: date,
    charges: Iterable[DatedAmount],
    payments: Iterable[DatedAmount],
    to: date,
    cut: Iterable[DateRange] = (),
) -> Standing:
    """The bill on the evening of `to`. A day counts when something was unpaid that morning, after the due
    date.

    W19: 2 500 × 2 ‰ × 45 days = 225.00 on the whole fee. W20: 2 670 × 1 ‰, never more than 801.00. W21: 1 000
    paid of 2 327 on the 20th day, the rest on the 60th: penalty first 46.54 + 54.94, principal first 46.54 +
    53.08. What lies after `to` is left out; a charge counts from the morning after its date.
    """
    days: dict[date, tuple[list[Decimal], list[Decimal]]] = {to: ([], [])}
    for charge in charges:
        days.setdefault(charge.on, ([], []))[0].append(charge.amount)
    for payment in payments:
        days.setdefault(payment.on, ([], []))[1].append(payment.amount)
    books = _Books(rule, due_on, tuple(cut))
    for day in sorted(day for day in days if day <= to):
        books.run_to(day)
        charged, paid = days[day]
        books.charge(sum(charged, ZERO))
        if paid or day == to:
            books.freeze(day)
        for amount in paid:
            books.pay(day, amount)
    return Standing(tuple(books.penalties), tuple(books.paid), books.principal, books.penalty, books.credit)


def fee_standing(
    rule: PenaltyRule,
    due_on: date,
    charges: Iterable[DatedAmount],
    payments: Iterable[DatedAmount],
    frozen_on: Iterable[date],
    to: date,
    cut: Iterable[DateRange] = (),
) -> Standing:
    """`standing` where the books already say what each payment paid off the fee: `payments` are those parts alone.

    `frozen_on` are the days on which penalty was frozen though nothing of the fee may have been paid: a line ends
    there and is rounded, as it was then.
    """
    fee_first = replace(rule, allocation=Allocation.PRINCIPAL_FIRST)
    ends = [DatedAmount(day, ZERO) for day in frozen_on]
    return standing(fee_first, due_on, charges, [*payments, *ends], to, cut)


def not_yet_frozen(lines: Sequence[PenaltyLine], frozen: Sequence[PenaltyLine]) -> tuple[PenaltyLine, ...]:
    """What of `lines`, all there should be by the facts, is not among the lines already `frozen`.

    Mostly those after the last frozen day. Where the facts behind a frozen line have changed since, one line makes up
    the difference and says so; what was frozen beyond it stands, and nothing is added until the days have caught up.
    """
    until = max((line.period.last for line in frozen), default=date.min)
    missing = _sum(lines) - _sum(frozen)
    later = [line for line in lines if line.period.last > until and line.amount]
    if _sum(later) == missing:
        return tuple(later)
    if missing <= 0:
        return ()
    values = {"total": f"{_sum(lines):f}", "frozen": f"{_sum(frozen):f}", "amount": f"{missing:f}"}
    steps = [step for line in lines for step in line.steps]
    period = DateRange(lines[0].period.first, lines[-1].period.last)
    days = sum(line.days for line in lines)
    return (PenaltyLine(period, days, missing, (*steps, Step("penalty_difference", values))),)


def _sum(lines: Iterable[PenaltyLine]) -> Decimal:
    return sum((line.amount for line in lines), ZERO)


@dataclass(slots=True)
class _Books:
    """The running state while the days pass."""

    rule: PenaltyRule | None
    due_on: date
    cut: tuple[DateRange, ...]
    fee: Decimal = ZERO
    principal: Decimal = ZERO
    penalty: Decimal = ZERO
    credit: Decimal = ZERO
    at: date = date.min
    frozen: Decimal = ZERO
    accrued: Fraction = Fraction(0)
    accrued_days: int = 0
    accruing_from: date = date.max
    steps: list[Step] = field(default_factory=list)
    penalties: list[PenaltyLine] = field(default_factory=list)
    paid: list[Paid] = field(default_factory=list)

    def run_to(self, day: date) -> None:
        """Let the days up to and including `day` pass on what is unpaid."""
        since, self.at = max(self.at, self.start), day
        base = self._base()
        if self.rule is None or day <= since or base <= 0:
            return
        span = DateRange(since + timedelta(days=1), day)
        days = span.days - sum(self._without_supply(span))
        if days <= 0:
            return
        self.accrued += Fraction(base) * Fraction(self.rule.share_per_day) * days
        self.accrued_days += days
        self.accruing_from = min(self.accruing_from, span.first)
        values = {
            "base": f"{base:f}",
            "rate": f"{figure(self.rule.share_per_day * 1000)} ‰",
            "days": str(days),
            "first": str(span.first),
            "last": str(span.last),
        }
        self.steps.append(Step(f"penalty_{self.rule.base.value}", values, self.rule.document_no))

    @property
    def start(self) -> date:
        """The last day without penalty."""
        return self.due_on + timedelta(days=self.rule.grace_days if self.rule else 0)

    def _base(self) -> Decimal:
        if self.rule and self.rule.base is PenaltyBase.WHOLE_FEE and self.principal > 0:
            return self.fee
        return self.principal

    def _without_supply(self, span: DateRange) -> list[int]:
        if not self.rule or not self.rule.stops_when_cut:
            return []
        overlaps = (span.overlap(period) for period in self.cut)
        return [overlap.days for overlap in overlaps if overlap]

    def charge(self, amount: Decimal) -> None:
        self.fee += amount
        self.principal += amount
        if self.principal < 0:
            self.credit, self.principal = self.credit - self.principal, ZERO
        used = min(self.credit, self.principal)
        self.credit, self.principal = self.credit - used, self.principal - used

    def freeze(self, day: date) -> None:
        """Round what has accrued into a line of its own, within the cap."""
        if self.rule is None or not self.steps:
            return
        amount = round_money(self.accrued)
        if self.rule.cap is not None:
            room = max(round_money(self.fee * self.rule.cap) - self.frozen, ZERO)
            if amount > room:
                amount = room
                self.steps.append(
                    Step(
                        "penalty_cap",
                        {"cap": percent(self.rule.cap), "amount": f"{amount:f}"},
                        self.rule.document_no,
                    )
                )
        period = DateRange(self.accruing_from, day)
        self.penalties.append(PenaltyLine(period, self.accrued_days, amount, tuple(self.steps)))
        self.frozen += amount
        self.penalty += amount
        self.accrued, self.accrued_days, self.accruing_from, self.steps = Fraction(0), 0, date.max, []

    def pay(self, day: date, amount: Decimal) -> None:
        """Use a payment in the order of the rule; the rest becomes credit. What is taken back out comes off the
        credit, then it is owed again.
        """
        if amount < 0:
            back = min(-amount, self.credit)
            self.credit -= back
            self.principal += -amount - back
            return
        first = Allocation.PENALTY_FIRST if self.rule is None else self.rule.allocation
        if first is Allocation.PENALTY_FIRST:
            to_penalty = min(amount, self.penalty)
            to_principal = min(amount - to_penalty, self.principal)
        else:
            to_principal = min(amount, self.principal)
            to_penalty = min(amount - to_principal, self.penalty)
        left = amount - to_principal - to_penalty
        self.principal -= to_principal
        self.penalty -= to_penalty
        self.credit += left
        self.paid.append(Paid(day, to_principal, to_penalty, left))
