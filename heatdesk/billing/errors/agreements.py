"""Refusals of billing: connection agreements and shares of organisations."""

from heatdesk.errors import BadInput, RuleBroken


class NoInstalments(BadInput):
    message = (
        "Give at least one part of the fee, each with the day on which it is due; together they make 100 %."
    )


class SameAgreement(RuleBroken):
    message = "This agreement is the one that holds already. Change an area, the price, the adjustment or the parts."


class TooManyCards(BadInput):
    message = "At most %(most)s card numbers go into one request. Part the list."


class PayerIsMember(BadInput):
    message = (
        "An organisation cannot answer for another that answers itself, nor for its own account. "
        "Take those cards off the list."
    )
