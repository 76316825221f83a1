"""The page vars that hold a text while it streams, for every state that shows one."""

from collections.abc import Mapping
from typing import Any

import reflex as rx

from feedback_app.live.view import NOTHING_OPEN, SLOTS, WireBlock, WireSpan
from feedback_app.llm.events import STAGE_MESSAGES


class LiveText(rx.State, mixin=True):
    """The vars that `LiveView` changes. Names that change with every flush are deliberately short.

    `b0`… hold settled blocks; the open block is of kind `k` with marker `n`, begins with the runs
    in `h0`…`h3` and ends with the tail `t` in marks `m`; `o` are blocks before it that may still
    change with it.
    """

    phase: str = "idle"
    message: str = ""
    progress: int = 0
    elapsed: str = ""
    tokens: str = ""
    reasoning: str = ""

    b0: list[WireBlock] = []
    b1: list[WireBlock] = []
    b2: list[WireBlock] = []
    b3: list[WireBlock] = []
    b4: list[WireBlock] = []
    b5: list[WireBlock] = []
    b6: list[WireBlock] = []
    b7: list[WireBlock] = []
    b8: list[WireBlock] = []
    b9: list[WireBlock] = []
    b10: list[WireBlock] = []
    b11: list[WireBlock] = []
    b12: list[WireBlock] = []
    b13: list[WireBlock] = []
    b14: list[WireBlock] = []
    b15: list[WireBlock] = []
    b16: list[WireBlock] = []
    b17: list[WireBlock] = []
    b18: list[WireBlock] = []
    b19: list[WireBlock] = []
    b20: list[WireBlock] = []
    b21: list[WireBlock] = []
    b22: list[WireBlock] = []
    b23: list[WireBlock] = []
    o: list[WireBlock] = []
    k: str = ""
    n: str = ""
    h0: list[WireSpan] = []
    h1: list[WireSpan] = []
    h2: list[WireSpan] = []
    h3: list[WireSpan] = []
    t: str = ""
    m: str = ""
    u: str = ""
    """The lines of the notes that the text rests on so far, such as `,3,7,`."""
    f: str = ""
    """Those of its newest statement, while it is written."""

    def _clear(self) -> None:
        """Show the first stage of a text before anything has arrived."""
        self.phase, self.message = "connecting", STAGE_MESSAGES["connecting"]
        self.elapsed = self.tokens = self.reasoning = ""
        self.progress = 0
        self.u = self.f = ""
        self._assign(NOTHING_OPEN)
        for number in range(SLOTS):
            if getattr(self, f"b{number}"):
                setattr(self, f"b{number}", [])

    def _assign(self, changes: Mapping[str, Any]) -> None:
        for name, value in changes.items():
            if getattr(self, name) != value:
                setattr(self, name, value)
