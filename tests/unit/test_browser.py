"""What the pages read from a browser itself: all of it in one module, all of it listed here."""

import re

from feedback_app.core.settings import ROOT
from feedback_app.ui import browser

_BROWSERS_OWN = re.compile(
    r"""["'](?:(?:Intl|navigator|screen|Notification)\b|(?:document|window)[.\[])"""
)
"""Also `"document"`, which may as well be the name of a class, where something of it is named."""


def test_the_facts_of_a_browser_are_these() -> None:
    assert {name: str(fact) for name, fact in browser.FACTS.items()} == {
        "time zone": '((Intl.DateTimeFormat())?.["resolvedOptions"]())?.["timeZone"]'
    }


def test_no_other_module_names_what_is_the_browsers() -> None:
    naming = {
        path.relative_to(ROOT / "feedback_app").as_posix()
        for path in (ROOT / "feedback_app").rglob("*.py")
        if _BROWSERS_OWN.search(path.read_text())
    }
    assert naming == {"ui/browser.py"}
