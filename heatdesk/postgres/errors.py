"""Refusals of the built-in server."""

from heatdesk.errors import Refusal


class ServerFailed(Refusal):
    """The built-in server cannot do what it was asked."""

    status = 503
