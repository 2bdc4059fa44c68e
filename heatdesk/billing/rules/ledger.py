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


class LedgerCode(enum.StrEnum):
    """The accounts that the services post to; a utility maps them to its general ledger."""

    CASH_IN_TILL = "1001"
    BANK = "1002"
    CHANNEL_CLEARING = "1012"
    RECEIVABLE = "1122"
    CASHIER_SHORTAGE = "1221"
    PREPAYMENT = "2203"
    CASH_OVER = "2241.3"
    MIGRATION = "3999"
    HEAT_INCOME = "6001"
    BASIC_FEE_INCOME = "6002"
    REDUCTION = "6009"
    ROUNDING = "6603"


class LedgerAccountFacts(NamedTuple):
    kind: AccountKind
    name: str
    name_zh: str


CHART: dict[LedgerCode, LedgerAccountFacts] = {
    LedgerCode.CASH_IN_TILL: LedgerAccountFacts(AccountKind.ASSET, "Cash in till", "库存现金"),
    LedgerCode.BANK: LedgerAccountFacts(AccountKind.ASSET, "Bank", "银行存款"),
    LedgerCode.CHANNEL_CLEARING: LedgerAccountFacts(AccountKind.ASSET, "Channel clearing", "渠道待清算"),
    LedgerCode.RECEIVABLE: LedgerAccountFacts(AccountKind.ASSET, "Heat fee receivable", "应收采暖费"),
    LedgerCode.CASHIER_SHORTAGE: LedgerAccountFacts(AccountKind.ASSET, "Cashier shortage", "应收短款"),
    LedgerCode.PREPAYMENT: LedgerAccountFacts(AccountKind.LIABILITY, "Prepayment", "预收采暖费"),
    LedgerCode.CASH_OVER: LedgerAccountFacts(AccountKind.LIABILITY, "Cash over", "待处理长款"),
    LedgerCode.MIGRATION: LedgerAccountFacts(AccountKind.EQUITY, "Opening balances", "期初迁移"),
    LedgerCode.HEAT_INCOME: LedgerAccountFacts(AccountKind.INCOME, "Heat income", "采暖费收入"),
    LedgerCode.BASIC_FEE_INCOME: LedgerAccountFacts(AccountKind.INCOME, "Basic fee income", "基础热费收入"),
    LedgerCode.REDUCTION: LedgerAccountFacts(AccountKind.INCOME, "Reductions", "采暖费减免"),
    LedgerCode.ROUNDING: LedgerAccountFacts(AccountKind.EXPENSE, "Cash rounding", "现金取整"),
}


class JournalKind(enum.StrEnum):
    OPENING = "opening"
    """Old arrears and prepayments taken over from a register file (posting 31)."""
    SEASON_CHARGE = "season_charge"
    ASSESSMENT = "assessment"
    """A difference posted because a dated fact changed."""
    PAYMENT = "payment"
    PAYMENT_VOID = "payment_void"
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
