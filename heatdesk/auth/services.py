"""Passwords, server-side sessions and the brake on guessing."""

import hashlib
import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError
from sqlalchemy import ColumnElement, func, select, update

from heatdesk import audit
from heatdesk.auth.models import LoginFailure, LoginSession, Staff
from heatdesk.dates import now
from heatdesk.db import db
from heatdesk.errors import BadInput, Refusal

IDLE_LIMIT = timedelta(hours=4)
ABSOLUTE_LIMIT = timedelta(hours=12)
_SEEN_EVERY = timedelta(minutes=1)
_FAILURE_WINDOW = timedelta(minutes=10)
_FAILURES_PER_LOGIN = 10
_FAILURES_PER_ADDRESS = 50
MIN_PASSWORD_LENGTH = 12

hasher = PasswordHasher()


class WrongCredentials(Refusal):
    status = 401
    message = "Login or password is wrong. After several wrong tries you have to wait ten minutes."


class TooManyFailures(Refusal):
    status = 429
    message = "Too many wrong tries. Wait ten minutes, or ask your administrator to set a new password."


def hash_password(password: str) -> str:
    """Argon2id; raises `BadInput` for a password under twelve characters."""
    if len(password) < MIN_PASSWORD_LENGTH:
        raise BadInput("The password needs at least %(least)s characters.", least=MIN_PASSWORD_LENGTH)
    return hasher.hash(password)


def authenticate(login: str, password: str, address: str) -> Staff | None:
    """The member of staff, or None for wrong credentials (recorded by `record_failure`); raises `TooManyFailures`."""
    since = now() - _FAILURE_WINDOW
    if _failures(LoginFailure.login == login, since) >= _FAILURES_PER_LOGIN:
        raise TooManyFailures
    if _failures(LoginFailure.address == address, since) >= _FAILURES_PER_ADDRESS:
        raise TooManyFailures
    staff = db.session.scalar(select(Staff).where(Staff.login == login))
    if (
        not _verify(staff.password_hash if staff else _NOBODY, password)
        or staff is None
        or not staff.is_active
    ):
        return None
    if hasher.check_needs_rehash(staff.password_hash):
        staff.password_hash = hasher.hash(password)
    return staff


def record_failure(login: str, address: str) -> None:
    """Count a wrong try; the caller answers with success to its transaction so that the count stays."""
    db.session.add(LoginFailure(login=login, address=address))


def open_session(staff: Staff, address: str) -> str:
    """A new session token (256 bits, a new one at every login); only its hash is stored."""
    token = secrets.token_urlsafe(32)
    db.session.add(LoginSession(token_hash=_hash(token), staff_id=staff.id, address=address))
    staff.session_token = token
    audit.record("login", actor_id=staff.id, address=address)
    return token


def find_by_token(token: str) -> Staff | None:
    """Whose session this is, unless it was ended, idle for four hours or open for twelve."""
    row = db.session.execute(
        select(LoginSession, Staff)
        .join(Staff, Staff.id == LoginSession.staff_id)
        .where(LoginSession.token_hash == _hash(token), LoginSession.ended_at.is_(None), Staff.is_active)
    ).first()
    if row is None:
        return None
    session, staff = row
    instant = now()
    if instant - session.seen_at > IDLE_LIMIT or instant - session.created_at > ABSOLUTE_LIMIT:
        return None
    if instant - session.seen_at > _SEEN_EVERY:
        session.seen_at = instant
    staff.session_token = token
    return staff


def end_session(token: str) -> None:
    """Sign out: the token is worth nothing from now on."""
    db.session.execute(
        update(LoginSession).where(LoginSession.token_hash == _hash(token)).values(ended_at=now())
    )


def end_all_sessions(staff_id: int) -> None:
    """After disabling, a new password or a new role."""
    db.session.execute(
        update(LoginSession)
        .where(LoginSession.staff_id == staff_id, LoginSession.ended_at.is_(None))
        .values(ended_at=now())
    )


def change_password(staff: Staff, current: str, new: str) -> None:
    """Set an own password; every other session of the same person ends."""
    if not _verify(staff.password_hash, current):
        raise WrongCredentials("The current password is wrong. Type it again.")
    staff.password_hash = hash_password(new)
    keep = _hash(staff.get_id())
    db.session.execute(
        update(LoginSession)
        .where(
            LoginSession.staff_id == staff.id,
            LoginSession.ended_at.is_(None),
            LoginSession.token_hash != keep,
        )
        .values(ended_at=now())
    )


_NOBODY = hasher.hash(secrets.token_urlsafe())
"""Checked when the login is unknown, so that the answer takes as long as for a known one."""


def _verify(password_hash: str, password: str) -> bool:
    try:
        return hasher.verify(password_hash, password)
    except (VerifyMismatchError, InvalidHashError):
        return False


def _failures(condition: ColumnElement[bool], since: datetime) -> int:
    query = select(func.count()).select_from(LoginFailure).where(condition, LoginFailure.failed_at > since)
    return db.session.scalar(query) or 0


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
