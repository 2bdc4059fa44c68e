"""How money at the counter is reckoned: what settles the bills, what is rounded, given back or kept ahead.

The browser shows the same arithmetic while the cashier types; this is the one that counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from heatdesk.billing.rules.amounts import refuse_beyond_books
from heatdesk.billing.rules.ledger import LedgerCode, Movement
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.errors import BadInput, RuleBroken, msgid
from heatdesk.money import ZERO, format_money, round_money

DEBITED: dict[TenderMethod, LedgerCode] = {
    TenderMethod.PREPAYMENT: LedgerCode.PREPAYMENT,
    TenderMethod.WECHAT: LedgerCode.CHANNEL_CLEARING,
    TenderMethod.ALIPAY: LedgerCode.CHANNEL_CLEARING,
    TenderMethod.CARD: LedgerCode.CHANNEL_CLEARING,
    TenderMethod.TRANSFER: LedgerCode.BANK,
    TenderMethod.CHEQUE: LedgerCode.BANK,
    TenderMethod.CASH: LedgerCode.CASH_IN_TILL,
}
"""Where each tender arrives, in the order in which they are used up: prepayment only ever pays bills, cash carries
the rounding and comes last (reliability.md §5, postings 4, 5, 7, 8)."""

ITEMS_PAID = {LedgerCode.PENALTY_RECEIVABLE: Item.PENALTY}
"""What money on an account is for, where the account says it; fees are many items."""
MOST_CHANGE = Decimal("10000.00")
"""A customer may hand over a sealed bundle of a hundred notes of ¥100; more change is a slip of the finger."""
MOST_AHEAD = Decimal("1000000.00")
"""More than the heat of a large organisation for a season, yuan; nobody keeps more ahead in one payment."""

CASH_STEPS: dict[str, Decimal] = {"fen": Decimal("0.01"), "jiao": Decimal("0.10"), "yuan": Decimal("1.00")}
"""What a branch's setting `cash_rounding` rounds cash to, in yuan."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What is laid on the counter by one method, yuan; cash is what was handed over, change not yet given."""

    method: TenderMethod
    amount: Decimal
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A payment before it is booked, yuan: `settled` + `to_prepayment` = Σ `tenders` − `rounding`.

    `tenders` are what stays (cash without its change), `rounding` what cash was taken above (+) or below (−) the
    sum, `missing` what stays owed of the ticked bills.
    """

    due: Decimal
    settled: Decimal
    to_prepayment: Decimal
    rounding: Decimal
    change: Decimal
    missing: Decimal
    cash_received: Decimal | None
    tenders: tuple[Offer, ...]

    @property
    def amount(self) -> Decimal:
        """What the customer is credited with."""
        return self.settled + self.to_prepayment


def round_cash(amount: Decimal, step: Decimal) -> Decimal:
    """`amount` ≥ 0 half-up to a multiple of `step`."""
    return round_money((2 * amount + step) // (2 * step) * step)


def reckon(
    due: Decimal,
    offers: Sequence[Offer],
    *,
    cash_step: Decimal,
    prepayment: Decimal,
    part: bool = False,
    keep_surplus: bool = False,
) -> Reckoning:
    """What happens to `offers` against `due` yuan, when `prepayment` yuan are there.

    rest = due − other tenders; cash ≥ rest rounded: rounding, change = the difference; rest ≤ cash < rounded: no
    rounding; else the rest is missing and must be declared by `part`. `keep_surplus` knows no rounding and no change.
    Raises `BadInput` and `RuleBroken` in the words of the counter.
    """
    offered = [offer for offer in offers if offer.amount]
    cash = sum((offer.amount for offer in offered if offer.method is TenderMethod.CASH), ZERO)
    taken = sum((offer.amount for offer in offered), ZERO)
    _refuse_odd_offers(offered, due, prepayment)
    refuse_beyond_books(taken + prepayment)
    if keep_surplus:
        settled, rounding, change = min(taken, due), ZERO, ZERO
    else:
        settled, rounding, change = _settle(due, cash, due - (taken - cash), cash_step)
    _refuse_absurd(change, taken - change - rounding - settled)
    missing = due - settled
    if missing and not part:
        raise RuleBroken(
            "¥%(amount)s is still missing. Type it, or press F7 for a part payment.",
            amount=format_money(missing),
        )
    return Reckoning(
        due=due,
        settled=settled,
        to_prepayment=taken - change - rounding - settled,
        rounding=rounding,
        change=change,
        missing=missing,
        cash_received=cash or None,
        tenders=_kept_tenders(offered, cash - change),
    )


def _refuse_absurd(change: Decimal, to_prepayment: Decimal) -> None:
    """A zero too many at the keyboard: nobody hands over so much more than is asked."""
    if change > MOST_CHANGE:
        raise BadInput(
            "¥%(amount)s would go back as change. Check the zeros of the cash that was typed.",
            amount=format_money(change),
        )
    if to_prepayment > MOST_AHEAD:
        raise BadInput(
            "¥%(amount)s would be kept as prepayment, and at most ¥%(most)s is kept at once. Check the zeros.",
            amount=format_money(to_prepayment),
            most=format_money(MOST_AHEAD),
        )


def _settle(
    due: Decimal, cash: Decimal, rest: Decimal, cash_step: Decimal
) -> tuple[Decimal, Decimal, Decimal]:
    """What of `due` is settled, the rounding and the change, when `rest` is left for `cash`."""
    if rest <= 0:
        if rest < 0 or not due:
            raise RuleBroken(_too_much(due), amount=format_money(-rest))
        return due, ZERO, cash
    rounded = round_cash(rest, cash_step)
    if cash and cash >= rounded:
        return due, rounded - rest, cash - rounded
    if cash >= rest:
        return due, ZERO, cash - rest
    return due - rest + cash, ZERO, ZERO


def _too_much(due: Decimal) -> str:
    if not due:
        return msgid("Nothing is due. Press F11 to keep the money as prepayment.")
    return msgid(
        "¥%(amount)s too much, and only cash gives change. Lower it, or press F11 to keep it as prepayment."
    )


def _refuse_odd_offers(offered: Sequence[Offer], due: Decimal, prepayment: Decimal) -> None:
    if not offered:
        raise BadInput("Nothing has been typed yet. F1 puts the whole sum into cash.")
    if any(offer.amount < 0 for offer in offered):
        raise BadInput("An amount is below zero. To give money back, void the payment.")
    ahead = sum((offer.amount for offer in offered if offer.method is TenderMethod.PREPAYMENT), ZERO)
    if ahead > prepayment:
        raise RuleBroken(
            "Only ¥%(amount)s of prepayment is there. Take the rest in another way.",
            amount=format_money(prepayment),
        )
    if ahead > due:
        raise RuleBroken(
            "Prepayment pays what is due and no more: ¥%(amount)s. Lower it.", amount=format_money(due)
        )


def _kept_tenders(offered: Sequence[Offer], cash_kept: Decimal) -> tuple[Offer, ...]:
    """One tender per method in the order of `DEBITED`; cash without its change, and none when all was given back."""
    kept = []
    for method in DEBITED:
        same = [offer for offer in offered if offer.method is method]
        amount = cash_kept if method is TenderMethod.CASH else sum((offer.amount for offer in same), ZERO)
        if amount:
            reference = " ".join(offer.reference for offer in same if offer.reference)
            kept.append(Offer(method, amount, reference))
    return tuple(kept)


def allocate(settled: Decimal, open_bills: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """`settled` yuan over bills (season id → due, oldest first); bills that get nothing are left out."""
    allocations: dict[int, Decimal] = {}
    for season_id, due in open_bills.items():
        paid = min(due, settled)
        if paid:
            allocations[season_id] = paid
            settled -= paid
    return allocations


def match_movements(
    tenders: Sequence[Offer],
    allocations: Mapping[int, Decimal],
    *,
    account_id: int,
    penalties: Mapping[int, Decimal] | None = None,
    to_prepayment: Decimal = ZERO,
    rounding: Decimal = ZERO,
) -> list[Movement]:
    """The waterfall: tenders in their order run over the bills, then into prepayment, then into cash rounding.

    One movement per pair of accounts and season; of an allocation the part in `penalties` pays penalty. Σ `tenders`
    must be Σ `allocations` + `to_prepayment` + `rounding`; a negative rounding is what the utility itself puts in.
    Every movement has a debit and a credit, so the journal balances by construction. Raises ValueError when the sums
    differ.
    """
    sources = [(DEBITED[tender.method], tender.amount) for tender in tenders]
    sinks: list[tuple[LedgerCode, int | None, Decimal]] = []
    for paid_season, amount in allocations.items():
        penalty = (penalties or {}).get(paid_season, ZERO)
        sinks.append((LedgerCode.PENALTY_RECEIVABLE, paid_season, penalty))
        sinks.append((LedgerCode.RECEIVABLE, paid_season, amount - penalty))
    sinks.append((LedgerCode.PREPAYMENT, None, to_prepayment))
    if rounding < 0:
        sources.append((LedgerCode.ROUNDING, -rounding))
    else:
        sinks.append((LedgerCode.ROUNDING, None, rounding))
    flows: dict[tuple[LedgerCode, LedgerCode, int | None], Decimal] = {}
    at = 0
    for credit, season_id, wanted in sinks:
        lacking = wanted
        while lacking:
            if at == len(sources):
                raise ValueError("the tenders are less than what they are to pay")
            debit, held = sources[at]
            moved = min(lacking, held)
            flows[debit, credit, season_id] = flows.get((debit, credit, season_id), ZERO) + moved
            lacking -= moved
            sources[at] = (debit, held - moved)
            at += held == moved
    if at < len(sources):
        raise ValueError("the tenders are more than what they are to pay")
    return [
        Movement(debit, credit, amount, season_id, account_id, ITEMS_PAID.get(credit))
        for (debit, credit, season_id), amount in flows.items()
    ]
