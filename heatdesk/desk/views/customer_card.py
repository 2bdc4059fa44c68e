"""The customer card: everything about a household on pages that share one head."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_login import current_user

from heatdesk.approvals.words import KIND_TITLES
from heatdesk.auth.permissions import Permission
from heatdesk.billing.papers import fee_statements
from heatdesk.billing.rules.ledger import CHART, LedgerCode
from heatdesk.billing.services import (
    account_books,
    bill_lines,
    dues,
    fee_statements as statements,
    households,
    labels,
    supply_terms,
    voids,
)
from heatdesk.billing.views import pdf
from heatdesk.dates import today
from heatdesk.desk import household, trail
from heatdesk.service.services import valve_lists
from heatdesk.service.views import valve_jobs as valve_job_pages
from heatdesk.web.guards import requires
from heatdesk.web.pages import paginate

bp = Blueprint("customer_card", __name__, url_prefix="/households/<int:account_id>")


@bp.get("")
@requires(Permission.REGISTER_VIEW)
def show(account_id: int) -> ResponseReturnValue:
    shown = household.head(account_id, "show")
    payments = paginate(account_books.payments(account_id))
    return render_template(
        "desk/card/dues.html",
        dues=dues.rows_of(account_id, shown["standing"]),
        payments=payments,
        methods=labels.TENDERS,
        **shown,
    )


@bp.get("/bills/<code>")
@requires(Permission.REGISTER_VIEW)
def bill(account_id: int, code: str) -> ResponseReturnValue:
    """One season: every line with its reason, what it was before, whose request changed it, and the money for it."""
    shown = household.head(account_id, "show")
    return render_template(
        "desk/card/bill.html",
        bill=bill_lines.read(account_id, code),
        chart={code: CHART[LedgerCode(code)] for code in LedgerCode},
        kinds=labels.JOURNALS,
        request_kinds=KIND_TITLES,
        methods=labels.TENDERS,
        **shown,
    )


@bp.get("/bills/<code>/statement.pdf")
@requires(Permission.REGISTER_VIEW)
def statement(account_id: int, code: str) -> ResponseReturnValue:
    """The fee statement of one season, as the bill stands now."""
    of = households.read_in(account_id, current_user.branch_id)
    facts = statements.facts_of(of, code, by=current_user)
    return pdf.answer(fee_statements.draw(facts), f"heatdesk-statement-{of.card_no}-{facts.season}")


@bp.get("/ledger")
@requires(Permission.PAYMENT_VIEW)
def ledger(account_id: int) -> ResponseReturnValue:
    shown = household.head(account_id, "ledger")
    page = paginate(account_books.entries(account_id))
    return render_template("desk/card/ledger.html", page=page, **_ledger_words(), **shown)


@bp.get("/ledger/<int:journal_id>")
@requires(Permission.PAYMENT_VIEW)
def journal(account_id: int, journal_id: int) -> ResponseReturnValue:
    shown = household.head(account_id, "ledger")
    rows = account_books.of_journal(account_id, journal_id)
    return render_template("desk/card/journal.html", rows=rows, journal=rows[0], **_ledger_words(), **shown)


@bp.get("/terms")
@requires(Permission.REGISTER_VIEW)
def terms(account_id: int) -> ResponseReturnValue:
    shown = household.head(account_id, "terms")
    found = supply_terms.timeline(account_id)
    return render_template("desk/card/terms.html", terms=found, labels=labels, this_day=today, **shown)


@bp.get("/papers")
@requires(Permission.PAYMENT_VIEW)
def papers(account_id: int) -> ResponseReturnValue:
    shown = household.head(account_id, "papers")
    page = paginate(account_books.papers(account_id))
    return render_template("desk/card/papers.html", page=page, reason_label=voids.reason_label, **shown)


@bp.get("/valve-jobs")
@requires(Permission.TICKET_VIEW)
def valve_jobs(account_id: int) -> ResponseReturnValue:
    shown = household.head(account_id, "valve_jobs")
    return render_template(
        "desk/card/valve_jobs.html", jobs=valve_lists.of_account(account_id), **valve_job_pages.WORDS, **shown
    )


@bp.get("/changes")
@requires(Permission.REGISTER_VIEW)
def history(account_id: int) -> ResponseReturnValue:
    shown = household.head(account_id, "history")
    page = paginate(trail.entries().where(trail.about(shown["the_account"])))
    return render_template("desk/card/changes.html", page=page, changes=trail.in_words(page.items), **shown)


def _ledger_words() -> dict[str, Any]:
    return {
        "kinds": labels.JOURNALS,
        "items": labels.ITEMS,
        "chart": {code: CHART[LedgerCode(code)] for code in LedgerCode},
    }
