"""Value-added tax: prices contain it, residents' heat is exempt, each line carries its class."""

from dataclasses import dataclass
from decimal import Decimal

from heatdesk.billing.rules.parameters import Share
from heatdesk.billing.rules.states import TaxClass, UseClass
from heatdesk.money import ZERO, round_money


@dataclass(frozen=True, slots=True)
class TaxRule:
    """How one use class is taxed; `rate` 0.09 is 9 % and is part of the price."""

    tax_class: TaxClass
    rate: Share
    document_no: str = ""
    source: str = ""


STANDARD_RATE = Decimal("0.09")
EXEMPTION = "财税〔2019〕38号"


def usual_tax(use_class: UseClass) -> TaxRule:
    """Residents' heat is exempt in the north (财税〔2019〕38号, VAT1), all other heat bears 9 %."""
    if use_class is UseClass.RESIDENTIAL:
        return TaxRule(TaxClass.EXEMPT, ZERO, EXEMPTION)
    return TaxRule(TaxClass.STANDARD, STANDARD_RATE)


@dataclass(frozen=True, slots=True)
class TaxSplit:
    """An amount with the tax inside it: `net` + `tax` is the amount to the fen."""

    net: Decimal
    tax: Decimal


def split_tax(amount: Decimal, rule: TaxRule) -> TaxSplit:
    """Take the tax out of an amount: net = amount ÷ (1 + rate) rounded, tax = the rest.

    W03: 10 240.00 at 9 % is 9 394.50 net and 845.50 tax.
    """
    if rule.tax_class is TaxClass.EXEMPT:
        return TaxSplit(amount, ZERO)
    net = round_money(amount / (1 + rule.rate))
    return TaxSplit(net, amount - net)
