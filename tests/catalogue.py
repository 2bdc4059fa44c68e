"""The catalogue of sentences: what the code and the templates say, and `make translations` that keeps it complete."""

import ast
import importlib
import pkgutil
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

import heatdesk
from heatdesk.errors import Refusal

ROOT = Path(__file__).parent.parent
PO = ROOT / "heatdesk" / "translations" / "zh" / "LC_MESSAGES" / "messages.po"
_WORDS = ("_", "lazy", "gettext", "lazy_gettext", "msgid")


def refusal_names() -> set[str]:
    """Every class of refusal: its first argument is a sentence."""
    for module in pkgutil.walk_packages(heatdesk.__path__, "heatdesk."):
        if ".migrations" not in module.name:
            importlib.import_module(module.name)
    found, waiting = set(), [Refusal]
    while waiting:
        one = waiting.pop()
        found.add(one.__name__)
        waiting.extend(one.__subclasses__())
    return found


def said() -> Catalog:
    """Every sentence of the code and the templates, with the places that say it."""
    catalog = Catalog()
    keywords = dict.fromkeys((*_WORDS, *refusal_names())) | {"ngettext": (1, 2)}
    for folder, methods in (
        ("heatdesk", [("translations/**", "ignore"), ("**.py", "python")]),
        ("templates", [("**.html", "jinja2.ext:babel_extract")]),
    ):
        options = {"**.html": {"trimmed": "true", "silent": "false"}}
        for name, line, message, comments, context in extract_from_dir(
            ROOT / folder, methods, options, keywords=keywords
        ):
            catalog.add(message, None, [(f"{folder}/{name}", line)], auto_comments=comments, context=context)
    for path in sorted((ROOT / "heatdesk").rglob("*.py")):
        for line, sentence in _class_messages(path):
            catalog.add(sentence, None, [(str(path.relative_to(ROOT)), line)])
    return catalog


def _class_messages(path: Path) -> list[tuple[int, str]]:
    """`message = "…"` in the body of a class: how a refusal says its usual sentence."""
    return [
        (statement.lineno, statement.value.value)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.Assign)
        and any(isinstance(target, ast.Name) and target.id == "message" for target in statement.targets)
        and isinstance(statement.value, ast.Constant)
    ]


def kept() -> Catalog:
    with PO.open("rb") as file:
        return read_po(file, locale="zh")


def update() -> None:
    """Bring messages.po up to what is said; what nobody says any more is dropped."""
    catalog = kept() if PO.exists() else Catalog(locale="zh")
    catalog.update(said(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.fuzzy = False
    PO.parent.mkdir(parents=True, exist_ok=True)
    with PO.open("wb") as file:
        write_po(file, catalog, width=120, omit_header=False, sort_output=True, include_lineno=False)
    empty = [message.id for message in catalog if message.id and not _is_translated(message.string)]
    print(f"{len(catalog)} sentences, {len(empty)} without Chinese")
    for sentence in empty:
        print(f"  {sentence}")


def _is_translated(string: object) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


if __name__ == "__main__":
    update()
