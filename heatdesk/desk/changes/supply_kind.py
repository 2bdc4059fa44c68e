"""What the kinds about stopped and resumed supply share: whose flat, from which day, the effect to the fen."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from flask_wtf import FlaskForm

from heatdesk.approvals.kinds import MONEY, Change, Effect, Errand, Kind, Payload, Preview, Target
from heatdesk.billing.forms.supply_terms import DayField
from heatdesk.billing.models import Account
from heatdesk.billing.rules.states import SupplyState
from heatdesk.billing.services import accounts, assessments, reassessing, supply_states
from heatdesk.billing.services.labels import SUPPLY_STATES
from heatdesk.billing.services.request_targets import read_account, target_of
from heatdesk.billing.services.supply_states import StateChange
from heatdesk.db import get_or_refuse
from heatdesk.desk import crossings
from heatdesk.errors import RuleBroken, msgid
from heatdesk.i18n import lazy, speaking
from heatdesk.money import ZERO
from heatdesk.service.errors import JobIsOpen
from heatdesk.service.models import Ticket
from heatdesk.service.rules.states import Cause, TicketType, Verb
from heatdesk.service.services import tickets
from heatdesk.web.fields import Present, half_width, text_field

_NOBODY = 0
"""Who tries a change out: it is taken back before anybody could read the name."""


class SupplyForm(FlaskForm):
    card_no = text_field(lazy("Card no."), longest=40, filters=[half_width])
    starts_on = DayField(lazy("From"), [Present()])


class SupplyKind(Kind):
    """A kind about one account's supply from a day on; a subclass says what is allowed and what becomes of it."""

    department = "billing"
    form: type[FlaskForm] = SupplyForm
    cause: Cause
    opens = False

    def read(self, form: Any) -> Payload:
        return {
            "account_id": read_account(form.card_no.data).id,
            "starts_on": form.starts_on.data.isoformat(),
            **self.read_more(form),
        }

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        return {
            "card_no": get_or_refuse(Account, payload["account_id"]).card_no,
            "starts_on": first_day(payload),
            **self.fill_more(payload),
        }

    def read_more(self, form: Any) -> Payload:  # noqa: ARG002 (a kind may ask for more)
        return {}

    def fill_more(self, payload: Payload) -> Mapping[str, Any]:  # noqa: ARG002 (a kind may ask for more)
        return {}

    def target(self, payload: Payload) -> Target:
        return target_of(payload["account_id"])

    def errands(self, request_id: int) -> Sequence[Errand]:
        return crossings.errands_of(request_id)

    def change(self, account: Account, payload: Payload) -> StateChange:
        """What becomes of the supply on the day asked for; raises what stands against it, in words."""
        raise NotImplementedError

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (all that counts is shown)
        """Seasons do not cancel each other out: a rise in one and a fall in another are both looked at."""
        return sum((abs(one.difference) for one in preview.changes if one.unit == MONEY), ZERO)


class FieldKind(SupplyKind):
    """Approved here, it takes effect when a valve is turned: the approval makes the job and moves no money."""

    def preview(self, payload: Payload) -> Preview:
        account = accounts.get(payload["account_id"], None)
        accounts.refuse_closed(account)
        job = self.undone_job(account, first_day(payload))
        if job is not None:
            return Preview((Change(msgid("Valve job"), job.number, msgid("withdrawn"), detail=job.number),))
        change = self.change(account, payload)
        refuse_second_job(account, self.job_type)
        rows, difference = tried_out(account, change)
        return Preview(rows, later=difference)

    def apply(self, effect: Effect) -> Decimal:
        account = accounts.get(effect.payload["account_id"], None, lock=True)
        accounts.refuse_closed(account)
        self.order(account, effect, effect.payload)
        return ZERO

    def order(self, account: Account, effect: Effect, payload: Payload) -> None:
        """Make the job, or withdraw the one that would do the opposite; the account is locked by the caller."""
        day = first_day(payload)
        job = self.undone_job(account, day, lock=True)
        if job is not None:
            facts = {"change_request_id": effect.request_id}
            tickets.fire(job, Verb.WITHDRAW, by=effect.by, facts=facts)
            return
        change = self.change(account, payload)
        crossings.approved_becomes_a_valve_job(account, effect, self.cause, day, change, opens=self.opens)

    @property
    def job_type(self) -> TicketType:
        return TicketType.OPEN_VALVE if self.opens else TicketType.CLOSE_VALVE

    def undone_job(self, account: Account, day: date, *, lock: bool = False) -> Ticket | None:
        """The open job that this request makes needless: nothing is to be turned, the valve still stands as asked."""
        opposite = TicketType.CLOSE_VALVE if self.opens else TicketType.OPEN_VALVE
        job = tickets.open_of(account.id, opposite)
        if job is None or not job.order:
            return None
        is_supplied = supply_states.term_on(account.id, day).state is SupplyState.SUPPLIED
        if is_supplied != self.opens:
            return None
        return get_or_refuse(Ticket, job.id, lock=lock)


class DatedKind(SupplyKind):
    """Its days are fixed with the approval: the term and the bill change at once, the field gets its orders."""

    def preview(self, payload: Payload) -> Preview:
        account = accounts.get(payload["account_id"], None)
        accounts.refuse_closed(account)
        rows, difference = tried_out(account, self.change(account, payload))
        return Preview(rows, difference)

    def apply(self, effect: Effect) -> Decimal:
        account = accounts.get(effect.payload["account_id"], None, lock=True)
        accounts.refuse_closed(account)
        change = self.change(account, effect.payload)
        supply_states.carry_out(account, change, reason=effect.number, by=effect.by)
        moved = ZERO
        for season in reassessing.open_seasons(change.first):
            with effect.part(f"season:{season.code}"):
                moved += assessments.assess(account.id, season.id, by=effect.by, reason=effect.number)
        self.send_out(account, effect, change)
        return moved

    def send_out(self, account: Account, effect: Effect, change: StateChange) -> None:
        """The jobs for the field; they change no bill."""
        crossings.approved_becomes_a_valve_job(account, effect, self.cause, change.first, None)


def first_day(payload: Payload) -> date:
    return date.fromisoformat(payload["starts_on"])


def refuse_second_job(account: Account, job_type: TicketType) -> None:
    """Raises `JobIsOpen`, before somebody has approved in vain."""
    other = tickets.open_of(account.id, job_type)
    if other is not None:
        raise JobIsOpen(number=other.number)


def tried_out(account: Account, change: StateChange) -> tuple[tuple[Change, ...], Decimal]:
    """The rows of a preview and the difference of the bills, if the valve were turned on the day asked for."""
    before = supply_states.term_on(account.id, change.first).state
    effect = reassessing.effect_of(
        account,
        lambda: supply_states.carry_out(account, change, reason="", by=_NOBODY),
        since=change.first,
    )
    for refusal in (effect.refusal, *(season.refusal for season in effect.seasons)):
        if refusal:
            raise RuleBroken(refusal)
    with speaking("en"):
        words = {state: str(label) for state, (label, _icon, _tone) in SUPPLY_STATES.items()}
    rows = [
        Change(msgid("Supply"), words[before], words[change.state]),
        Change(msgid("From"), None, change.first, "date"),
    ]
    if change.last is not None:
        rows.append(Change(msgid("To (included)"), None, change.last, "date"))
    rows += [
        Change(msgid("Charged for the season"), one.before, one.after, MONEY, detail=one.code)
        for one in effect.seasons
    ]
    return tuple(rows), effect.difference
