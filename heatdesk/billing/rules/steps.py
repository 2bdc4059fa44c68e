"""Steps: what a rule did, as data, so that screens and papers can say it in any language."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from heatdesk.billing.rules.sentences import SENTENCES

SHOWN = Decimal("0.000001")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a calculation: the name of a sentence in `sentences.py`, its values as text, the document
    behind it.
    """

    rule: str
    values: dict[str, str]
    document_no: str = ""

    def english(self) -> str:
        """The step as an English sentence, the document number after it."""
        sentence = SENTENCES[self.rule] % self.values
        return f"{sentence} [{self.document_no}]" if self.document_no else sentence


def figure(value: Decimal | Fraction | int) -> str:
    """A number as a person writes it: no exponent, no idle zeros; an endless fraction is cut to six places
    for show.
    """
    if isinstance(value, Fraction):
        value = Decimal(value.numerator) / Decimal(value.denominator)
        value = value.quantize(SHOWN) if value != value.quantize(SHOWN) else value
    text = f"{Decimal(value):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: Decimal | Fraction) -> str:
    """`0.2` → `20 %`."""
    return f"{figure(Fraction(share) * 100)} %"
