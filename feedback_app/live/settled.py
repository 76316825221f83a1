"""A text that is finished, with neighbouring list items as one list, for reading."""

from collections.abc import Sequence
from itertools import groupby

from feedback_app.live.view import WireSpan, wire_span
from feedback_app.llm.text.blocks import Block

WireItem = tuple[str, list[WireSpan]]
"""A class for its depth, and the runs."""
WireGroup = tuple[str, list[WireItem]]
"""`ul`, `ol` or a block's kind, and its contents: one item, except for lists."""

_LISTS = {"bullet": "ul", "ordered": "ol"}


def grouped(blocks: Sequence[Block]) -> list[WireGroup]:
    """The blocks as the page draws them."""
    groups: list[WireGroup] = []
    for kind, items in groupby(blocks, key=lambda block: block.kind):
        drawn = [
            (f"depth{block.level}", [wire_span(span) for span in block.spans]) for block in items
        ]
        if kind in _LISTS:
            groups.append((_LISTS[kind], drawn))
        else:
            groups += [(kind, [item]) for item in drawn]
    return groups
