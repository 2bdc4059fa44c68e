"""What waits for a member of staff, as tiles that open the rows behind their figures."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import Select, func, select

from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission, Role
from heatdesk.billing.models import Account, AccountBalance, SeasonRun, Tariff, TillShift
from heatdesk.billing.rules.workflow import RunState, ShiftState, TariffState
from heatdesk.db import db
from heatdesk.i18n import _
from heatdesk.jobs import Job, JobState
from heatdesk.network.models import Premises
from heatdesk.people.models import Customer
from heatdesk.service.models import Ticket
from heatdesk.service.rules.states import WAITS

COUNT_LIMIT = 10_000


@dataclass(frozen=True)
class Tile:
    """One thing that may wait; `waits` is false when there is nothing of it."""

    url: str
    label: str
    icon: str
    figure: str
    sentence: str
    waits: bool


@dataclass(frozen=True)
class Opened:
    """A household opened lately."""

    url: str
    name: str
    card_no: str
    place: str


@dataclass(frozen=True)
class _Kind:
    """A kind of waiting thing: who sees it, what is counted, where its rows are."""

    permission: Permission
    endpoint: str
    icon: str
    words: Callable[[], tuple[str, str]]
    rows: Callable[[Staff], Select[Any]]
    arguments: tuple[tuple[str, str], ...] = ()


def tiles(reader: Staff) -> list[Tile]:
    """The tiles of the reader's role, each counted up to `COUNT_LIMIT` rows."""
    return [_tile(kind, reader) for kind in _KINDS if reader.may(kind.permission)]


def households(account_ids: Sequence[int], reader: Staff) -> list[Opened]:
    """The accounts by these ids that the reader may see, in the order given."""
    query = (
        select(Account.id, Account.card_no, Customer.name, Premises.address)
        .join(Customer, Customer.id == Account.customer_id)
        .join(Premises, Premises.id == Account.premises_id)
        .where(Account.id.in_(account_ids), _own(Account.branch_id, reader))
    )
    found = {row.id: row for row in db.session.execute(query)} if account_ids else {}
    return [
        Opened(
            url=url_for("customer_card.show", account_id=row.id),
            name=row.name,
            card_no=row.card_no,
            place=row.address,
        )
        for row in (found[account_id] for account_id in account_ids if account_id in found)
    ]


def _tile(kind: _Kind, reader: Staff) -> Tile:
    counted = select(func.count()).select_from(kind.rows(reader).limit(COUNT_LIMIT).subquery())
    count = db.session.scalar(counted) or 0
    label, sentence = kind.words()
    arguments: dict[str, Any] = dict(kind.arguments)
    return Tile(
        url=url_for(kind.endpoint, **arguments),
        label=label,
        icon=kind.icon,
        figure=f"{count:,}" + ("+" if count == COUNT_LIMIT else ""),
        sentence=sentence if count else _("nothing waits"),
        waits=count > 0,
    )


def _own(column: Any, reader: Staff) -> Any:
    return True if reader.branch_id is None else column == reader.branch_id


def _owing(reader: Staff) -> Select[Any]:
    return select(AccountBalance.account_id).where(
        AccountBalance.owed > 0, _own(AccountBalance.branch_id, reader)
    )


def _open_tills(reader: Staff) -> Select[Any]:
    return select(TillShift.id).where(TillShift.state != ShiftState.CLOSED, _own(TillShift.branch_id, reader))


def _runs(_reader: Staff) -> Select[Any]:
    return select(SeasonRun.id).where(SeasonRun.state == RunState.TRIAL_DONE)


def _tariffs(_reader: Staff) -> Select[Any]:
    return select(Tariff.id).where(Tariff.state == TariffState.DRAFT)


def _jobs(_reader: Staff) -> Select[Any]:
    return select(Job.id).where(Job.state.in_([JobState.QUEUED, JobState.RUNNING]))


def _valves(reader: Staff) -> Select[Any]:
    """Valves to be turned; a technician's own, and those nobody has yet."""
    waits = select(Ticket.id).where(Ticket.state.in_(WAITS), _own(Ticket.branch_id, reader))
    if reader.role is Role.TECHNICIAN:
        waits = waits.where(Ticket.assignee_id.is_(None) | (Ticket.assignee_id == reader.id))
    return waits


_KINDS = (
    _Kind(
        Permission.REGISTER_VIEW,
        "accounts.index",
        "exclamation-circle",
        lambda: (_("Households owing"), _("owe something for one season or more")),
        _owing,
        (("owing", "yes"), ("state", "any")),
    ),
    _Kind(
        Permission.RUN_RELEASE,
        "seasons.index",
        "calculator",
        lambda: (_("Season runs"), _("wait for release by a second person")),
        _runs,
    ),
    _Kind(
        Permission.TARIFF_EDIT,
        "tariffs.index",
        "file-earmark-check",
        lambda: (_("Tariffs"), _("are drafts that bind nobody yet")),
        _tariffs,
    ),
    _Kind(
        Permission.TILL_VIEW,
        "tills.index",
        "cash-stack",
        lambda: (_("Open tills"), _("are not counted yet")),
        _open_tills,
    ),
    _Kind(
        Permission.TICKET_EXECUTE,
        "valve_jobs.index",
        "wrench",
        lambda: (_("Valve jobs"), _("wait to be carried out")),
        _valves,
        (("standing", "waiting"),),
    ),
    _Kind(
        Permission.JOB_VIEW,
        "jobs.index",
        "hourglass-split",
        lambda: (_("Jobs"), _("are running or wait for a worker")),
        _jobs,
    ),
)
