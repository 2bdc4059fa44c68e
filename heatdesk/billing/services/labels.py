"""Words for what billing stores as codes, in the reader's language."""

from heatdesk.billing.rules.heights import SINGLE_STOREY
from heatdesk.billing.rules.ledger import JournalKind
from heatdesk.billing.rules.states import AreaPartKind, Item, SupplyMode, SupplyState, UseClass
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.i18n import lazy
from heatdesk.network import nouns

TENDERS = {
    TenderMethod.CASH: lazy("Cash"),
    TenderMethod.WECHAT: lazy("WeChat"),
    TenderMethod.ALIPAY: lazy("Alipay"),
    TenderMethod.CARD: lazy("Card"),
    TenderMethod.TRANSFER: lazy("Transfer"),
    TenderMethod.CHEQUE: lazy("Cheque"),
    TenderMethod.PREPAYMENT: lazy("Prepayment"),
}
REFERENCES = {
    TenderMethod.WECHAT: lazy("Trade no."),
    TenderMethod.ALIPAY: lazy("Trade no."),
    TenderMethod.CARD: lazy("Slip no."),
    TenderMethod.TRANSFER: lazy("Bank reference"),
    TenderMethod.CHEQUE: lazy("Cheque no."),
}
"""What is written down beside a tender; cash and prepayment need nothing."""
SUPPLY_STATES = {
    SupplyState.SUPPLIED: (lazy("Supplied"), "fire", "good"),
    SupplyState.SUSPENDED: (lazy("Suspended"), "pause-circle", "warn"),
    SupplyState.CUT: (lazy("Cut off"), "x-octagon", "bad"),
    SupplyState.DEMOLISHED: (lazy("Demolished"), "building-x", "bad"),
}
"""Label, icon, tone."""
USE_CLASSES = {
    UseClass.RESIDENTIAL: lazy("Residential"),
    UseClass.NON_RESIDENTIAL: lazy("Non-residential"),
    UseClass.PUBLIC: lazy("Public"),
}
MODES = {
    SupplyMode.AREA: lazy("by area"),
    SupplyMode.METERED: lazy("by meter"),
    SupplyMode.STEAM: lazy("steam"),
    SupplyMode.MINIMUM: lazy("agreed minimum"),
}
PARTS = {
    AreaPartKind.BALCONY: lazy("balcony"),
    AreaPartKind.ATTIC: lazy("attic"),
    AreaPartKind.BASEMENT: lazy("basement"),
}
BUILDING_TYPES = {**dict(nouns.BUILDING_TYPES), SINGLE_STOREY: lazy("single-storey")}
ITEMS = {
    Item.HEAT: lazy("Heating fee"),
    Item.BASIC_FEE: lazy("Basic fee"),
    Item.METERED_BASE: lazy("Base fee"),
    Item.METERED_HEAT: lazy("Metered heat"),
    Item.SETTLEMENT: lazy("Settlement"),
    Item.STEAM: lazy("Steam"),
    Item.SHORTFALL: lazy("Shortfall to the minimum"),
    Item.LOW_TEMPERATURE: lazy("Low-temperature reduction"),
    Item.LATE_START: lazy("Late start"),
    Item.EARLY_STOP: lazy("Early stop"),
    Item.OUTAGE: lazy("Outage reduction"),
    Item.SUBSIDY: lazy("Government subsidy"),
    Item.DISCOUNT: lazy("Early-payment discount"),
    Item.PENALTY: lazy("Penalty"),
    Item.RECONNECTION: lazy("Secret reconnection"),
    Item.CONNECTION: lazy("Connection fee"),
    Item.WRITE_DOWN: lazy("Account write-down"),
    Item.RECEIVABLE: lazy("Receivable adjustment"),
    Item.BAD_DEBT: lazy("Bad debt"),
    Item.TRANSFER: lazy("Taken over at a change of owner"),
    Item.PAYER_SHARE: lazy("Share of an organisation"),
}
JOURNALS = {
    JournalKind.OPENING: lazy("Opening balance"),
    JournalKind.SEASON_CHARGE: lazy("Season charged"),
    JournalKind.ASSESSMENT: lazy("Bill reckoned anew"),
    JournalKind.PAYMENT: lazy("Payment"),
    JournalKind.PAYMENT_VOID: lazy("Payment voided"),
    JournalKind.PENALTY: lazy("Penalty"),
    JournalKind.PENALTY_WAIVER: lazy("Penalty waiver"),
    JournalKind.REVERSAL: lazy("Reversal"),
    JournalKind.REFUND: lazy("Refund"),
    JournalKind.TRANSFER: lazy("Transfer"),
    JournalKind.SUBSIDY_RECEIVED: lazy("Subsidy received"),
    JournalKind.RECOVERY: lazy("Recovered debt"),
    JournalKind.TILL_FLOAT: lazy("Float"),
    JournalKind.TILL_CLOSE: lazy("Till closed"),
}


def item_label(item: str) -> str:
    """What an item of a bill is called; an item that this version does not know keeps its code."""
    return str(ITEMS[Item(item)]) if item in set(Item) else item
