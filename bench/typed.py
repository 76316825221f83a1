"""What it costs to read a typed answer's JSON while it is being written."""

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from unittest.mock import patch

from bench import machine
from feedback_app.core import clock
from feedback_app.hiring.state import fields_so_far
from feedback_app.live.fields import FieldsView
from feedback_app.llm.events import ChunkEvent
from feedback_app.llm.text.structured import so_far

PIECE_CHARACTERS = 4
PIECES_A_SECOND = 50
LENGTHS = (1_000, 4_000, 16_000)
USUAL = 4_000
"""Characters: a long job description's answer has half as many."""
MOST_US = 50.0
"""Processor microseconds for one piece of a usual answer, of the event loop's time."""
_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class Cost:
    """Processor microseconds for one piece, the median of some rounds."""

    every_piece: float
    """Where the answer is parsed with every piece."""
    as_pages_do: float
    """As a page does it: what came is parsed ten times a second, and changed fields are sent."""
    once: float
    """Parsing the whole answer once, by the standard library, divided by its pieces."""


def add_options(_parser: argparse._ArgumentGroup) -> None:
    """It has none."""


def run(_options: argparse.Namespace) -> list[str]:
    """Print a table; the goals that were missed."""
    print(
        f"{__doc__}\n{PIECES_A_SECOND} pieces a second of {PIECE_CHARACTERS} characters; "
        f"µs of processor time a piece, medians of {_ROUNDS}. {machine.facts()}\n"
    )
    print(f"{'characters':>10} {'every piece':>12} {'as pages do':>12} {'once, at the end':>17}")
    costs = {length: _cost(_answer(length)) for length in LENGTHS}
    for length, cost in costs.items():
        print(
            f"{length:>10,} {cost.every_piece:>12.1f} {cost.as_pages_do:>12.1f}{cost.once:>18.2f}"
        )
    usual = costs[USUAL].as_pages_do
    return [f"Missed: {usual:.0f} µs a piece, goal {MOST_US:.0f}."] if usual > MOST_US else []


def _answer(length: int) -> str:
    """A job's metadata, about so long."""
    result = {"title": "Senior backend engineer", "level": "senior", "competencies": []}
    number = 0
    while len(json.dumps(result, ensure_ascii=False)) < length:
        number += 1
        result["competencies"].append(
            {"name": f"Competency {number}", "description": "Says what is known — and what is not."}
        )
    return json.dumps(result, ensure_ascii=False)


def _cost(text: str) -> Cost:
    pieces = -(-len(text) // PIECE_CHARACTERS)

    def a_piece(read: Callable[[str], None]) -> float:
        took: list[float] = []
        for _ in range(_ROUNDS):
            started = time.thread_time()
            read(text)
            took.append(time.thread_time() - started)
        return 1e6 * median(took) / pieces

    return Cost(a_piece(_every_piece), a_piece(_as_pages_do), a_piece(json.loads))


def _every_piece(text: str) -> None:
    for end in range(PIECE_CHARACTERS, len(text) + PIECE_CHARACTERS, PIECE_CHARACTERS):
        so_far(text[:end])


def _as_pages_do(text: str) -> None:
    now = 0.0
    with patch.object(clock, "monotonic", lambda: now):
        view = FieldsView(fields_so_far)
        for seq, at in enumerate(range(0, len(text), PIECE_CHARACTERS)):
            now = seq / PIECES_A_SECOND
            view.take([ChunkEvent(seq, "bench", text[at : at + PIECE_CHARACTERS], at)])
    if view.text != text:
        raise RuntimeError("The view did not take the whole answer.")
