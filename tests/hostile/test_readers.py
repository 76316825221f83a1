"""Every function that reads text of people, files and models takes time linear in its length."""

import importlib

import pytest

from feedback_app.live.view import fill_slots
from feedback_app.llm.text.markdown import parse_blocks
from tests.hostile.alphabets import ALPHABETS, Alphabet
from tests.hostile.functions import readers, unread
from tests.hostile.growth import Read, growth_of
from tests.hostile_answers import UNITS

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


def _show(text: str) -> object:
    return fill_slots(parse_blocks(text))


_DEPARTURES = ("recommendation ", "no", "debugging (", "is a ", "do not ", "\n", "(")
_TAGS = ("<", "< ", "</", "<r", "\u2039/", "<\u200b", " ")


@pytest.mark.parametrize(
    ("read", "text"),
    [
        *(pytest.param(_show, Alphabet(unit), id=f"an answer of {n}") for n, unit in UNITS.items()),
        *(
            pytest.param(READERS[name], Alphabet(unit, begin), id=f"{name} {unit!r}")
            for name, begin, units in (
                ("feedback.evidence.departing.departure", "recommendation", _DEPARTURES),
                ("llm.text.tags.without_tags", "<", _TAGS),
            )
            for unit in units
        ),
    ],
)
def test_what_is_hard_for_one_reader_takes_it_time_linear_in_the_text(
    read: Read, text: Alphabet
) -> None:
    assert growth_of(read, text).is_linear
