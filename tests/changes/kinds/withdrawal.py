"""Withdrawal: a write-down of 500 yuan is taken back."""

from heatdesk.approvals.models import ChangeRequest
from tests.approvals.office import approve
from tests.changes import reductions
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario, send


def prepare(world):
    payload = reductions.granted(world, ("write_down", {"amount": "-500.00"}))
    request: ChangeRequest = send("correction", payload, by=world.clerk)
    approve(request, world.office.supervisor)
    world.more["request"] = request.id


SCENARIO = Scenario(
    "withdrawal",
    lambda world: {"request_id": world.more["request"], "account_id": None},
    bills,
    prepare=prepare,
)
