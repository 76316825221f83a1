"""Takes citation marks out of a paragraph and puts their lines on the statements before them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from feedback_app.llm.text.blocks import Span
from feedback_app.llm.text.citations import CLOSE, OPEN

CITATION_MARK = re.compile(f"{OPEN}([0-9,]*){CLOSE}")
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’»)]*\s+|(?<=[。！？])[」』）]*(?=.)")
"""The boundary between one statement and the next, within one paragraph."""


def cited(spans: Iterable[Span]) -> list[Span]:
    """The runs of one paragraph with their marks moved onto the statements before them.

    A statement reaches back to the end of the sentence before it, or to the bold name that a
    bullet begins with.
    """
    runs = list(spans)
    if not any(OPEN in run.text for run in runs):
        return runs
    done: list[Span] = []
    statement: list[Span] = []
    for span in runs:
        for number, piece in enumerate(CITATION_MARK.split(span.text)):
            if number % 2:
                if not any(run.text.strip() for run in statement):
                    done += statement
                    statement = _taken_back(done)
                done += _with_lines(statement, piece)
                statement = []
                continue
            *ended, rest = _sentences(piece)
            for sentence in ended:
                done += [*statement, replace(span, text=sentence)]
                statement = []
            if rest:
                statement.append(replace(span, text=rest))
    return _joined([*done, *statement])


def _sentences(text: str) -> Iterator[str]:
    """The text cut after each sentence's end; the last piece is unfinished, and may be empty."""
    start = 0
    for end in _SENTENCE_END.finditer(text):
        yield text[start : end.end()]
        start = end.end()
    yield text[start:]


def _taken_back(done: list[Span]) -> list[Span]:
    """Take the last statement out of `done` again: its mark comes after a space."""
    taken: list[Span] = []
    while done and not any(run.text.strip() for run in taken):
        taken.insert(0, done.pop())
    return taken


def _with_lines(statement: list[Span], lines: str) -> list[Span]:
    label = len(statement) > 1 and "b" in statement[0].marks and _begins_with_colon(statement[1])
    if not lines:
        return statement
    named, said = (statement[:2], statement[2:]) if label else ([], statement)
    if label:
        text = named[1].text
        rest = text.lstrip(":：–- ")
        named = [named[0], replace(named[1], text=text[: len(text) - len(rest)])]
        said = [replace(statement[1], text=rest), *said] if rest else said
    return [*named, *(replace(run, cite=_merged(run.cite, lines)) for run in said)]


def _begins_with_colon(span: Span) -> bool:
    return span.text.lstrip().startswith((":", "：", "–"))


def _merged(before: str, more: str) -> str:
    lines = {int(line) for line in f"{before},{more}".split(",") if line}
    return ",".join(map(str, sorted(lines)))


def _joined(runs: list[Span]) -> list[Span]:
    """The runs with neighbours merged if they look the same."""
    joined: list[Span] = []
    for run in runs:
        if joined and replace(joined[-1], text="") == replace(run, text=""):
            joined[-1] = replace(run, text=joined[-1].text + run.text)
        elif run.text:
            joined.append(run)
    return joined
