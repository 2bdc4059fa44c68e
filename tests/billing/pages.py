"""Reading a page as a browser does: what its form would send."""

from html.parser import HTMLParser
from typing import Any


class _Form(HTMLParser):
    """Collects the fields of the forms on a page; rows that stand ready in a template are not sent."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: dict[str, list[str]] = {}
        self.templates = 0
        self.select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.templates += tag == "template"
        if self.templates:
            return
        name, value = given.get("name"), given.get("value") or ""
        if tag == "select":
            self.select, self.first = name, None
        elif tag == "option" and self.select and ("selected" in given or self.first is None):
            self.first = value
            self.sent[self.select] = [value]
        elif tag == "input" and name and given.get("type") in ("checkbox", "radio"):
            if "checked" in given:
                self.sent.setdefault(name, []).append(given.get("value") or "on")
        elif tag == "input" and name:
            self.sent.setdefault(name, []).append(value)

    def handle_endtag(self, tag: str) -> None:
        self.templates -= tag == "template"
        if tag == "select":
            self.select = None


def filled(page: str) -> dict[str, Any]:
    """What pressing the button would send, but for the marks of this very page."""
    form = _Form()
    form.feed(page)
    return {
        name: values
        for name, values in form.sent.items()
        if name not in {"csrf_token", "request_id", "words"}
    }
