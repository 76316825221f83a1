"""Every function that reads text of people, files and models takes time linear in its length."""

import importlib

import pytest

from tests.hostile.alphabets import ALPHABETS
from tests.hostile.functions import readers, unread
from tests.hostile.growth import growth_of

READERS = readers()
READING_MODULES = (
    *(
        "core.line_keys",
        "core.text",
        "llm.text.citations",
        "llm.text.cited_statements",
        "llm.text.markdown",
        "llm.text.splitting",
        "llm.client.offline",
        "llm.text.tags",
    ),
    "feedback.prompts",
    "feedback.document",
    "live.view",
    *(f"feedback.evidence.{name}" for name in ("departing", "placing", "resting")),
    *(
        f"feedback.personal.{name}"
        for name in ("finding", "judging", "remark", "sentences", "tokens")
    ),
    *(
        f"feedback.drafter.{name}"
        for name in (
            *("compose", "evidence", "language", "matching", "notes", "opening", "outline"),
            *("plan", "polarity", "polish", "quotations", "reading", "sentences", "topics"),
            *("words", "layout.labels", "layout.lines", "layout.speakers"),
            *("layout.headings", "layout.structure"),
        )
    ),
)


def test_every_function_that_takes_a_text_is_among_the_readers() -> None:
    modules = [importlib.import_module(f"feedback_app.{name}") for name in READING_MODULES]
    missing = [name for module in modules for name in unread(module)]
    assert missing == []
    assert len(ALPHABETS) >= 40


@pytest.mark.parametrize("name", READERS)
def test_a_reader_takes_time_linear_in_the_text(name: str) -> None:
    slow = {
        alphabet: growth
        for alphabet, text in ALPHABETS.items()
        if not (growth := growth_of(READERS[name], text)).is_linear
    }
    assert slow == {}
