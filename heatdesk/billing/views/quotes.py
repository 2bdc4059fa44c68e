"""The fee calculator: a case in the address of the page, what it costs and why beside it; nothing is stored."""

from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_login import current_user
from wtforms.fields import SelectChoice

from heatdesk.auth.permissions import Permission
from heatdesk.billing.forms.quotes import BLANK_ROWS, QuoteForm, arguments_of
from heatdesk.billing.papers import fee_quotations
from heatdesk.billing.rules.cities import City
from heatdesk.billing.services import household_cases, households, quotations, quotes, rule_books
from heatdesk.billing.services.households import Household
from heatdesk.billing.services.quotes import Worked
from heatdesk.billing.services.rule_books import RuleBook, Shelf
from heatdesk.billing.views import pdf
from heatdesk.errors import Missing, Refusal
from heatdesk.i18n import _
from heatdesk.web.guards import requires
from heatdesk.web.pages import flash_notice, whole_argument

bp = Blueprint("quotes", __name__, url_prefix="/billing/quotes")


@bp.get("")
@requires(Permission.QUOTE)
def index() -> ResponseReturnValue:
    """The page, or its result alone when the form asks for it; the address follows what is typed."""
    household = _household()
    form, book = _asked()
    shown = {
        "form": form,
        "book": book,
        "worked": _worked(form, book),
        "household": household,
        "place": city_name(book.city) if book and book.city else None,
        "link": url_for("quotes.index", **_arguments()),
        "paper_url": url_for("quotes.paper", **_arguments()),
    }
    if request.headers.get("HX-Request"):
        answer = make_response(render_template("billing/quotes/_result.html", is_part=True, **shown))
        answer.headers["HX-Replace-Url"] = shown["link"]
        return answer
    blanks = {name: fields(prefix=f"{name}-__n__-") for name, fields in BLANK_ROWS.items()}
    return render_template("billing/quotes/index.html", is_part=False, blanks=blanks, **shown)


@bp.get("/household/<int:account_id>")
@requires(Permission.QUOTE)
def start(account_id: int) -> ResponseReturnValue:
    """The calculator filled with a household's own facts in a season (`?season=`, else the newest)."""
    households.read_in(account_id, current_user.branch_id)
    found = household_cases.of(account_id, request.args.get("season"))
    if found.has_changed:
        flash_notice(
            _("Area, height or use changed within the season; the calculator takes those of its end.")
        )
    if found.is_counted:
        flash_notice(_("This household is charged by what its meter counts. Enter the reading."))
    arguments: dict[str, Any] = {"rules": rule_books.key_of(found.code), "account": account_id}
    return redirect(url_for("quotes.index", **{**arguments, **arguments_of(found.payload)}))


@bp.get("/quotation.pdf")
@requires(Permission.QUOTE)
def paper() -> ResponseReturnValue:
    """The case on paper, marked as no bill; one that cannot be worked out is shown on the page instead."""
    household = _household()
    form, book = _asked()
    case = None if book is None else form.case()
    if case is None or book is None or _worked(form, book) is None:
        return redirect(url_for("quotes.index", **_arguments()))
    facts = quotations.facts_of(case, book, household, by=current_user)
    return pdf.answer(fee_quotations.draw(facts), f"heatdesk-quotation-{facts.printed_at:%Y%m%d-%H%M}")


def _asked() -> tuple[QuoteForm, RuleBook | None]:
    """The form as the address fills it, and the rules it names; the first there are when it names none."""
    form = QuoteForm(request.args)
    shelves = rule_books.shelves()
    form.rules.choices = [choice for shelf in shelves for choice in _choices(shelf)]
    form.rules.data = form.rules.data or shelves[0].books[0][0]
    try:
        book = rule_books.find(form.rules.data)
    except Refusal as refusal:
        form.note(refusal)
        book = None
    form.offer_subsidies(book.subsidies if book else ())
    return form, book


def _worked(form: QuoteForm, book: RuleBook | None) -> Worked | None:
    """What the case comes to; None for an empty form, and after noting at its field what is refused."""
    if book is None or not (request.args.keys() - {"rules", "use", "account"}) or form.faults:
        return None
    case = form.case()
    if case is None:
        return None
    try:
        return quotes.work_out(case, book)
    except Refusal as refusal:
        form.note(refusal)
        return None


def _household() -> Household | None:
    """The household the case started from; raises `Missing` outside the reader's branch."""
    account_id = whole_argument("account")
    if account_id is None:
        if request.args.get("account"):
            raise Missing
        return None
    return households.read_in(account_id, current_user.branch_id)


def _arguments() -> dict[str, Any]:
    """What was filled in, so that an address holds no more than it must."""
    filled = {name: value for name, value in request.args.items() if value}
    if "meter-quantity" not in filled:
        filled.pop("meter-unit", None)
    return filled


def _choices(shelf: Shelf) -> list[SelectChoice]:
    """The books of a place under its name; a sample's choice names the city once more, for the list when it is shut."""
    if shelf.city is None:
        return [SelectChoice(key, code, optgroup=_("Own approved tariffs")) for key, code in shelf.books]
    name = city_name(shelf.city)
    group = _("Sample tariffs: %(city)s", city=name)
    return [SelectChoice(key, f"{name} {code}", optgroup=group) for key, code in shelf.books]


def city_name(city: City) -> str:
    """The city in the reader's language."""
    return city.title_zh if get_locale().language == "zh" else city.title
