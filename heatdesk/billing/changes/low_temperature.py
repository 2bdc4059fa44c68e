"""Low-temperature reduction (低温减免): rooms that were measured cold give back a share of the daily fee."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from heatdesk.approvals import kinds
from heatdesk.approvals.kinds import Evidence, register
from heatdesk.approvals.models import ChangeRequest
from heatdesk.approvals.services import requests
from heatdesk.approvals.services.files import Upload
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.auth.models import Staff
from heatdesk.billing.changes._reduction import OneBill, payload_of
from heatdesk.billing.forms.reductions import SPELLS, LowTemperatureForm
from heatdesk.billing.rules.adjustments import ColdRoom, ColdRooms, Granted
from heatdesk.billing.rules.states import Item
from heatdesk.i18n import lazy


@register
class LowTemperature(OneBill):
    name = "low_temperature"
    title = KIND_TITLES["low_temperature"]
    form = LowTemperatureForm
    evidence = (Evidence("measuring_sheet", lazy("Signed measuring sheet")),)

    def wanted(self, form: Any) -> list[Granted]:
        spells = [
            ColdRoom(one.first.data, one.last.data, one.celsius.data, one.room_area_m2.data)
            for one in form.spells()
        ]
        return [Granted(Item.LOW_TEMPERATURE, ColdRooms(tuple(spells)))]

    def typed(self, granted: Sequence[Granted]) -> Mapping[str, Any]:
        rooms = [room for one in granted for room in one.facts.spells]
        return {
            name: {
                "first": room.first,
                "last": room.last,
                "celsius": room.celsius,
                "room_area_m2": room.room_area_m2,
            }
            for name, room in zip(SPELLS, rooms, strict=False)
        }


def propose(
    account_id: int,
    season_id: int,
    rooms: Iterable[ColdRoom],
    *,
    reason: str,
    by: Staff,
    uploads: Iterable[Upload] = (),
) -> ChangeRequest:
    """The draft of a request for rooms that the service desk measured (brief F5), its amount worked out.

    The rooms carry the ids of their measurements. Whoever proposes it looks at it and submits it.
    Raises what the rules refuse: a warm room, a tariff without bands, days without heat.
    """
    granted = Granted(Item.LOW_TEMPERATURE, ColdRooms(tuple(rooms)))
    payload = payload_of(account_id, season_id, [granted])
    return requests.create(kinds.get(LowTemperature.name), payload, reason, by=by, uploads=uploads)
