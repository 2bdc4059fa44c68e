"""Finds every page that a person can reach by its links: one address for each kind of page."""

import re
from collections.abc import Iterator

from playwright.sync_api import Page

LEFT_OUT = re.compile(
    r"^/(language|static|logout|r/)|/(paper|evidence|files?)(/|$)|/test/|\.(xlsx|pdf|csv)$|/export$|-rows$|/print"
)
"""Files, papers, and what would change the session."""
_LINKS = "links => links.filter(link => !link.download).map(link => link.pathname + link.search)"
_NUMBER = re.compile(r"(?<=/)(\d{4}-\d\d-\d\d|\d+)(?=/|$)")


def kind_of(address: str) -> str:
    """What addresses of the same page have in common: `/billing/seasons/N`."""
    return _NUMBER.sub("N", address.partition("?")[0])


def walk(page: Page, url: str, start: str = "/", seen: set[str] | None = None) -> Iterator[tuple[str, str]]:
    """(kind, address) of each kind of page that is not in `seen`, which grows; the page stands at what is yielded."""
    seen = set() if seen is None else seen
    waiting = [start]
    while waiting:
        address = waiting.pop(0)
        answer = page.goto(url + address)
        assert answer is not None
        assert answer.ok, f"{address} answered {answer.status}"
        page.wait_for_load_state("networkidle")
        yield kind_of(address), address
        for found in page.eval_on_selector_all("a[href^='/']", _LINKS):
            kind = kind_of(found)
            if kind not in seen and not LEFT_OUT.search(kind):
                seen.add(kind)
                waiting.append(found)
