"""Every compiled pattern of the app, found by walking what its modules hold."""

import ast
import gc
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import feedback_app
from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.feedback.drafter.words import LANGUAGES
from feedback_app.feedback.reading import load_word_lists
from tests.hostile.growth import Read

_CACHED = type(lru_cache(len))


def app_modules() -> list[ModuleType]:
    """All modules of the app but those that run something when imported."""
    names = (m.name for m in pkgutil.walk_packages(feedback_app.__path__, "feedback_app."))
    return [importlib.import_module(name) for name in names if not name.endswith("__main__")]


def compiled_patterns() -> dict[str, re.Pattern[Any]]:
    """The patterns of all modules, with those of the lists that are read when first needed."""
    load_word_lists()
    for language in LANGUAGES:
        knowledge(language)
    found: dict[str, re.Pattern[Any]] = {}
    seen: set[int] = set()
    for module in app_modules():
        for name, value in vars(module).items():
            for pattern in _patterns_in(value, seen):
                found.setdefault(_free(f"{module.__name__}.{name}", found), pattern)
    return found


def reads_of(pattern: re.Pattern[Any]) -> dict[str, Read]:
    """The ways a pattern is laid over a text."""

    def matches(text: str) -> int:
        return sum(1 for _ in pattern.finditer(_as_matched(pattern, text)))

    return {
        "finditer": matches,
        "match": lambda text: pattern.match(_as_matched(pattern, text)),
        "fullmatch": lambda text: pattern.fullmatch(_as_matched(pattern, text)),
    }


def patterns_made_in_passing() -> list[str]:
    """Where source calls `re` with a pattern that is written there, `path:line`: no walk of what
    modules hold would find such a pattern."""
    root = Path(feedback_app.__path__[0])
    return [
        f"{path.relative_to(root)}:{node.lineno}"
        for path in sorted(root.rglob("*.py"))
        for function in _functions(ast.parse(path.read_text(encoding="utf-8")))
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and _is_of_re(node.func)
    ]


def _functions(tree: ast.AST) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield node


def _is_of_re(called: ast.expr) -> bool:
    return (
        isinstance(called, ast.Attribute)
        and isinstance(called.value, ast.Name)
        and called.value.id == "re"
        and called.attr not in {"escape", "compile"}
    )


def _as_matched(pattern: re.Pattern[Any], text: str) -> Any:
    return text if isinstance(pattern.pattern, str) else text.encode(errors="replace")


def _free(name: str, taken: Mapping[str, object]) -> str:
    number, free = 2, name
    while free in taken:
        number, free = number + 1, f"{name} {number}"
    return free


def _patterns_in(value: object, seen: set[int]) -> Iterator[re.Pattern[Any]]:
    """The patterns that a value is or holds; `seen` are the ids of what was walked before."""
    waiting = [value]
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, str | bytes | int | float):
            continue
        seen.add(id(value))
        if isinstance(value, re.Pattern):
            yield value
        else:
            waiting.extend(_parts(value))


def _parts(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return list(value.values())
    if isinstance(value, list | tuple | set | frozenset):
        return value
    if isinstance(value, _CACHED):
        return [part for part in gc.get_referents(value) if not callable(part)]
    if isinstance(value, type) or not type(value).__module__.startswith("feedback_app"):
        return ()
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    held = getattr(value, "__dict__", {})
    return [*held.values(), *(getattr(value, name) for name in slots if hasattr(value, name))]
