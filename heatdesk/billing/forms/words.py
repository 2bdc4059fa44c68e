"""What people call the values of the register's closed lists."""

from heatdesk.billing.rules.states import AreaPartKind, SupplyMode, SupplyState, UseClass
from heatdesk.i18n import lazy

USE_CLASSES = {
    UseClass.RESIDENTIAL: lazy("residential"),
    UseClass.NON_RESIDENTIAL: lazy("non-residential"),
    UseClass.PUBLIC: lazy("public"),
}
MODES = {
    SupplyMode.AREA: lazy("by area"),
    SupplyMode.METERED: lazy("by meter"),
    SupplyMode.STEAM: lazy("steam or hot water"),
    SupplyMode.MINIMUM: lazy("agreed minimum"),
}
SUPPLY_STATES = {
    SupplyState.SUPPLIED: lazy("heated"),
    SupplyState.SUSPENDED: lazy("suspended"),
    SupplyState.CUT: lazy("cut off"),
    SupplyState.DEMOLISHED: lazy("demolished"),
}
PARTS = {
    AreaPartKind.BALCONY: lazy("balcony"),
    AreaPartKind.ATTIC: lazy("attic"),
    AreaPartKind.BASEMENT: lazy("basement"),
}

STATE_LOOKS = {
    SupplyState.SUPPLIED: ("fire", "good"),
    SupplyState.SUSPENDED: ("pause-circle", "info"),
    SupplyState.CUT: ("scissors", "bad"),
    SupplyState.DEMOLISHED: ("building-x", "plain"),
}
"""Icon and tone of each state's chip."""
