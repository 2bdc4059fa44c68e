"""Everything anyone may do, on one page, and which role includes it."""

import enum

from heatdesk.i18n import lazy


class Permission(enum.StrEnum):
    """What a route can demand; default deny: a role has only what stands beside it below."""

    REGISTER_VIEW = "register.view"
    REGISTER_EDIT = "register.edit"
    REGISTER_IMPORT = "register.import"
    METER_EDIT = "billing.meter.edit"
    NETWORK_EDIT = "network.edit"
    COUNTER = "billing.counter"
    PAYMENT_VIEW = "billing.payment.view"
    PAYMENT_VOID = "billing.payment.void"
    INVOICE_ISSUE = "billing.invoice.issue"
    REFUND_PAY = "billing.refund.pay"
    DAY_CLOSE = "billing.day.close"
    TILL_VIEW = "billing.till.view"
    NUMBER_BOOK = "billing.number_book"
    SEASON_VIEW = "billing.season.view"
    SEASON_EDIT = "billing.season.edit"
    TARIFF_EDIT = "billing.tariff.edit"
    TARIFF_APPROVE = "billing.tariff.approve"
    TARIFF_TRY = "billing.tariff.try"
    """Trying drafts on the whole register, which posts nothing."""
    QUOTE = "billing.quote"
    """Trying a case in the fee calculator; nothing is stored."""
    RUN_START = "billing.run.start"
    RUN_RELEASE = "billing.run.release"
    LEDGER_VIEW = "billing.ledger.view"
    DEBT_VIEW = "billing.debt.view"
    DEBT_CLAIM = "billing.debt.claim"
    """Making a written-off debt due again because somebody pays it."""
    SUBSIDY_VIEW = "billing.subsidy.view"
    SUBSIDY_BOOK = "billing.subsidy.book"
    """Booking what an authority paid towards its subsidies."""
    REQUEST_VIEW = "request.view"
    REQUEST_CREATE = "request.create"
    REQUEST_DECIDE = "request.decide"
    DELEGATION_EDIT = "delegation.edit"
    APPROVAL_RULE_EDIT = "approval_rule.edit"
    """Proposing a rule; it holds only once others have approved it."""
    TICKET_VIEW = "service.ticket.view"
    TICKET_EXECUTE = "service.ticket.execute"
    """Entering that a job was carried out, or why it was not."""
    TICKET_DISPATCH = "service.ticket.dispatch"
    STAFF_EDIT = "auth.staff.edit"
    AUDIT_VIEW = "audit.view"
    JOB_VIEW = "job.view"
    OWN = "own"
    """What every member of staff may do: home, own password, language."""


class Role(enum.StrEnum):
    CASHIER = "cashier"
    BILLING_CLERK = "billing_clerk"
    SUPERVISOR = "supervisor"
    FINANCE = "finance"
    MANAGER = "manager"
    TECHNICIAN = "technician"
    DISPATCHER = "dispatcher"
    ADMINISTRATOR = "administrator"


ROLE_LABELS = {
    Role.CASHIER: lazy("Cashier"),
    Role.BILLING_CLERK: lazy("Billing clerk"),
    Role.SUPERVISOR: lazy("Supervisor"),
    Role.FINANCE: lazy("Finance"),
    Role.MANAGER: lazy("Manager"),
    Role.TECHNICIAN: lazy("Technician"),
    Role.DISPATCHER: lazy("Dispatcher"),
    Role.ADMINISTRATOR: lazy("Administrator"),
}

_EVERYBODY = frozenset({Permission.OWN, Permission.JOB_VIEW})
_READERS = frozenset(
    {
        Permission.REGISTER_VIEW,
        Permission.PAYMENT_VIEW,
        Permission.SEASON_VIEW,
        Permission.QUOTE,
        Permission.TILL_VIEW,
        Permission.DEBT_VIEW,
        Permission.SUBSIDY_VIEW,
    }
)
_APPLICANTS = frozenset({Permission.REQUEST_VIEW, Permission.REQUEST_CREATE})
_DECIDERS = frozenset({Permission.REQUEST_VIEW, Permission.REQUEST_DECIDE, Permission.DELEGATION_EDIT})
"""Who decides may not decide on what they asked for themselves; the engine of requests sees to that."""

ROLE_PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.CASHIER: _EVERYBODY
    | _APPLICANTS
    | {
        Permission.COUNTER,
        Permission.QUOTE,
        Permission.REGISTER_VIEW,
        Permission.PAYMENT_VIEW,
        Permission.PAYMENT_VOID,
        Permission.INVOICE_ISSUE,
        Permission.REFUND_PAY,
        Permission.TILL_VIEW,
        Permission.TICKET_VIEW,
        Permission.DEBT_VIEW,
        Permission.DEBT_CLAIM,
    },
    Role.BILLING_CLERK: _EVERYBODY
    | _READERS
    | _APPLICANTS
    | _DECIDERS
    | {
        Permission.REGISTER_EDIT,
        Permission.REGISTER_IMPORT,
        Permission.METER_EDIT,
        Permission.NETWORK_EDIT,
        Permission.SEASON_EDIT,
        Permission.TARIFF_EDIT,
        Permission.TARIFF_TRY,
        Permission.RUN_START,
        Permission.LEDGER_VIEW,
        Permission.TICKET_VIEW,
        Permission.TICKET_EXECUTE,
    },
    Role.SUPERVISOR: _EVERYBODY
    | _READERS
    | _APPLICANTS
    | _DECIDERS
    | {
        Permission.TARIFF_APPROVE,
        Permission.TARIFF_TRY,
        Permission.RUN_RELEASE,
        Permission.PAYMENT_VOID,
        Permission.DAY_CLOSE,
        Permission.NUMBER_BOOK,
        Permission.LEDGER_VIEW,
        Permission.AUDIT_VIEW,
        Permission.APPROVAL_RULE_EDIT,
        Permission.TICKET_VIEW,
    },
    Role.FINANCE: _EVERYBODY
    | _READERS
    | _APPLICANTS
    | _DECIDERS
    | {
        Permission.DEBT_CLAIM,
        Permission.SUBSIDY_BOOK,
        Permission.LEDGER_VIEW,
        Permission.REFUND_PAY,
        Permission.DAY_CLOSE,
        Permission.NUMBER_BOOK,
        Permission.AUDIT_VIEW,
        Permission.APPROVAL_RULE_EDIT,
    },
    Role.MANAGER: _EVERYBODY
    | _READERS
    | _APPLICANTS
    | _DECIDERS
    | {Permission.LEDGER_VIEW, Permission.APPROVAL_RULE_EDIT, Permission.TARIFF_TRY, Permission.TICKET_VIEW},
    Role.TECHNICIAN: _EVERYBODY | {Permission.TICKET_VIEW, Permission.TICKET_EXECUTE},
    Role.DISPATCHER: _EVERYBODY
    | {
        Permission.REGISTER_VIEW,
        Permission.TICKET_VIEW,
        Permission.TICKET_EXECUTE,
        Permission.TICKET_DISPATCH,
    },
    Role.ADMINISTRATOR: _EVERYBODY | {Permission.STAFF_EDIT, Permission.AUDIT_VIEW, Permission.REGISTER_VIEW},
}
"""The administrator cannot touch money: no bypass role (brief F8)."""
