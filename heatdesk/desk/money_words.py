"""What people call the kinds of journals, the items of a bill and the ways to pay."""

from heatdesk.billing.rules.ledger import JournalKind
from heatdesk.billing.rules.states import Item
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.i18n import lazy

JOURNAL_KINDS = {
    JournalKind.OPENING: lazy("taken over from the old books"),
    JournalKind.SEASON_CHARGE: lazy("season charged"),
    JournalKind.ASSESSMENT: lazy("bill reckoned anew"),
    JournalKind.PAYMENT: lazy("payment"),
    JournalKind.PAYMENT_VOID: lazy("payment voided"),
    JournalKind.TILL_FLOAT: lazy("float"),
    JournalKind.TILL_CLOSE: lazy("till closed"),
}
ITEMS = {Item.HEAT: lazy("heating fee"), Item.BASIC_FEE: lazy("basic fee")}
METHODS = {
    TenderMethod.CASH: lazy("cash"),
    TenderMethod.WECHAT: lazy("WeChat"),
    TenderMethod.ALIPAY: lazy("Alipay"),
    TenderMethod.CARD: lazy("card"),
    TenderMethod.TRANSFER: lazy("transfer"),
    TenderMethod.CHEQUE: lazy("cheque"),
    TenderMethod.PREPAYMENT: lazy("prepayment"),
}
