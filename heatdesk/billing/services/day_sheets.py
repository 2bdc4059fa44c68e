"""The day-close sheet's facts, read from the sealed figures of a closed day."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import current_app
from sqlalchemy import select

from heatdesk.auth.models import Staff
from heatdesk.billing.errors import DayNotClosed
from heatdesk.billing.models import BusinessDay
from heatdesk.billing.papers.day_close import Count, DayCloseFacts, ReceiptRange, Total, Void
from heatdesk.billing.rules.workflow import TenderMethod
from heatdesk.billing.services.receipts import TENDER_NAMES
from heatdesk.billing.services.voids import reason_label
from heatdesk.config import Settings
from heatdesk.db import db, get_or_refuse
from heatdesk.money import ZERO
from heatdesk.network.models import Branch

_KINDS = {"receipt": "收据 Receipt", "invoice": "发票 Invoice"}


def read(day: BusinessDay) -> DayCloseFacts:
    """What the sheet says; raises `DayNotClosed` while the figures can still change."""
    if day.totals is None or day.closed_at is None or day.seal is None or day.previous_seal is None:
        raise DayNotClosed(day=day.day)
    settings: Settings = current_app.config["HEATDESK"]
    totals = day.totals
    return DayCloseFacts(
        company=settings.company,
        branch=get_or_refuse(Branch, day.branch_id).name,
        office="",
        business_date=day.day,
        closed_at=day.closed_at,
        closed_by=get_or_refuse(Staff, day.closed_by).name,
        methods=tuple(_method(row) for row in totals["methods"]),
        tills=tuple(_till(row) for row in totals["tills"]),
        receipts=_ranges(totals["number_books"]),
        voids=tuple(_void(row) for row in totals["voids"]),
        totals=tuple(
            Total(
                f"{row['code']} {row['name_zh']} {row['name']}",
                Decimal(row["debit"]) - Decimal(row["credit"]),
            )
            for row in totals["accounts"]
        ),
        seal=day.seal,
        previous_seal=day.previous_seal,
        remark=_remark(totals["tills"]),
    )


def _method(row: dict[str, Any]) -> Count:
    """Cash without the floats; what nobody counts (prepayment used) is as expected."""
    expected = Decimal(row["taken"]) - Decimal(row["voided"])
    counted = expected if row["counted"] is None else Decimal(row["counted"])
    return Count(TENDER_NAMES[TenderMethod(row["method"])], row["payments"], expected, counted)


def _till(row: dict[str, Any]) -> Count:
    """All methods of one till, its float left out on both sides."""
    expected = sum((Decimal(amount) for amount in row["expected"].values()), ZERO)
    counted = sum((Decimal(amount) for amount in row["counted"].values()), ZERO)
    put_in = Decimal(row["float"])
    return Count(f"{row['till']} {row['cashier']}", row["payments"], expected - put_in, counted - put_in)


def _ranges(rows: Sequence[dict[str, Any]]) -> tuple[ReceiptRange, ...]:
    names: dict[int, str] = dict(
        db.session.execute(
            select(Staff.id, Staff.name).where(Staff.id.in_({row["staff"] for row in rows}))
        ).all()
    )
    return tuple(
        ReceiptRange(
            till=_KINDS[row["kind"]],
            cashier=names.get(row["staff"], ""),
            first=row["first"],
            last=row["last"],
            used=row["used"],
            voided=row["voided"],
        )
        for row in rows
    )


def _void(row: dict[str, Any]) -> Void:
    return Void(
        number=row["number"],
        amount=Decimal(row["amount"]),
        at=datetime.fromisoformat(row["at"]),
        by=row["by"],
        reason=reason_label(row["reason"]),
    )


def _remark(tills: Sequence[dict[str, Any]]) -> str:
    """The reasons given for differences, till by till."""
    return "；".join(f"{row['till']} {row['cashier']}：{row['reason']}" for row in tills if row["reason"])
