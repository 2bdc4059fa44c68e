"""Withdrawal of a refund: an agreed one goes back to the prepayment."""

from tests.approvals.office import approve
from tests.changes.kinds import refund
from tests.changes.scenarios import Scenario, ask


def agree(world):
    refund.put_ahead(world)
    request = ask(refund.SCENARIO, world, by=world.office.colleague)
    for name in refund.SCENARIO.deciders:
        approve(request, getattr(world.office, name))


SCENARIO = Scenario(
    "refund_withdrawal",
    lambda world: refund.withdrawal(world)[1],
    refund.state,
    deciders=("supervisor", "finance"),
    back=lambda world: ("refund", refund.payload(world)),
    prepare=agree,
)
