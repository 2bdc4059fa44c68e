"""Suspension (报停) and cut supply: which share of the fee stays due."""

from dataclasses import dataclass

from heatdesk.billing.rules.parameters import Share


@dataclass(frozen=True, slots=True)
class SuspensionRule:
    """The basic fee (基本热费, 热能损耗补偿费) of premises that take no heat.

    `share` of the fee is due while suspended (Tianjin and Harbin 20 %, TJ2, HL3, W11); `cut_share` while cut
    for non-payment (Tianjin 20 %, TJ4, W12c), None where a cut costs nothing.
    """

    share: Share
    cut_share: Share | None = None
    document_no: str = ""
