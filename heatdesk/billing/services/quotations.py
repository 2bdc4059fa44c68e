"""What a fee quotation says: a worked-out case in the words of papers, Chinese with English labels."""

from collections.abc import Iterator
from decimal import Decimal

from flask import current_app

from heatdesk.auth.models import Staff
from heatdesk.billing.papers.fee_quotations import FeeQuotationFacts
from heatdesk.billing.papers.fee_sheet import Described, Paid, ReasonedLine
from heatdesk.billing.rules.cases import Case
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.rules.steps import figure
from heatdesk.billing.services import labels, quotes
from heatdesk.billing.services.households import Household
from heatdesk.billing.services.receipts import PAPER_LANGUAGE
from heatdesk.billing.services.rule_books import RuleBook
from heatdesk.config import Settings
from heatdesk.dates import now
from heatdesk.i18n import speaking


def facts_of(case: Case, book: RuleBook, household: Household | None, *, by: Staff) -> FeeQuotationFacts:
    """The paper of a case that can be worked out; raises what the rules refuse."""
    settings: Settings = current_app.config["HEATDESK"]
    with speaking(PAPER_LANGUAGE):
        worked = quotes.work_out(case, book)
        given = tuple(_given(case))
    place = "本公司现行标准 Own tariffs"
    if book.city is not None:
        place = f"样例 Sample: {book.city.title_zh} {book.city.title}"
    return FeeQuotationFacts(
        company=settings.company,
        rules=place,
        season=book.season.code,
        customer=household.name if household else "",
        card_no=household.card_no if household else "",
        address=household.address if household else "",
        given=given,
        lines=tuple(
            ReasonedLine(line.item, line.amount, line.document_no, line.days, tuple(line.sentences))
            for line in worked.lines
        ),
        payments=tuple(Paid(payment.on, payment.amount) for payment in case.payments),
        total=worked.total,
        government=worked.government,
        paid=worked.paid,
        due=worked.due,
        printed_by=by.name,
        printed_at=now(),
    )


def _given(case: Case) -> Iterator[Described]:
    """The facts of the case that were given, in the order of the form."""
    yield Described("用途", "Used as", str(labels.USE_CLASSES[case.use]))
    measured = (
        ("建筑面积", "Building area", case.area, "㎡"),
        ("套内面积", "Inner area", case.inner_area, "㎡"),
        ("使用面积", "Usable area", case.usable_area, "㎡"),
        ("层高", "Storey height", case.storey_height, "m"),
        ("晚供天数", "Days late", Decimal(case.late_start_days) or None, "天"),
    )
    for chinese, english, value, unit in measured:
        if value is not None:
            yield Described(chinese, english, f"{figure(value)} {unit}")
    if case.building_kind:
        kind = str(labels.BUILDING_TYPES.get(case.building_kind, case.building_kind))
        yield Described("建筑类型", "Type of building", kind)
    if case.subsidy:
        yield Described("补贴", "Subsidy", case.subsidy)
    if case.as_of:
        yield Described("计算日期", "Reckoned on", case.as_of.isoformat())
    yield from _dated(case)
    yield from _counted(case)


def _dated(case: Case) -> Iterator[Described]:
    for part in case.parts:
        height = f"，净高 {figure(part.net_height)} m" if part.net_height is not None else ""
        heated = "，采暖" if part.is_heated else "，不采暖"
        yield Described(
            "附属面积", "Part", f"{labels.PARTS[part.kind]} {figure(part.area)} ㎡{height}{heated}"
        )
    for term in case.terms:
        state = labels.SUPPLY_STATES[SupplyState(term.state)][0]
        yield Described("供热状态", "Supply", f"{term.first or '…'} – {term.last or '…'} {state}")
    for spell in case.temperatures:
        room = f"，房间 {figure(spell.room_area)} ㎡" if spell.room_area is not None else ""
        yield Described("室温", "Cold room", f"{spell.first} – {spell.last} {figure(spell.celsius)} ℃{room}")
    for outage in case.outages:
        yield Described("停供", "Outage", f"{outage.first} – {outage.last}".replace("T", " "))


def _counted(case: Case) -> Iterator[Described]:
    meter = case.meter
    if meter is None:
        return
    unit, quantity = meter.counted()
    yield Described("计量", "Meter", f"{figure(quantity)} {unit.value}")
    for chinese, english, value in (
        ("计量预缴", "Prepaid", meter.prepaid or None),
        ("修正系数", "Correction", meter.correction if meter.correction != 1 else None),
        ("约定最低用量", "Agreed minimum", meter.minimum),
    ):
        if value is not None:
            yield Described(chinese, english, figure(value))
    if meter.fault is not None:
        yield Described(
            "表计故障", "Meter fault", {"meter": "表计故障", "user": "用户损坏"}[meter.fault.value]
        )
