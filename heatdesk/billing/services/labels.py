"""Ways to pay, in the reader's language."""

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
