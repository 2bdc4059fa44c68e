"""The house rules that a linter does not know (aesthetics of the house: sizes, one clock, one commit, one rounding)."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = [
    path
    for path in sorted((ROOT / "heatdesk").rglob("*.py"))
    if "migrations" not in path.relative_to(ROOT).parts
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in CODE}


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def test_no_file_is_longer_than_300_lines():
    long = {name_of(path): lines for path in CODE if (lines := path.read_text().count("\n")) > 300}
    assert not long


def test_no_function_is_longer_than_60_lines(trees):
    long = [
        f"{name_of(path)}:{one.lineno} {one.name}"
        for path, tree in trees.items()
        for one in functions(tree)
        if (one.end_lineno or 0) - one.lineno + 1 > 60
    ]
    assert not long


def test_views_make_few_moves(trees):
    long = [
        f"{name_of(path)}:{one.lineno} {one.name}"
        for path, tree in trees.items()
        if "views" in path.parts
        for one in functions(tree)
        if one.decorator_list and (one.end_lineno or 0) - one.lineno + 1 > 30
    ]
    assert not long


def test_no_template_is_longer_than_150_lines():
    long = {name_of(path): lines for path in TEMPLATES if (lines := path.read_text().count("\n")) > 150}
    assert not long


def test_own_modules_are_imported_at_the_top(trees):
    inside = [
        f"{name_of(path)}:{node.lineno}"
        for path, tree in trees.items()
        for one in functions(tree)
        for node in ast.walk(one)
        if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("heatdesk"))
    ]
    assert not inside


@pytest.mark.parametrize(
    ("pattern", "allowed"),
    [
        (r"\.commit\(\)", {"heatdesk/db.py"}),
        (r"datetime\.now\(|date\.today\(|utcnow\(", {"heatdesk/dates.py"}),
        (r"render_template_string|Markup\(|\|safe\b(?! if)", set()),
        (r"pickle|yaml\.load|eval\(|os\.system", set()),
    ],
)
def test_some_words_stand_in_one_place_only(pattern, allowed):
    found = {name_of(path) for path in CODE if re.search(pattern, path.read_text(encoding="utf-8"))}
    assert found <= allowed


def test_rules_know_no_float_and_no_bare_round(trees):
    found = [
        f"{name_of(path)}:{node.lineno}"
        for path, tree in trees.items()
        if {"rules", "papers"} & set(path.parts) or path.name == "money.py"
        for node in ast.walk(tree)
        if (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round")
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "float"
            and "rules" in path.parts
        )
    ]
    assert not found


def test_templates_carry_no_inline_script_or_style():
    """The content security policy would block them."""
    found = [
        name_of(path)
        for path in TEMPLATES
        if re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|<style|\son[a-z]+=", path.read_text(encoding="utf-8"))
    ]
    assert not found


def test_every_template_is_used():
    said = "".join(path.read_text(encoding="utf-8") for path in [*CODE, *TEMPLATES])
    unused = [
        name_of(path)
        for path in TEMPLATES
        if str(path.relative_to(ROOT / "templates")) not in said and path.name not in said
    ]
    assert not unused


def test_the_project_names_no_machine_and_no_registry():
    words = re.compile(
        "|".join(
            ["/wo" + "rk/", "/fa" + "rm/", "registry.npm" + "js", "pypi" + r"\.org", "python" + "hosted"]
        )
    )
    files = [*CODE, *TEMPLATES, ROOT / "package-lock.json", ROOT / "constraints.txt", ROOT / "pyproject.toml"]
    assert not [name_of(path) for path in files if words.search(path.read_text(encoding="utf-8"))]
