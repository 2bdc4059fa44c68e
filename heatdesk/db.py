"""The database floor: one session, one declarative base, the words a column may use, and the only `commit()`."""

import enum
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Annotated, Any, TypeVar

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import BigInteger, DateTime, Enum, Identity, MetaData, Numeric, Text, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.sql import func

from heatdesk.errors import Missing

APP_ROLE = "heatdesk_app"
"""The role requests run as: it owns no table, so it cannot switch a guard off (reliability.md §3)."""


def _values(enum_class: Any) -> list[str]:
    return [member.value for member in enum_class]


class Model(DeclarativeBase):
    """Base of all tables: constraint names follow one convention so that a refusal can be traced to its rule."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {
        str: Text,
        int: BigInteger,
        datetime: DateTime(timezone=True),
        dict[str, Any]: JSONB,
        list[Any]: JSONB,
        enum.StrEnum: Enum(
            enum.StrEnum, native_enum=False, create_constraint=True, length=40, values_callable=_values
        ),
    }


Pk = Annotated[int, mapped_column(BigInteger, Identity(), primary_key=True)]
Money = Annotated[Decimal, mapped_column(Numeric(14, 2))]
Area = Annotated[Decimal, mapped_column(Numeric(12, 2))]
Height = Annotated[Decimal, mapped_column(Numeric(6, 2))]
CreatedAt = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.now())]

db = SQLAlchemy(metadata=Model.metadata, session_options={"join_transaction_mode": "create_savepoint"})


def engine_options() -> dict[str, Any]:
    """Requests run as the role that owns nothing; JSON numbers come back as `Decimal`, never as float."""
    return {
        "connect_args": {"options": f"-c role={APP_ROLE} -c lock_timeout=10s -c timezone=UTC"},
        "json_deserializer": partial(json.loads, parse_float=Decimal),
        "json_serializer": partial(json.dumps, ensure_ascii=False, default=_to_json),
        "pool_pre_ping": True,
        "pool_size": 8,
        "max_overflow": 8,
    }


def _to_json(value: object) -> str:
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} does not go into JSON")


@contextmanager
def transaction(actor_id: int | None = None) -> Iterator[None]:
    """Returning commits, raising rolls back; the only place that commits.

    `actor_id` (staff) is what the audit triggers write as the author of every change made inside.
    """
    try:
        if actor_id is not None:
            set_actor(actor_id)
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise


def set_actor(actor_id: int) -> None:
    """Name the author of the changes of the running transaction to the audit triggers."""
    db.session.execute(text("select set_config('heatdesk.actor', :actor, true)"), {"actor": str(actor_id)})


T = TypeVar("T", bound=Model)


def get_or_refuse(model: type[T], key: Any, *, lock: bool = False) -> T:
    """The row with this primary key, locked `for update` if asked; raises `Missing`."""
    row = db.session.get(model, key, with_for_update=True if lock else None, populate_existing=lock)
    if row is None:
        raise Missing
    return row


def lock_rows(model: type[T], *conditions: Any, order_by: Any) -> list[T]:
    """Rows locked `for update` in a stated order, so that two writers cannot deadlock."""
    query = select(model).where(*conditions).order_by(order_by).with_for_update()
    return list(db.session.scalars(query.execution_options(populate_existing=True)))
