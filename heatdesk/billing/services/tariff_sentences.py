"""A tariff told in sentences, rule by rule, with the document and the source of each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from heatdesk.billing.rules.energy import EnergyPrice, SettlementPolicy
from heatdesk.billing.rules.heights import AreaHeight, BandHeight, ProportionalHeight
from heatdesk.billing.rules.quality import ReductionBase
from heatdesk.billing.rules.states import TaxClass
from heatdesk.billing.rules.steps import figure, percent
from heatdesk.billing.rules.tariffs import Tariff
from heatdesk.billing.services.tariff_words import GROUPS, PRICE_UNITS, WORDS
from heatdesk.i18n import _


@dataclass(frozen=True)
class Told:
    """A rule in words; `assumed` when a value of it is one that no source gives."""

    group: str
    title: str
    sentences: tuple[str, ...]
    document_no: str
    source: str
    assumed: bool


def told(tariff: Tariff) -> list[Told]:
    """Every rule of the tariff, in the order of its form; the price comes first."""
    price = [
        _("Heat costs %(price)s %(unit)s.", price=figure(tariff.price), unit=PRICE_UNITS[tariff.price_unit])
    ]
    if tariff.months:
        price.append(_("A season counts %(months)s months.", months=tariff.months))
    is_assumed = _is_assumed(tariff, "price", "months")
    rules = [Told("price", _("Price"), tuple(price), tariff.document_no, tariff.source, assumed=is_assumed)]
    for group, tell in _TELLERS.items():
        rule = getattr(tariff, group)
        if rule:
            several = rule if isinstance(rule, tuple) else (rule,)
            rules.append(
                Told(
                    group,
                    str(GROUPS[group]),
                    tuple(sentence for one in several for sentence in tell(one)),
                    _joined(one.document_no for one in several),
                    _joined(one.source for one in several),
                    assumed=_is_assumed(tariff, group),
                )
            )
    return rules


def _is_assumed(tariff: Tariff, *groups: str) -> bool:
    return any(key.partition(".")[0] in groups for key in tariff.assumed)


def _joined(texts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(text for text in texts if text))


def _word(value: Any) -> str:
    return str(WORDS[type(value)][value])


def _area(rule: Any) -> Iterator[str]:
    yield _("Charged is the %(base)s.", base=_word(rule.base))
    if rule.divisor is not None:
        yield _(
            "Where it is not recorded, it is the building area ÷ %(divisor)s.", divisor=figure(rule.divisor)
        )
    for entry in rule.type_factors:
        yield _(
            "Buildings “%(type)s” count × %(factor)s.", type=entry.building_type, factor=figure(entry.factor)
        )
    if rule.factor is not None:
        yield _("All other buildings count × %(factor)s.", factor=figure(rule.factor))
    yield _("The converted area is rounded: %(how)s.", how=_word(rule.rounding))


def _height(rule: Any) -> Iterator[str]:
    if isinstance(rule, BandHeight):
        for band in rule.bands:
            yield _(
                "Above %(above)s m the fee counts × %(factor)s.",
                above=figure(band.above_m),
                factor=figure(band.factor),
            )
        return
    above = figure(rule.above_m)
    if isinstance(rule, AreaHeight):
        yield _(
            "Above %(above)s m the area counts × (metres above × %(per_m)s + %(plus)s), in single-storey buildings "
            "× (metres above × %(per_m)s + %(single)s).",
            above=above,
            per_m=figure(rule.per_m),
            plus=figure(rule.plus),
            single=figure(rule.single_storey_plus),
        )
        return
    if isinstance(rule, ProportionalHeight):
        yield _(
            "Above %(above)s m the fee counts × height ÷ %(base)s m.", above=above, base=figure(rule.base_m)
        )
    else:
        yield _(
            "Above %(above)s m each %(step)s m, counted from %(base)s m, adds %(share)s to the fee; "
            "a part of a step is %(part)s.",
            above=above,
            step=figure(rule.step_m),
            base=above if rule.base_m is None else figure(rule.base_m),
            share=percent(rule.share),
            part=_word(rule.part_step),
        )
    if rule.cap is not None:
        yield _("At most %(cap)s is added.", cap=percent(rule.cap))


def _part(rule: Any) -> Iterator[str]:
    kind = _word(rule.kind)
    yield (
        _("The measured area contains the %(kind)s.", kind=kind)
        if rule.in_area
        else _("The %(kind)s is measured beside the area.", kind=kind)
    )
    for band in rule.by_net_height:
        factor = figure(band.coefficient)
        if band.above_m:
            above = figure(band.above_m)
            yield _(
                "Above %(above)s m net height the %(kind)s counts × %(factor)s.",
                kind=kind,
                above=above,
                factor=factor,
            )
        else:
            yield _("At any other height the %(kind)s counts × %(factor)s.", kind=kind, factor=factor)
    if rule.unheated is not None:
        yield _("Unheated, the %(kind)s counts × %(factor)s.", kind=kind, factor=figure(rule.unheated))


def _suspension(rule: Any) -> Iterator[str]:
    yield _("While suspended, %(share)s of the fee is due.", share=percent(rule.share))
    if rule.cut_share is not None:
        yield _("While cut off, %(share)s of the fee is due.", share=percent(rule.cut_share))
    if rule.opens_on is not None:
        yield _("Applications are taken from %(day)s.", day=rule.opens_on)
    if rule.apply_by is not None:
        yield _("Applications are taken until %(day)s.", day=rule.apply_by)
    elif rule.days_before is not None:
        yield _("Applications are taken until %(days)s days before the season.", days=rule.days_before)
    if rule.whole_season:
        yield _("Only for the whole season.")
    if rule.minimum_days:
        yield _("For %(days)s days or more.", days=rule.minimum_days)
    if rule.not_for:
        yield _("Not for: %(reasons)s.", reasons=", ".join(_word(one) for one in rule.not_for))
    yield _("In the next season: %(how)s.", how=_word(rule.renewal))
    yield _("Heat taken again within the season %(how)s.", how=_word(rule.resumption))
    if rule.secret_multiple is not None:
        yield _("Heat taken secretly costs %(times)s times the fee.", times=figure(rule.secret_multiple))


def _low_temperature(rule: Any) -> Iterator[str]:
    for band in rule.bands:
        sentence = (
            _(
                "At %(limit)s °C or less, %(share)s of the daily fee is given back.",
                limit=figure(band.below_c),
                share=percent(band.share),
            )
            if band.or_equal
            else _(
                "Below %(limit)s °C, %(share)s of the daily fee is given back.",
                limit=figure(band.below_c),
                share=percent(band.share),
            )
        )
        yield sentence
    yield _("The share is of: %(base)s.", base=_word(rule.base))
    if rule.base is ReductionBase.LESS_BASIC:
        yield _("The basic fee is %(share)s.", share=percent(rule.basic_share))


def _supply_time(rule: Any) -> Iterator[str]:
    yield _(
        "For each day of late start, early stop or outage, %(share)s of the daily fee is given back.",
        share=percent(rule.share),
    )
    yield _(
        "An outage counts from %(hours)s hours; a part of a day is %(part)s.",
        hours=rule.minimum_hours,
        part=_word(rule.part_day),
    )


def _penalty(rule: Any) -> Iterator[str]:
    rate, base = figure(rule.share_per_day * 1000), _word(rule.base)
    if rule.grace_days:
        yield _(
            "Each day costs %(rate)s ‰ of %(base)s, once %(days)s days are past after the due date.",
            rate=rate,
            base=base,
            days=rule.grace_days,
        )
    else:
        yield _("Each day after the due date costs %(rate)s ‰ of %(base)s.", rate=rate, base=base)
    if rule.cap is not None:
        yield _("At most %(cap)s of the season's fee.", cap=percent(rule.cap))
    if rule.stops_when_cut:
        yield _("Days without supply after a cut cost nothing.")
    yield _("A payment first pays %(what)s.", what=_word(rule.allocation))


def _prices(prices: Iterable[EnergyPrice]) -> str:
    return ", ".join(
        _("%(price)s yuan per %(unit)s", price=figure(one.price), unit=_word(one.unit)) for one in prices
    )


def _metered(rule: Any) -> Iterator[str]:
    yield _("Base fee: %(price)s %(unit)s.", price=figure(rule.base_price), unit=_word(rule.base_unit))
    yield _("Heat counted: %(prices)s.", prices=_prices(rule.prices))
    yield _("Settlement: %(how)s.", how=_word(rule.settlement))
    if rule.settlement is SettlementPolicy.CAP:
        yield _("At most %(cap)s of the area fee.", cap=percent(rule.cap_share))
    if rule.meter_fault is not None:
        yield _("With a failed meter the heat counts × %(factor)s.", factor=figure(rule.meter_fault))
    if rule.user_fault is not None:
        yield _(
            "With a meter damaged by the user the heat counts × %(factor)s.", factor=figure(rule.user_fault)
        )


def _steam(rule: Any) -> Iterator[str]:
    yield _("%(prices)s, settled %(period)s.", prices=_prices(rule.prices), period=_word(rule.period))
    if rule.minimum:
        yield _("At least %(minimum)s is charged per period.", minimum=figure(rule.minimum))


def _subsidy(rule: Any) -> Iterator[str]:
    what = (
        _("%(price)s yuan per m²", price=figure(rule.per_m2))
        if rule.per_m2 is not None
        else _("%(share)s of the fee", share=percent(rule.share or Decimal(0)))
    )
    if rule.up_to_m2 is None:
        yield _("“%(kind)s”: the authority pays %(what)s.", kind=rule.kind, what=what)
    else:
        yield _(
            "“%(kind)s”: the authority pays %(what)s, for at most %(area)s m².",
            kind=rule.kind,
            what=what,
            area=figure(rule.up_to_m2),
        )


def _discount(rule: Any) -> Iterator[str]:
    for row in rule.rows:
        yield _("Whoever has paid by %(day)s pays %(share)s less.", day=row.paid_by, share=percent(row.share))


def _tax(rule: Any) -> Iterator[str]:
    if rule.tax_class is TaxClass.EXEMPT:
        yield _("Exempt from value-added tax.")
    else:
        yield _("The price contains %(rate)s value-added tax.", rate=percent(rule.rate))


_TELLERS: dict[str, Callable[[Any], Iterator[str]]] = {
    "area": _area,
    "height": _height,
    "parts": _part,
    "suspension": _suspension,
    "low_temperature": _low_temperature,
    "supply_time": _supply_time,
    "penalty": _penalty,
    "metered": _metered,
    "steam": _steam,
    "subsidies": _subsidy,
    "discount": _discount,
    "tax": _tax,
}
