"""Words for what billing stores as codes, in the reader's language."""

from heatdesk.billing.rules.ledger import JournalKind
from heatdesk.billing.rules.states import AreaPartKind, Item, SupplyMode, SupplyState, UseClass
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.i18n import lazy

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
ITEMS = {Item.HEAT: lazy("Heating fee"), Item.BASIC_FEE: lazy("Basic fee")}
JOURNALS = {
    JournalKind.OPENING: lazy("Opening balance"),
    JournalKind.SEASON_CHARGE: lazy("Season charged"),
    JournalKind.ASSESSMENT: lazy("Bill reckoned anew"),
    JournalKind.PAYMENT: lazy("Payment"),
    JournalKind.PAYMENT_VOID: lazy("Payment voided"),
    JournalKind.TILL_FLOAT: lazy("Float"),
    JournalKind.TILL_CLOSE: lazy("Till closed"),
}
