"""Every hour: requests that nobody moved for thirty days lapse."""

from heatdesk import jobs
from heatdesk.approvals.services import requests
from heatdesk.dates import now
from heatdesk.db import transaction


@jobs.queue.periodic(cron="7 * * * *")
@jobs.queue.task(name="heatdesk.expire_requests", queueing_lock="expire_requests")
def expire_requests(timestamp: int) -> None:  # noqa: ARG001 (the queue hands it over)
    """Safe to repeat: what has lapsed is not open any more."""
    with jobs.application().app_context(), transaction():
        requests.expire(now())
