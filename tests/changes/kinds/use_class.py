"""Use of the premises: a shop from the first of January, in the middle of the season."""

from heatdesk.billing.rules.states import UseClass
from heatdesk.billing.services import supply_terms
from tests import factories
from tests.billing.season_city import SHOP
from tests.changes.pictures import bills
from tests.changes.scenarios import Scenario


def prepare(world):
    office = world.office
    factories.make_tariff(office.colleague, office.other_supervisor, SHOP, use_class=UseClass.NON_RESIDENTIAL)


def payload(world, use_class="non_residential"):
    return {
        "account_id": world.account.id,
        "starts_on": "2027-01-01",
        "ends_on": None,
        "use_class": use_class,
    }


def state(world):
    [newest, *_older] = supply_terms.timeline(world.account.id)
    return bills(world), newest.use_class


SCENARIO = Scenario(
    "use_class",
    payload,
    state,
    prepare=prepare,
    back=lambda world: ("use_class", payload(world, "residential")),
)
