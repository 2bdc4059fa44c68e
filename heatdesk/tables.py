"""Every table of the house, imported once, so that migrations and comparisons see them all."""

from heatdesk import audit, jobs, numbering, search
from heatdesk.approvals import models as approvals_models
from heatdesk.auth import models as auth_models
from heatdesk.billing import models as billing_models
from heatdesk.network import models as network_models
from heatdesk.people import models as people_models
from heatdesk.web import request_keys, saved_filters

__all__ = [
    "approvals_models",
    "audit",
    "auth_models",
    "billing_models",
    "jobs",
    "network_models",
    "numbering",
    "people_models",
    "request_keys",
    "saved_filters",
    "search",
]
