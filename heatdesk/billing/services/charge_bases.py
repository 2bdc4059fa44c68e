"""Bases of charges: each distinct explanation is stored once and found again by its digest."""

import hashlib
import json
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from heatdesk.billing.models import ChargeBasis


def basis_id(connection: Connection, basis: dict[str, Any]) -> int:
    """The id of this basis, written if it is new. A run writes bases in a transaction of their own: two workers that
    meet the same new basis would otherwise wait for each other's whole shard.
    """
    digest = digest_of(basis)
    known = connection.scalar(select(ChargeBasis.id).where(ChargeBasis.digest == digest))
    if known is not None:
        return known
    connection.execute(insert(ChargeBasis).values(digest=digest, explanation=basis).on_conflict_do_nothing())
    return connection.scalars(select(ChargeBasis.id).where(ChargeBasis.digest == digest)).one()


def digest_of(basis: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(basis, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
