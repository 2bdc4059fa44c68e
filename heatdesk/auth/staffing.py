"""Staff administration: created, changed, disabled, given a new password; whoever loses something is signed out."""

import secrets
from typing import Any

from sqlalchemy import Select, func, select

from heatdesk import audit
from heatdesk.auth import services
from heatdesk.auth.models import Department, Staff
from heatdesk.auth.permissions import Role
from heatdesk.db import Model, db
from heatdesk.errors import Missing, RuleBroken
from heatdesk.web.versions import refuse_if_changed


class LoginTaken(RuleBroken):
    message = "The login “%(login)s” is already in use. Choose another one."


class NotYourself(RuleBroken):
    message = "You cannot do this to your own login. Ask another administrator."


class LastAdministrator(RuleBroken):
    message = "This is the last active administrator. Give somebody else that role first."


class OtherBranch(RuleBroken):
    message = "You administer one branch; people of other branches and of head office belong to head office."


class AlreadySo(RuleBroken):
    message = "That has already been done: look at the page again."


def listing(branch_id: int | None, *, words: str = "", role: str = "", state: str = "active") -> Select[Any]:
    """Staff by name; `state` active, disabled or any."""
    query = select(Staff).where(_in_branch(branch_id))
    if words:
        query = query.where(
            Staff.name.icontains(words, autoescape=True) | Staff.login.icontains(words, autoescape=True)
        )
    if role in set(Role):
        query = query.where(Staff.role == role)
    if state in ("active", "disabled"):
        query = query.where(Staff.is_active == (state == "active"))
    return query.order_by(Staff.name, Staff.id)


def departments() -> dict[int, str]:
    """Every department by id, as people read it."""
    return {one.id: one.label for one in db.session.scalars(select(Department).order_by(Department.id))}


def get(staff_id: int, branch_id: int | None, *, lock: bool = False) -> Staff:
    """The member of staff; raises `Missing` outside the administrator's branch."""
    query = select(Staff).where(Staff.id == staff_id, _in_branch(branch_id))
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    staff = db.session.scalar(query)
    if staff is None:
        raise Missing
    return staff


def create(values: dict[str, Any], *, by: Staff) -> tuple[Staff, str]:
    """A new login and its first password, which is kept nowhere. Raises `LoginTaken`, `OtherBranch`."""
    _check_branch(values["branch_id"], by)
    login = values["login"]
    if db.session.scalar(select(Staff.id).where(Staff.login == login)) is not None:
        raise LoginTaken(login=login)
    password = _first_password()
    staff = Staff(**values, password_hash=services.hash_password(password))
    db.session.add(staff)
    db.session.flush()
    _record("create", staff, by, {name: value for name, value in values.items() if value is not None})
    return staff, password


def create_administrator(login: str, name: str) -> str:
    """An administrator made at the shell of the machine, where nobody is signed in; returns the first password.

    Raises `LoginTaken`.
    """
    if db.session.scalar(select(Staff.id).where(Staff.login == login)) is not None:
        raise LoginTaken(login=login)
    password = _first_password()
    staff = Staff(
        login=login, name=name, role=Role.ADMINISTRATOR, password_hash=services.hash_password(password)
    )
    db.session.add(staff)
    db.session.flush()
    _record("create", staff, staff, {"login": login, "from": "shell"})
    return password


def change(staff: Staff, values: dict[str, Any], *, by: Staff, seen: str | None) -> None:
    """Correct a locked row; another role or branch ends the person's sessions."""
    refuse_if_changed(seen, staff)
    _check_branch(values["branch_id"], by)
    moved = (staff.role, staff.branch_id) != (values["role"], values["branch_id"])
    if moved and staff.id == by.id:
        raise NotYourself
    if staff.role == Role.ADMINISTRATOR and values["role"] != Role.ADMINISTRATOR:
        _refuse_last(staff)
    for column, value in values.items():
        setattr(staff, column, value)
    if moved:
        services.end_all_sessions(staff.id)
    db.session.flush()


def set_active(staff: Staff, *, active: bool, by: Staff) -> None:
    """Disable (every session ends at once) or enable again; raises `NotYourself`, `LastAdministrator`, `AlreadySo`."""
    if staff.id == by.id:
        raise NotYourself
    if staff.is_active == active:
        raise AlreadySo
    if not active:
        if staff.role == Role.ADMINISTRATOR:
            _refuse_last(staff)
        services.end_all_sessions(staff.id)
    staff.is_active = active
    _record("enable" if active else "disable", staff, by, {})


def reset_password(staff: Staff, *, by: Staff) -> str:
    """A new password, shown once; every session of the person ends. Raises `NotYourself`."""
    if staff.id == by.id:
        raise NotYourself("Change your own password in your menu; there the old one is asked for.")
    password = _first_password()
    staff.password_hash = services.hash_password(password)
    services.end_all_sessions(staff.id)
    _record("reset_password", staff, by, {})
    return password


def _first_password() -> str:
    """Sixteen letters and digits in groups of four, without those that look alike."""
    signs = "abcdefghjkmnpqrstuvwxyz23456789"
    groups = ["".join(secrets.choice(signs) for _sign in range(4)) for _group in range(4)]
    return "-".join(groups)


def _in_branch(branch_id: int | None) -> Any:
    return True if branch_id is None else Staff.branch_id == branch_id


def _check_branch(branch_id: int | None, by: Staff) -> None:
    if by.branch_id is not None and branch_id != by.branch_id:
        raise OtherBranch


def _refuse_last(staff: Staff) -> None:
    others = select(func.count()).where(
        Staff.role == Role.ADMINISTRATOR, Staff.is_active, Staff.id != staff.id
    )
    if not db.session.scalar(others):
        raise LastAdministrator


def _record(verb: str, staff: Staff, by: Staff, after: dict[str, Any]) -> None:
    audit.record(verb, actor_id=by.id, subject_table="staff", subject_id=staff.id, after=after)


def branches(branch_id: int | None) -> dict[int, str]:
    """Branches by id that people can be given to; the table belongs to the network, which stands above."""
    branch = Model.metadata.tables["branch"]
    query = select(branch.c.id, branch.c.name).order_by(branch.c.name)
    if branch_id is not None:
        query = query.where(branch.c.id == branch_id)
    return {row.id: row.name for row in db.session.execute(query)}
