"""Subsidies (政府补贴): what the authority pays of a household's heat; household + government = the whole
bill.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from heatdesk.billing.rules.lines import Assessment, Line
from heatdesk.billing.rules.parameters import Price, Share, SquareMetres
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.steps import Step, figure, percent
from heatdesk.errors import BadInput, RuleBroken
from heatdesk.money import round_money


@dataclass(frozen=True, slots=True)
class SubsidyRule:
    """One kind of subsidy: `per_m2` yuan off the price, or a `share` of the fee, for at most `up_to_m2`.

    Yishui −3 yuan per m² (YS1); Taiyuan 85 % up to 45 m² (TY2); Fuxin 60 m² wholly, near-low-income half
    (FX1).
    """

    kind: str
    per_m2: Price | None = None
    share: Share | None = None
    up_to_m2: SquareMetres | None = None
    document_no: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        if (self.per_m2 is None) is (self.share is None):
            raise BadInput("“%(key)s” needs either “per_m2” or “share”.", key=f"subsidies.{self.kind}")

    def paid_for(self, line: Line) -> tuple[Decimal, Step]:
        """What the government pays of one line, never more than the line, rounded once; the household has the
        rest.
        """
        area = line.quantity if self.up_to_m2 is None else min(line.quantity, self.up_to_m2)
        values = {"area": figure(area), "fee": f"{line.amount:f}"}
        if self.per_m2 is not None:
            exact = (
                Fraction(area)
                * Fraction(self.per_m2)
                * Fraction(line.days, line.of_days)
                * Fraction(line.share)
            )
            values |= {"per_m2": figure(self.per_m2)}
        else:
            share = Fraction(self.share or 0)
            exact = Fraction(line.amount) * share * Fraction(area) / Fraction(line.quantity or 1)
            values |= {"share": percent(share)}
        amount = min(round_money(exact), line.amount)
        name = "subsidy_per_m2" if self.per_m2 is not None else "subsidy_share"
        return amount, Step(name, values | {"amount": f"{amount:f}"}, self.document_no)


def subsidy_rule(rules: tuple[SubsidyRule, ...], kind: str) -> SubsidyRule:
    """The subsidy called `kind`; raises `RuleBroken` where the tariff has none."""
    for rule in rules:
        if rule.kind == kind:
            return rule
    raise RuleBroken(
        "There is no subsidy “%(kind)s” in this tariff. Known are: %(known)s.",
        key="subsidy",
        kind=kind,
        known=", ".join(rule.kind for rule in rules) or "–",
    )


def subsidy_lines(rule: SubsidyRule, bill: Assessment) -> list[Line]:
    """A line below zero for each line of heat: the household's reduction, and the authority's debt.

    W26: (a) 70 m² × 23 − 3 per m²: household 1 400.00, government 210.00; (b) 60 m² × 18, 85 % of 45 m²:
    391.50 and 688.50; (c) 75 m² × 24, 60 m² covered: 360.00 and 1 440.00.
    """
    lines = []
    for line in bill.lines:
        if line.item is not Item.HEAT or not line.amount:
            continue
        amount, step = rule.paid_for(line)
        lines.append(
            Line(
                item=Item.SUBSIDY,
                period=line.period,
                quantity=line.quantity,
                price=line.price,
                amount=-amount,
                document_no=rule.document_no,
                steps=(step,),
                days=line.days,
                of_days=line.of_days,
                tax_class=line.tax_class,
            )
        )
    return lines
