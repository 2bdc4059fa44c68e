"""Every table of billing under one spelling: `from heatdesk.billing.models import Account`."""

from heatdesk.billing.models.accounts import Account, AreaPart, SupplyTerm
from heatdesk.billing.models.adjustments import Adjustment, DebtRecovery, SubsidyReceipt
from heatdesk.billing.models.balances import AccountBalance, BuildingArea, BuildingFigures, BuildingSeason
from heatdesk.billing.models.bills import Bill, Charge, ChargeBasis
from heatdesk.billing.models.connections import ConnectionAgreement
from heatdesk.billing.models.imports import ImportBatch
from heatdesk.billing.models.ledger import (
    BusinessDay,
    Entry,
    Journal,
    LedgerAccount,
    Prepayment,
    entry_id_sequence,
    journal_id_sequence,
)
from heatdesk.billing.models.meters import Meter, MeterReading
from heatdesk.billing.models.number_books import Invoice, NumberBook, Receipt
from heatdesk.billing.models.payer_shares import PayerShare
from heatdesk.billing.models.payments import Allocation, Payment, PaymentVoid, Tender
from heatdesk.billing.models.penalties import Penalty
from heatdesk.billing.models.refunds import Refund
from heatdesk.billing.models.runs import RunException, RunShard, SeasonRun
from heatdesk.billing.models.seasons import Season, Tariff
from heatdesk.billing.models.tills import TillShift
from heatdesk.billing.models.trials import TariffTrial, TrialFlat, TrialShard

__all__ = [
    "Account",
    "AccountBalance",
    "Adjustment",
    "Allocation",
    "AreaPart",
    "Bill",
    "BuildingArea",
    "BuildingFigures",
    "BuildingSeason",
    "BusinessDay",
    "Charge",
    "ChargeBasis",
    "ConnectionAgreement",
    "DebtRecovery",
    "Entry",
    "ImportBatch",
    "Invoice",
    "Journal",
    "LedgerAccount",
    "Meter",
    "MeterReading",
    "NumberBook",
    "PayerShare",
    "Payment",
    "PaymentVoid",
    "Penalty",
    "Prepayment",
    "Receipt",
    "Refund",
    "RunException",
    "RunShard",
    "Season",
    "SeasonRun",
    "SubsidyReceipt",
    "SupplyTerm",
    "Tariff",
    "TariffTrial",
    "Tender",
    "TillShift",
    "TrialFlat",
    "TrialShard",
    "entry_id_sequence",
    "journal_id_sequence",
]
