"""What the kinds that lower or raise one bill share; each says in its own file what it asks and what it rests on."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from heatdesk.approvals.kinds import Change, Effect, Kind, Payload, Preview, Target
from heatdesk.billing.errors import NothingReduced
from heatdesk.billing.models import Account, Season
from heatdesk.billing.rules.adjustments import Granted, plain
from heatdesk.billing.rules.lines import Line
from heatdesk.billing.rules.sentences import SENTENCES
from heatdesk.billing.services import (
    accounts,
    open_reductions,
    reduction_choices,
    reductions,
    request_targets,
)
from heatdesk.billing.services.labels import ITEMS
from heatdesk.billing.services.reductions import Outlook
from heatdesk.db import get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import speaking


class OneBill(Kind):
    """A kind that changes one bill of one account by adjustments."""

    department = "billing"
    undone_by = ("withdrawal",)

    def wanted(self, form: Any) -> list[Granted]:
        """What is asked for, from a valid form."""
        raise NotImplementedError

    def typed(self, granted: Sequence[Granted]) -> Mapping[str, Any]:
        """The form's data of what is asked for; the inverse of `wanted`."""
        raise NotImplementedError

    def read(self, form: Any) -> Payload:
        account_id = request_targets.read_account(form.card_no.data).id
        with reductions.refusals_in_words():
            return payload_of(account_id, form.season_id.data, self.wanted(form))

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        return {
            "card_no": get_or_refuse(Account, payload["account_id"]).card_no,
            "season_id": payload["season_id"],
            **self.typed(open_reductions.asked_for(payload)),
        }

    def target(self, payload: Payload) -> Target:
        return target_of(payload["account_id"], payload["season_id"])

    def preview(self, payload: Payload) -> Preview:
        season = reduction_choices.season(payload["season_id"])
        account = accounts.get(payload["account_id"], None)
        besides = (self.name, open_reductions.target_key(account.id, season.id))
        looked = reductions.outlook(account, season, open_reductions.asked_for(payload), besides=besides)
        self.check(account, season, looked)
        return preview_of(season, looked)

    def check(self, account: Account, season: Season, looked: Outlook) -> None:  # noqa: ARG002 (a kind may ask more)
        """What else the kind refuses, once it is known what would change."""
        if not looked.worth:
            raise NothingReduced

    def amount(self, payload: Payload, preview: Preview) -> Decimal:  # noqa: ARG002 (the worth stands in the preview)
        """What it is worth, also where no bill moves yet."""
        return worth_of(preview)

    def took_part(self, payload: Payload) -> frozenset[int]:
        return reduction_choices.cashiers_of(payload["account_id"], payload["season_id"])

    def apply(self, effect: Effect) -> Decimal:
        payload = effect.payload
        wanted = open_reductions.asked_for(payload)
        return reductions.grant(effect, payload["account_id"], payload["season_id"], wanted)


WORTH = msgid("Worth of the adjustment")


def payload_of(account_id: int, season_id: int, wanted: Sequence[Granted]) -> Payload:
    return {
        "account_id": account_id,
        "season_id": season_id,
        "adjustments": [plain(one) for one in wanted],
    }


def target_of(account_id: int, season_id: int) -> Target:
    """One bill, named by card, customer, place and season."""
    household = request_targets.target_of(account_id, open_reductions.target_key(account_id, season_id))
    return replace(household, label=f"{household.label} · {get_or_refuse(Season, season_id).code}")


def preview_of(season: Season, looked: Outlook) -> Preview:
    """Every step of the rules with its document, what it is worth, and what the bill was and would be."""
    steps = [row for line in looked.lines for row in _steps(line)]
    worth = Change(WORTH, None, looked.worth, "yuan")
    if not looked.is_billed:
        when = Change(
            msgid("Takes effect"), None, msgid("with the first bill of the season"), detail=season.code
        )
        return Preview((*steps, worth, when))
    before, after = looked.before, looked.after
    charged = Change(
        msgid("Charged for the season"), before.charged, after.charged, "money", detail=season.code
    )
    reduced = Change(
        msgid("Reductions of the season"), -before.reduced, -after.reduced, "money", detail=season.code
    )
    bills = [one for one in (charged, reduced) if one.difference]
    return Preview((*steps, worth, *bills), looked.moved)


def worth_of(preview: Preview) -> Decimal:
    """What the row of the worth says, yuan ≥ 0."""
    [worth] = [one.after for one in preview.changes if one.label == WORTH]
    return abs(Decimal(str(worth)))


def _steps(line: Line) -> list[Change]:
    """Only the first step of a line is named, so that each adjustment reads as one block."""
    with speaking("en"):
        label = str(ITEMS[line.item])
    return [
        Change(
            label if number == 0 else "",
            None,
            SENTENCES[step.rule],
            values=step.values,
            source=step.document_no,
        )
        for number, step in enumerate(line.steps)
        if step.rule != "granted"
    ]
