"""An answer as blocks of styled spans.

A block holds plain text runs and marks, nothing a browser could run; images become their
description. `markdown` makes blocks of a text, `splitting` of one that is still being written.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal

BlockKind = Literal["heading", "paragraph", "bullet", "ordered", "quote", "code", "rule"]


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text; `marks` is a set of letters: b bold, i italic, s struck, c code, a link."""

    text: str
    marks: str = ""
    href: str = ""
    cite: str = ""
    """The lines of the notes its statement rests on, such as `3,7,8`."""


@dataclass(frozen=True, slots=True)
class Block:
    """One block. `level` is a heading's rank or a list item's depth from 0."""

    kind: BlockKind
    spans: list[Span] = field(default_factory=list)
    level: int = 0
    marker: str = ""
    """An ordered item's number as written, such as `2.`."""

    @property
    def text(self) -> str:
        return "".join(span.text for span in self.spans)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def block_from_dict(stored: dict[str, Any]) -> Block:
    """The block that `as_dict` wrote."""
    return Block(**{**stored, "spans": [Span(**span) for span in stored["spans"]]})


def without_citations(blocks: Sequence[Block]) -> list[Block]:
    """The blocks as they are once submitted: the lines they rest on are for the writer only."""
    return [
        replace(block, spans=[replace(span, cite="") for span in block.spans]) for block in blocks
    ]
