"""The chart of accounts and the kinds of journals (reliability.md §4, §5)."""

import enum
from decimal import Decimal
from typing import NamedTuple


class AccountKind(enum.StrEnum):
    ASSET = "asset"
    LIABILITY = "liability"
    INCOME = "income"
    EXPENSE = "expense"
    EQUITY = "equity"


class BillTotal(enum.StrEnum):
    """Which total of a bill a movement between 1122 and another account goes to; that account says it."""

    CHARGED = "charged"
    REDUCED = "reduced"
    PAID = "paid"


class LedgerCode(enum.StrEnum):
    """The accounts that the services post to; a utility maps them to its general ledger."""

    CASH_IN_TILL = "1001"
    BANK = "1002"
    CHANNEL_CLEARING = "1012"
    RECEIVABLE = "1122"
    PENALTY_RECEIVABLE = "1123"
    CASHIER_SHORTAGE = "1221"
    SUBSIDY_RECEIVABLE = "1221.1"
    PAYER_CLEARING = "1221.2"
    """What organisations take over from their people passes through it; it holds nothing."""
    OWNER_CLEARING = "1221.3"
    """What a new customer takes over from a former one passes through it; it holds nothing."""
    PREPAYMENT = "2203"
    REFUNDS_PAYABLE = "2241.2"
    CASH_OVER = "2241.3"
    MIGRATION = "3999"
    HEAT_INCOME = "6001"
    BASIC_FEE_INCOME = "6002"
    REDUCTION = "6009"
    CONNECTION_INCOME = "6051"
    PENALTY_INCOME = "6301"
    ROUNDING = "6603"
    BAD_DEBT = "6701"


class LedgerAccountFacts(NamedTuple):
    kind: AccountKind
    name: str
    name_zh: str
    bill_total: BillTotal = BillTotal.PAID
    """Money pays, unless the account is one of income (charges) or of reductions."""


CHART: dict[LedgerCode, LedgerAccountFacts] = {
    LedgerCode.CASH_IN_TILL: LedgerAccountFacts(AccountKind.ASSET, "Cash in till", "库存现金"),
    LedgerCode.BANK: LedgerAccountFacts(AccountKind.ASSET, "Bank", "银行存款"),
    LedgerCode.CHANNEL_CLEARING: LedgerAccountFacts(AccountKind.ASSET, "Channel clearing", "渠道待清算"),
    LedgerCode.RECEIVABLE: LedgerAccountFacts(AccountKind.ASSET, "Heat fee receivable", "应收采暖费"),
    LedgerCode.PENALTY_RECEIVABLE: LedgerAccountFacts(AccountKind.ASSET, "Penalty receivable", "应收违约金"),
    LedgerCode.CASHIER_SHORTAGE: LedgerAccountFacts(AccountKind.ASSET, "Cashier shortage", "应收短款"),
    LedgerCode.SUBSIDY_RECEIVABLE: LedgerAccountFacts(
        AccountKind.ASSET, "Subsidies receivable", "应收政府补贴", BillTotal.REDUCED
    ),
    LedgerCode.PAYER_CLEARING: LedgerAccountFacts(
        AccountKind.ASSET, "Taken over by organisations", "单位承担结转", BillTotal.CHARGED
    ),
    LedgerCode.OWNER_CLEARING: LedgerAccountFacts(
        AccountKind.ASSET, "Taken over at changes of owner", "过户结转", BillTotal.CHARGED
    ),
    LedgerCode.PREPAYMENT: LedgerAccountFacts(AccountKind.LIABILITY, "Prepayment", "预收采暖费"),
    LedgerCode.REFUNDS_PAYABLE: LedgerAccountFacts(AccountKind.LIABILITY, "Refunds payable", "应付退费"),
    LedgerCode.CASH_OVER: LedgerAccountFacts(AccountKind.LIABILITY, "Cash over", "待处理长款"),
    LedgerCode.MIGRATION: LedgerAccountFacts(
        AccountKind.EQUITY, "Opening balances", "期初迁移", BillTotal.CHARGED
    ),
    LedgerCode.HEAT_INCOME: LedgerAccountFacts(
        AccountKind.INCOME, "Heat income", "采暖费收入", BillTotal.CHARGED
    ),
    LedgerCode.BASIC_FEE_INCOME: LedgerAccountFacts(
        AccountKind.INCOME, "Basic fee income", "基础热费收入", BillTotal.CHARGED
    ),
    LedgerCode.REDUCTION: LedgerAccountFacts(
        AccountKind.INCOME, "Reductions", "采暖费减免", BillTotal.REDUCED
    ),
    LedgerCode.CONNECTION_INCOME: LedgerAccountFacts(
        AccountKind.INCOME, "Connection fee income", "入网费收入", BillTotal.CHARGED
    ),
    LedgerCode.PENALTY_INCOME: LedgerAccountFacts(
        AccountKind.INCOME, "Penalty income", "违约金收入", BillTotal.CHARGED
    ),
    LedgerCode.ROUNDING: LedgerAccountFacts(AccountKind.EXPENSE, "Cash rounding", "现金取整"),
    LedgerCode.BAD_DEBT: LedgerAccountFacts(AccountKind.EXPENSE, "Bad debt", "坏账损失", BillTotal.REDUCED),
}


class JournalKind(enum.StrEnum):
    OPENING = "opening"
    """Old arrears and prepayments taken over from a register file (posting 31)."""
    SEASON_CHARGE = "season_charge"
    ASSESSMENT = "assessment"
    """A difference posted because a dated fact changed."""
    PAYMENT = "payment"
    PAYMENT_VOID = "payment_void"
    PENALTY = "penalty"
    """Late payment frozen as a line of its own."""
    PENALTY_WAIVER = "penalty_waiver"
    REVERSAL = "reversal"
    """The exact mirror of a journal of an earlier day, on request."""
    REFUND = "refund"
    """Money of a household that is to be given back, agreed (posting 14) and then paid out (15)."""
    TRANSFER = "transfer"
    """Money that moves from one household to another: change of owner, a payment on the wrong account."""
    SUBSIDY_RECEIVED = "subsidy_received"
    RECOVERY = "recovery"
    """A debt that was written off and is claimed again because somebody pays it (posting 20)."""
    TILL_FLOAT = "till_float"
    TILL_CLOSE = "till_close"


class Movement(NamedTuple):
    """One entry before it is posted: `amount` yuan > 0 goes from `credit` to `debit`."""

    debit: LedgerCode
    credit: LedgerCode
    amount: Decimal
    season_id: int | None = None
    account_id: int | None = None
    item: str | None = None

    def mirrored(self) -> "Movement":
        """The movement that undoes this one exactly (invariant I11)."""
        return self._replace(debit=self.credit, credit=self.debit)
