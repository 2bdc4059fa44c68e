"""Card numbers (卡号): a branch's prefix and a running number behind it; the next free one is proposed (brief B13)."""

import re

from sqlalchemy import select

from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.rules.states import OPEN, RequestState
from heatdesk.billing.models import Account
from heatdesk.db import db, get_or_refuse
from heatdesk.network.models import Branch
from heatdesk.numbering import last_number, skip_to

OPENING = ("new_account", "owner")
"""Kinds of requests that have a card number in their payload and an account only once they are carried out."""


_FURTHEST = 1_000
"""A number written by hand further ahead than this is no step of the series."""


def proposed(branch_id: int) -> str:
    """The next number by the branch's rule that no account has and no request waits for; asking uses none up."""
    branch = get_or_refuse(Branch, branch_id)
    number = last_number(_series(branch.card_prefix))
    while True:
        number += 1
        card_no = f"{branch.card_prefix}{number:0{branch.card_digits}d}"
        if not _is_taken(card_no):
            return card_no


def used(card_no: str, branch_id: int) -> None:
    """A number written by the branch's rule was given away: the next proposal begins behind it."""
    branch = get_or_refuse(Branch, branch_id)
    ours = re.fullmatch(rf"{re.escape(branch.card_prefix)}(\d{{{branch.card_digits}}})", card_no)
    if ours is None:
        return
    series, number = _series(branch.card_prefix), int(ours[1])
    if number <= last_number(series) + _FURTHEST:
        skip_to(series, number)


def _series(prefix: str) -> str:
    return f"card_no:{prefix}" if prefix else "card_no"


def _is_taken(card_no: str) -> bool:
    if db.session.scalar(select(Account.id).where(Account.card_no == card_no)) is not None:
        return True
    waiting = select(ChangeRequest.id).where(
        ChangeRequest.kind.in_(OPENING),
        ChangeRequest.state.in_([*OPEN, RequestState.DRAFT]),
        ChangeRequest.payload["card_no"].astext == card_no,
    )
    return db.session.scalar(waiting.limit(1)) is not None
