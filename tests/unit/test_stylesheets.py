"""The stylesheets hold what the pages use and nothing else, in short files with three widths."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback_app.core.settings import ROOT
from feedback_app.ui.theme import STYLESHEETS

SHEETS = sorted((ROOT / "assets" / "css").glob("*.css"))

OF_LIBRARIES = re.compile(r"^(rt-|recharts-|radix-themes$|dark$|tiptap$)")
"""Classes that Radix, Recharts, the colour mode and the editor put on their own elements."""
OF_BLOCKS = {
    f"{kind}{depth}" for kind in ("bullet", "ordered", "paragraph", "depth") for depth in (1, 2)
} | {"quote0", "rule0"}
"""Made in the browser or by the server from the kind and depth of a draft's block."""

_LONGEST = 400
_WIDTHS = 3


def _without_comments(sheet: Path) -> str:
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    return re.sub(r'"[^"]*"', '""', text)


def _classes_with_a_rule() -> set[str]:
    selectors = (
        found
        for sheet in SHEETS
        for found in re.findall(r"([^{};]+)\{", _without_comments(sheet))
        if not found.strip().startswith("@")
    )
    named = {name for text in selectors for name in re.findall(r"\.(-?[A-Za-z_][\w-]*)", text)}
    return {name for name in named if not OF_LIBRARIES.match(name)}


def _words(node: ast.expr | None) -> Iterator[str]:
    """The words of all texts in an expression, but for those that something is compared with."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield from node.value.split()
    elif node is not None and not isinstance(node, ast.Compare):
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.expr):
                yield from _words(part)


def _given(tree: ast.AST) -> Iterator[ast.expr | None]:
    """What is given as `class_name`: by keyword, in a dictionary, as a parameter's default."""
    for node in ast.walk(tree):
        if isinstance(node, ast.keyword) and node.arg == "class_name":
            yield node.value
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value == "class_name":
                    yield value
        elif isinstance(node, ast.arguments):
            named = zip(node.kwonlyargs, node.kw_defaults, strict=True)
            yield from (default for name, default in named if name.arg == "class_name")
            late = zip(reversed(node.args), reversed(node.defaults), strict=False)
            yield from (default for name, default in late if name.arg == "class_name")


def _classes_in_use() -> set[str]:
    trees = (ast.parse(file.read_text()) for file in (ROOT / "feedback_app").rglob("*.py"))
    return {word for tree in trees for given in _given(tree) for word in _words(given)}


def test_every_class_of_the_pages_has_a_rule() -> None:
    assert _classes_in_use() - _classes_with_a_rule() == set()


def test_every_class_with_a_rule_is_on_a_page() -> None:
    assert _classes_with_a_rule() - _classes_in_use() - OF_BLOCKS == set()


def test_layouts_change_at_three_widths_at_most() -> None:
    conditions = (
        found for sheet in SHEETS for found in re.findall(r"@media[^{]+", sheet.read_text())
    )
    widths = {width for condition in conditions for width in re.findall(r"\d+", condition)}
    assert len(widths) <= _WIDTHS, sorted(widths)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_stylesheet_is_long(sheet: Path) -> None:
    assert len(sheet.read_text().splitlines()) <= _LONGEST


def test_every_stylesheet_is_served() -> None:
    assert sorted(STYLESHEETS) == [f"css/{sheet.name}" for sheet in SHEETS]
