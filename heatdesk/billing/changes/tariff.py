"""Tariff (价格审批): a draft becomes binding; it is shown beside the version that it follows."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import SelectField

from heatdesk.approvals.kinds import Change, Effect, Evidence, Kind, Payload, Preview, Target, register
from heatdesk.approvals.rules.hashing import digest
from heatdesk.approvals.words import KIND_TITLES
from heatdesk.auth.models import Staff
from heatdesk.auth.permissions import Permission
from heatdesk.billing.errors import NotTheAuthor, TariffMoved
from heatdesk.billing.models import Tariff
from heatdesk.billing.services import tariff_previews, tariff_trials, tariffs
from heatdesk.billing.services.labels import USE_CLASSES
from heatdesk.db import get_or_refuse
from heatdesk.errors import msgid
from heatdesk.i18n import lazy, speaking
from heatdesk.money import ZERO
from heatdesk.web.fields import choices
from heatdesk.web.versions import version_of


class TariffRequestForm(FlaskForm):
    tariff_id = SelectField(
        lazy("Draft"), coerce=int, description=lazy("Drafts are written on the page of tariffs.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        drafts = tariff_trials.drafts()
        self.tariff_id.choices = choices((one.id, _named(one)) for one in drafts)


@register
class TariffApproval(Kind):
    name = "tariff"
    title = KIND_TITLES["tariff"]
    department = "finance"
    permission = Permission.TARIFF_EDIT
    form = TariffRequestForm
    evidence = (Evidence("price_document", lazy("Price document")),)
    undone_by = ("tariff",)

    def read(self, form: Any) -> Payload:
        """`contents` holds what is asked for: a draft that is changed afterwards is another one."""
        draft = get_or_refuse(Tariff, form.tariff_id.data)
        if draft.drafted_by != current_user.id:
            raise NotTheAuthor
        return {"tariff_id": draft.id, "contents": digest(draft.parameters)}

    def fill(self, payload: Payload) -> Mapping[str, Any]:
        return {"tariff_id": payload["tariff_id"]}

    def start(self, given: Mapping[str, str]) -> Mapping[str, Any]:
        wanted = given.get("tariff_id", "")
        return {"tariff_id": int(wanted)} if wanted.isascii() and wanted.isdigit() else {}

    def take_back(self, name: str, payload: Payload) -> Mapping[str, Any]:  # noqa: ARG002 (the same whatever was asked)
        """A price is taken back by another version that follows it: the form asks which draft."""
        return {}

    def target(self, payload: Payload) -> Target:
        """A tariff belongs to no branch; its request stands where its author works, so that he can follow it."""
        draft = get_or_refuse(Tariff, payload["tariff_id"])
        author = get_or_refuse(Staff, draft.drafted_by)
        return Target(f"tariff:{draft.id}", f"{draft.document_no} · {draft.version}", author.branch_id)

    def preview(self, payload: Payload) -> Preview:
        draft = get_or_refuse(Tariff, payload["tariff_id"])
        tariffs.refuse_final(draft)
        if digest(draft.parameters) != payload["contents"]:
            raise TariffMoved
        former = tariff_previews.predecessor(draft)
        priced = tuple(tariff_previews.seasons_priced(draft))
        billed = tuple(tariffs.billed_seasons_from(draft.valid_from))
        was: tuple[Any, ...] = (None, None, None)
        if former is not None:
            was = (Decimal(former.version), former.valid_from, former.document_no)
        with speaking("en"):
            used_as = str(USE_CLASSES[draft.use_class])
        rows = [
            Change(msgid("Used as"), None, used_as),
            Change(msgid("Version"), was[0], Decimal(draft.version), "count"),
            Change(msgid("Valid from"), was[1], draft.valid_from, "date"),
            Change(msgid("Document number"), was[2], draft.document_no, "text"),
            Change(msgid("Seasons it prices"), None, priced, "words"),
        ]
        if billed:
            rows.append(Change(msgid("Billed already, priced anew by the next run"), None, billed, "words"))
        if former is None:
            rows.append(Change(msgid("Price"), None, str(draft.parameters["price"]), "text"))
        else:
            rows += [
                Change(label, before, after, "words")
                for label, before, after in tariff_previews.differences(former, draft)
                if label not in ("Valid from", "Document number")
            ]
        return Preview(tuple(rows))

    def apply(self, effect: Effect) -> Decimal:
        draft = get_or_refuse(Tariff, effect.payload["tariff_id"], lock=True)
        if digest(draft.parameters) != effect.payload["contents"]:
            raise TariffMoved
        tariffs.approve(draft.id, seen=version_of(draft), by=effect.by)
        return ZERO


def _named(draft: Tariff) -> str:
    return f"{USE_CLASSES[draft.use_class]} · {draft.version} · {draft.document_no}"
