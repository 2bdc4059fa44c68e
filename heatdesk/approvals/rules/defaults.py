"""The approval rules a new installation starts with (research: approvals §13.3); each change is itself a request."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

VALID_FROM = date(2020, 1, 1)

DEPARTMENTS = {
    "counter": "Counter department",
    "billing": "Billing department",
    "finance": "Finance department",
    "management": "Management",
}
"""Code and name; the name is a sentence of the catalogue until the utility renames the department."""

DEPARTMENT_OF_ROLE = {
    "cashier": "counter",
    "billing_clerk": "billing",
    "supervisor": "billing",
    "finance": "finance",
    "manager": "management",
    "administrator": "management",
}


class DefaultLevel(NamedTuple):
    """Who agrees (role, department code) and from which amount in yuan."""

    role: str
    department: str
    min_amount: Decimal = Decimal(0)


_CLERK = DefaultLevel("billing_clerk", "billing")
_BILLING = DefaultLevel("supervisor", "billing")
_COUNTER = DefaultLevel("supervisor", "counter")


def _finance(amount: int = 0) -> DefaultLevel:
    return DefaultLevel("finance", "finance", Decimal(amount))


def _manager(amount: int = 0) -> DefaultLevel:
    return DefaultLevel("manager", "management", Decimal(amount))


LEVELS: dict[str, tuple[DefaultLevel, ...]] = {
    "area": (_BILLING, _finance(5_000), _manager(50_000)),
    "height": (_BILLING, _finance(5_000), _manager(50_000)),
    "use_class": (_BILLING, _finance(5_000), _manager(50_000)),
    "low_temperature": (_BILLING, _finance(2_000), _manager(20_000)),
    "late_supply": (_BILLING, _finance(2_000), _manager(20_000)),
    "balcony": (_BILLING, _finance(2_000), _manager(20_000)),
    "correction": (_BILLING, _finance(1_000), _manager(10_000)),
    "receivable": (_BILLING, _finance(1_000), _manager(10_000)),
    "bad_debt": (_BILLING, _finance(), _manager(10_000)),
    "refund": (_BILLING, _finance(), _manager(5_000)),
    "refund_withdrawal": (_BILLING, _finance()),
    "reversal": (_COUNTER, _finance()),
    "suspension": (_CLERK,),
    "resumption": (_CLERK,),
    "subsidy": (_BILLING, _finance()),
    "outage": (_BILLING, _finance(), _manager()),
    "penalty_waiver": (_BILLING, _finance(500)),
    "withdrawal": (_BILLING, _finance(1_000)),
    "new_account": (_CLERK,),
    "connection": (_BILLING, _finance()),
    "owner": (_CLERK,),
    "temporary_suspension": (_CLERK,),
    "cut_off": (_BILLING,),
    "demolition": (_BILLING,),
    "payer_share": (_BILLING, _finance()),
    "tariff": (_finance(), _manager()),
    "settings": (_finance(), _manager()),
    "approval_rule": (_finance(), _manager()),
}
