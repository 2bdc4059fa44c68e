"""The look keeps its promises: readable colours in both themes, nothing inline, templates short enough to read."""

import re
from itertools import product
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PALETTE = (ROOT / "static/css/heatdesk.css").read_text(encoding="utf-8")

SOFT = ("good-soft", "warn-soft", "bad-soft", "info-soft")
GROUNDS = ("ground", "paper", "paper-quiet")
TEXT_PAIRS = (
    *product(("ink", "muted", "link", "ember"), (*GROUNDS, "ember-soft")),
    *product(("ink", "link"), SOFT),
    *((soft.removesuffix("-soft"), soft) for soft in SOFT),
    *product(("good", "warn", "bad", "info"), GROUNDS),
    *product(("on-ember",), ("ember-fill", "ember-fill-hover")),
    *product(("top-ink", "top-muted", "top-ember"), ("top", "top-field")),
)
"""(text, ground) pairs the style sheets put together."""


def tokens(theme: str) -> dict[str, str]:
    """The `--name: #rrggbb` pairs of one theme's block."""
    block = re.search(rf'\[data-bs-theme="{theme}"\] \{{(.*?)\}}', PALETTE, re.DOTALL)
    assert block is not None
    return dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", block[1]))


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance of `#rrggbb`."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_black_on_white_is_the_known_ratio() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable(theme: str) -> None:
    colour = tokens(theme)
    faint = {
        f"{text} on {ground}": round(contrast(colour[text], colour[ground]), 2)
        for text, ground in TEXT_PAIRS
        if contrast(colour[text], colour[ground]) < 4.5
    }
    assert faint == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_fields_have_an_edge_one_can_see(theme: str) -> None:
    colour = tokens(theme)
    assert contrast(colour["field-line"], colour["paper"]) >= 3


def test_both_themes_name_the_same_colours() -> None:
    assert tokens("light").keys() == tokens("dark").keys()


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_carries_no_inline_style_or_script(path: Path) -> None:
    """The content security policy is `default-src 'self'`: what stands inline would silently not work."""
    text = path.read_text(encoding="utf-8")
    assert (
        re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?![^>]*\ssrc=)|\ssrc=\"https?:", text)
        == []
    )


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_template_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 150


@pytest.mark.parametrize("path", sorted((ROOT / "static/css").glob("*.css")), ids=lambda path: path.name)
def test_a_style_sheet_draws_no_data_pictures_and_calls_nobody(path: Path) -> None:
    assert re.findall(r"url\(\"?(?:data:|https?:|//)|@import", path.read_text(encoding="utf-8")) == []
