"""What the counter's form posts, read into a payment order."""

from dataclasses import dataclass, field

from werkzeug.datastructures import MultiDict

from heatdesk.billing.rules.amounts import parse_amount
from heatdesk.billing.rules.payments import Offer
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.billing.services.payments import PaymentOrder
from heatdesk.errors import BadInput
from heatdesk.money import ZERO

_LONGEST_REFERENCE = 40


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, as text, so that a refused form can be shown again as it was."""

    season_ids: frozenset[int] | None = None
    amounts: dict[str, str] = field(default_factory=dict)
    references: dict[str, str] = field(default_factory=dict)
    part: bool = False
    keep_surplus: bool = False


def read_typed(form: MultiDict[str, str]) -> Typed:
    """The form as text; season ids that are no numbers are left to `read_order` to refuse."""
    return Typed(
        season_ids=frozenset(int(one) for one in form.getlist("season") if _is_id(one)),
        amounts={method: form.get(f"tender-{method}", "") for method in TenderMethod},
        references={method: form.get(f"reference-{method}", "") for method in TenderMethod},
        part="part" in form,
        keep_surplus=form.get("surplus") == "prepayment",
    )


def read_order(form: MultiDict[str, str]) -> PaymentOrder:
    """The order; raises `BadInput` naming what cannot be read."""
    typed = read_typed(form)
    if typed.season_ids is None or not all(_is_id(one) for one in form.getlist("season")):
        raise BadInput("The ticked seasons cannot be read. Open the household again and tick anew.")
    return PaymentOrder(
        season_ids=typed.season_ids,
        offers=tuple(_offers(typed)),
        shown_due=parse_amount(form.get("shown_due", "")) or ZERO,
        seen=form.get("seen", ""),
        part=typed.part,
        keep_surplus=typed.keep_surplus,
    )


def _offers(typed: Typed) -> list[Offer]:
    offers = []
    for method in TenderMethod:
        amount = parse_amount(typed.amounts[method])
        if amount:
            reference = "".join(sign for sign in typed.references[method] if sign.isprintable()).strip()
            offers.append(Offer(method, amount, reference[:_LONGEST_REFERENCE]))
    return offers


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19
