"""Pictures of the books that scenarios compare with ==."""

from sqlalchemy import select

from heatdesk.billing.models import Bill, Prepayment
from heatdesk.db import db


def bills(_world):
    """(account, season, charged, reduced, paid) of every bill, and every prepayment there is."""
    totals = select(Bill.account_id, Bill.season_id, Bill.charged, Bill.reduced, Bill.paid)
    ahead = select(Prepayment.account_id, Prepayment.balance).where(Prepayment.balance != 0)
    return (
        tuple(map(tuple, db.session.execute(totals.order_by(Bill.season_id, Bill.account_id)))),
        tuple(map(tuple, db.session.execute(ahead.order_by(Prepayment.account_id)))),
    )
