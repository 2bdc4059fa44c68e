"""Who: staff, their sessions, and failed logins."""

from datetime import datetime
from typing import Any

from sqlalchemy import FetchedValue, ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from heatdesk.auth.permissions import ROLE_LABELS, ROLE_PERMISSIONS, Permission, Role
from heatdesk.db import CreatedAt, Model, Pk
from heatdesk.i18n import _


class Department(Model):
    """A department; together with the role it says which level of an approval somebody answers for."""

    __tablename__ = "department"

    id: Mapped[Pk]
    code: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(comment="a sentence of the catalogue until the utility renames it")

    @property
    def label(self) -> str:
        return _(self.name)


class Staff(Model):
    """A member of staff with a login; without a branch (head office) they see every branch."""

    __tablename__ = "staff"
    __allow_unmapped__ = True

    id: Mapped[Pk]
    login: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[Role]
    branch_id: Mapped[int | None] = mapped_column(ForeignKey("branch.id"))
    department_id: Mapped[int | None] = mapped_column(
        ForeignKey("department.id"),
        server_default=FetchedValue(),
        comment="left out, a trigger sets the usual department of the role",
    )
    language: Mapped[str | None] = mapped_column(comment="zh or en; none follows the browser")
    is_active: Mapped[bool] = mapped_column(server_default="true")
    settings: Mapped[dict[str, Any]] = mapped_column(
        server_default="{}", comment="own printer, paper, saved filters"
    )
    created_at: Mapped[CreatedAt]

    is_authenticated = True
    is_anonymous = False
    session_token: str | None = None
    """The token of the session this object was loaded by; Flask-Login keeps it in the cookie in place of an id."""

    def get_id(self) -> str:
        if self.session_token is None:
            raise RuntimeError("log in through auth.services.open_session")
        return self.session_token

    @property
    def role_label(self) -> str:
        return str(ROLE_LABELS[self.role])

    def may(self, permission: Permission) -> bool:
        return permission in ROLE_PERMISSIONS[self.role]


class LoginSession(Model):
    """A session kept on the server, so that it can be ended; only the token's hash is stored."""

    __tablename__ = "login_session"
    __table_args__ = (Index(None, "staff_id"),)

    token_hash: Mapped[str] = mapped_column(primary_key=True)
    staff_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))
    created_at: Mapped[CreatedAt]
    seen_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]
    address: Mapped[str] = mapped_column(server_default="")


class LoginFailure(Model):
    """A failed login; counted per login and per address to slow guessing down."""

    __tablename__ = "login_failure"
    __table_args__ = (Index(None, "login", "failed_at"), Index(None, "address", "failed_at"))

    id: Mapped[Pk]
    login: Mapped[str]
    address: Mapped[str]
    failed_at: Mapped[CreatedAt]
