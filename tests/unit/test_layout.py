"""The package stays readable: no import cycle, no file and no folder too large."""

import ast
import graphlib
from collections import Counter
from collections.abc import Iterator, Set
from pathlib import Path

import feedback_app

ROOT = Path(feedback_app.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
MOST_LINES = 350
MOST_FILES = 20
"""Python files in one folder."""


def test_no_module_imports_itself_by_way_of_others():
    modules = {_name(path): path for path in FILES}
    imports = {name: _imported(path, modules.keys()) - {name} for name, path in modules.items()}
    assert imports["feedback_app.lifespan"], "imports were not found"
    graphlib.TopologicalSorter(imports).prepare()


def test_no_file_is_too_long_to_be_read_at_one_sitting():
    lines = {_name(path): len(path.read_text().splitlines()) for path in FILES}
    assert {name: count for name, count in lines.items() if count > MOST_LINES} == {}


def test_no_folder_has_too_many_files():
    files = Counter(path.parent for path in FILES)
    assert {folder: count for folder, count in files.items() if count > MOST_FILES} == {}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(path: Path, modules: Set[str]) -> set[str]:
    """The modules of ours that a file imports, also within its functions."""
    found: set[str] = set()
    for node in _walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.module, f"a relative import in {path}"
            for alias in node.names:
                submodule = f"{node.module}.{alias.name}"
                found.add(submodule if submodule in modules else node.module)
    return found & modules


def _walk(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below, but for what only a type checker reads."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _walk(child)
