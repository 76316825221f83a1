"""What answers cost that no honest model writes: parsing, and bytes to one page."""

import argparse
import json
import time
from dataclasses import dataclass

from bench import machine
from feedback_app.live.view import LiveView, fill_slots
from feedback_app.llm.events import ChunkEvent
from feedback_app.llm.text.markdown import parse_blocks
from tests.hostile_answers import UNITS, hostile, pieces

MOST_BYTES = 120
"""To the page, a character."""
MOST_PIECE_MS = 250.0
"""For one piece, of the event loop's time."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one answer took."""

    streamed_s: float
    worst_piece_ms: float
    bytes_per_character: float
    opened_s: float
    """To parse it whole and fill the slots, as when its page is opened later."""


def add_options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--answer-length",
        type=int,
        default=40_000,
        metavar="CHARACTERS",
        help="of each answer (default: %(default)s)",
    )


def run(options: argparse.Namespace) -> list[str]:
    """Print a table; the goals that were missed."""
    length: int = options.answer_length
    print(f"Hostile answers of {length:,} characters ({machine.facts()})\n")
    print(f"{'answer':18} {'streamed':>9} {'worst':>8} {'bytes/char':>11} {'opened':>8}")
    missed: list[str] = []
    for name in UNITS:
        cost = _cost(hostile(name, length))
        print(
            f"{name:18} {cost.streamed_s:7.2f} s {cost.worst_piece_ms:5.0f} ms "
            f"{cost.bytes_per_character:11.0f} {cost.opened_s:6.2f} s"
        )
        if cost.bytes_per_character > MOST_BYTES:
            missed.append(f"{name}: more than {MOST_BYTES} bytes a character went to the page.")
        if cost.worst_piece_ms > MOST_PIECE_MS:
            missed.append(f"{name}: one piece took longer than {MOST_PIECE_MS:.0f} ms.")
    return missed


def _cost(text: str) -> Cost:
    view, sent, offset, worst_s = LiveView(), 0, 0, 0.0
    began = time.process_time()
    for piece in pieces(text):
        piece_began = time.process_time()
        sent += len(json.dumps(view.take([ChunkEvent(1, "call", piece, offset)])))
        worst_s = max(worst_s, time.process_time() - piece_began)
        offset += len(piece)
    streamed_s, opening = time.process_time() - began, time.process_time()
    fill_slots(parse_blocks(text))
    return Cost(streamed_s, worst_s * 1000, sent / len(text), time.process_time() - opening)
