"""Fields that read what is counted: pieces of a denomination, and sums in yuan."""

from decimal import Decimal
from typing import Any

from wtforms import StringField

from heatdesk.billing.rules.amounts import parse_amount
from heatdesk.billing.rules.tills import parse_pieces
from heatdesk.errors import BadInput
from heatdesk.i18n import _
from heatdesk.money import MAX_MONEY, format_money


class _ReadField(StringField):
    """Keeps what was typed for the form to show again, and says a refusal of the rules at the field."""

    typed = ""

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.typed = valuelist[0] if valuelist else ""
        try:
            self.data = self.read(self.typed)
        except BadInput as refusal:
            self.data = None
            raise ValueError(_(refusal.message, **refusal.values)) from refusal

    def read(self, typed: str) -> Any:
        raise NotImplementedError

    def _value(self) -> str:
        return self.typed


class PiecesField(_ReadField):
    """How many notes or coins; nothing typed is none."""

    def read(self, typed: str) -> int:
        return parse_pieces(typed)


class SumField(_ReadField):
    """Yuan, zero or more; nothing typed is zero."""

    def __init__(self, *args: Any, most: Decimal = MAX_MONEY, **options: Any) -> None:
        self.most = most
        super().__init__(*args, **options)

    def read(self, typed: str) -> Decimal:
        amount = parse_amount(typed) or Decimal("0.00")
        if amount > self.most:
            raise BadInput(
                "“%(typed)s” is more than ¥%(most)s: check the zeros.",
                typed=typed.strip()[:40],
                most=format_money(self.most),
            )
        return amount

    def _value(self) -> str:
        if self.raw_data is not None or self.data is None:
            return self.typed
        return f"{self.data:,.2f}"
