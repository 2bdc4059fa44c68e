"""Tariffs: drafted by one person, approved by another, followed by versions, never edited."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from heatdesk.billing.errors import (
    ApproverIsAuthor,
    DraftExists,
    TariffDateTaken,
    TariffIsFinal,
    TariffIsWithdrawn,
)
from heatdesk.billing.models import Season, Tariff
from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.rules.tariffs import Tariff as TariffRules
from heatdesk.billing.rules.workflow import SeasonState, TariffState
from heatdesk.dates import now
from heatdesk.db import db, get_or_refuse
from heatdesk.errors import NotAllowed
from heatdesk.web.versions import refuse_if_changed

BLANK: dict[str, Any] = {"price_unit": "season", "area": {"base": "building"}}
"""What the first draft of a class starts from."""


def in_force(season: Season) -> list[TariffRules]:
    """The approved tariffs that a season may use: every version valid from its first day or earlier."""
    rows = db.session.scalars(
        select(Tariff)
        .where(Tariff.state == TariffState.APPROVED, Tariff.valid_from <= season.starts_on)
        .order_by(Tariff.use_class, Tariff.valid_from)
    )
    return [TariffRules.from_parameters(row.parameters) for row in rows]


def taken_at(rules: TariffRules, season: Season) -> TariffRules:
    """A draft as if it were in force for the season already, whatever day it is meant for."""
    return replace(rules, valid_from=min(rules.valid_from, season.starts_on))


def rows_in_force(season: Season) -> list[Tariff]:
    """Per use class the version that prices the season, for its page."""
    rows = db.session.scalars(
        select(Tariff)
        .where(Tariff.state == TariffState.APPROVED, Tariff.valid_from <= season.starts_on)
        .order_by(Tariff.use_class, Tariff.valid_from)
    )
    return list({row.use_class: row for row in rows}.values())


def newest(use_class: UseClass) -> Tariff | None:
    """The last version entered for the class, whatever became of it."""
    return db.session.scalar(
        select(Tariff).where(Tariff.use_class == use_class).order_by(Tariff.version.desc()).limit(1)
    )


def starting_point(use_class: UseClass) -> dict[str, Any]:
    """The parameters a new draft starts from: those of the last approved version, or a blank page."""
    last = db.session.scalar(
        select(Tariff)
        .where(Tariff.use_class == use_class, Tariff.state == TariffState.APPROVED)
        .order_by(Tariff.valid_from.desc())
        .limit(1)
    )
    return dict(last.parameters) if last else {**BLANK, "use_class": use_class.value}


def refuse_final(row: Tariff) -> None:
    """Raises `TariffIsFinal` unless the version is a draft."""
    if row.state != TariffState.DRAFT:
        raise TariffIsFinal


def draft(rules: TariffRules, *, by: int) -> Tariff:
    """A new version in draft; raises `DraftExists` while the class has another one."""
    lock_class(rules.use_class)
    open_draft = db.session.scalar(
        select(Tariff.id).where(Tariff.use_class == rules.use_class, Tariff.state == TariffState.DRAFT)
    )
    if open_draft is not None:
        raise DraftExists
    last = newest(rules.use_class)
    row = Tariff(use_class=rules.use_class, version=last.version + 1 if last else 1, state=TariffState.DRAFT)
    _write(row, rules, by)
    db.session.add(row)
    db.session.flush()
    return row


def edit(tariff_id: int, rules: TariffRules, *, seen: str | None, by: int) -> Tariff:
    """Rewrite a draft; whoever edits it becomes its author, so that another person approves.

    `seen` is the version the form showed; raises `Stale` when the draft has moved on, `TariffIsFinal` when
    it is no draft any more.
    """
    row = get_or_refuse(Tariff, tariff_id, lock=True)
    refuse_final(row)
    refuse_if_changed(seen, row)
    _write(row, rules, by)
    db.session.flush()
    return row


def approve(tariff_id: int, *, seen: str | None, by: int) -> Tariff:
    """A second person makes the draft binding.

    Raises `ApproverIsAuthor`, `TariffIsFinal`, `TariffDateTaken`, `Stale`.
    """
    row = get_or_refuse(Tariff, tariff_id, lock=True)
    lock_class(row.use_class)
    refuse_final(row)
    refuse_if_changed(seen, row)
    if row.drafted_by == by:
        raise ApproverIsAuthor
    taken = db.session.scalar(
        select(Tariff.id).where(
            Tariff.use_class == row.use_class,
            Tariff.valid_from == row.valid_from,
            Tariff.state == TariffState.APPROVED,
        )
    )
    if taken is not None:
        raise TariffDateTaken(day=row.valid_from)
    row.state, row.approved_by, row.approved_at = TariffState.APPROVED, by, now()
    db.session.flush()
    return row


def withdraw(tariff_id: int, *, seen: str | None, by: int, may_draft: bool, may_approve: bool) -> Tariff:
    """Take a version out of use: a draft by whoever drafts or approves, an approved one by whoever approves, but not by
    its author. The trail keeps who had approved it.

    Raises `NotAllowed`, `ApproverIsAuthor`, `TariffIsWithdrawn`, `Stale`.
    """
    row = get_or_refuse(Tariff, tariff_id, lock=True)
    if row.state == TariffState.WITHDRAWN:
        raise TariffIsWithdrawn
    refuse_if_changed(seen, row)
    if not (may_approve or (may_draft and row.state == TariffState.DRAFT)):
        raise NotAllowed
    if row.state == TariffState.APPROVED and row.drafted_by == by:
        raise ApproverIsAuthor
    row.state, row.approved_by, row.approved_at = TariffState.WITHDRAWN, None, None
    db.session.flush()
    return row


def billed_seasons_from(valid_from: date) -> Sequence[str]:
    """The codes of billed seasons that a version valid from this day would price anew."""
    return db.session.scalars(
        select(Season.code)
        .where(Season.starts_on >= valid_from, Season.state == SeasonState.BILLED)
        .order_by(Season.starts_on)
    ).all()


def lock_class(use_class: UseClass) -> None:
    """One person at a time adds or approves a version of a class."""
    db.session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"tariff {use_class.value}"))))


def _write(row: Tariff, rules: TariffRules, by: int) -> None:
    row.parameters = rules.to_parameters()
    row.valid_from, row.document_no, row.drafted_by = rules.valid_from, rules.document_no, by
