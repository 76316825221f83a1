"""Finds text between quotation marks, in time linear in the text.

A pattern would search for the closing mark again after each opening one, so that a text of only
opening marks would take its length times that of the longest quotation.
"""

import re
from collections.abc import Callable, Iterator, Mapping


class Marks:
    """Opening quotation marks, each with those that close it.

    `not_within` are marks after which an opening one can no longer be closed. `also` matches
    quotations between apostrophes, which are quotation marks at the edges of words only.
    """

    def __init__(
        self,
        closing: Mapping[str, str],
        *,
        not_within: Mapping[str, str] | None = None,
        also: re.Pattern[str] | None = None,
    ) -> None:
        self.closing = closing
        self.ending = {
            mark: closers + (not_within or {}).get(mark, "") for mark, closers in closing.items()
        }
        self.also = also
        self.opening = re.compile(f"[{''.join(closing)}{_APOSTROPHES if also else ''}]")


_APOSTROPHES = "'‘"


def quotations(text: str, marks: Marks, longest: int) -> Iterator[tuple[int, int]]:
    """The positions of quotations of 1 to `longest` characters, in order and without overlaps: that
    of the opening mark and the one after the closing mark."""
    behind = 0
    found: dict[str, int] = {}

    def next_place(mark: str, start: int) -> int:
        # Places ascend, so that each mark is searched for over the text once.
        if found.get(mark, -1) < start:
            place = text.find(mark, start)
            found[mark] = len(text) if place < 0 else place
        return found[mark]

    for opening in marks.opening.finditer(text):
        start = opening.start()
        if start < behind:
            continue
        if closing := marks.closing.get(opening[0]):
            end = min(next_place(mark, start + 1) for mark in marks.ending[opening[0]])
            fits = 1 <= end - start - 1 <= longest and end < len(text) and text[end] in closing
            behind = end + 1 if fits else start
        elif marks.also and (quoted := marks.also.match(text, start)):
            behind = quoted.end()
        if behind > start:
            yield start, behind


def with_quotations(text: str, marks: Marks, longest: int, written: Callable[[str], str]) -> str:
    """The text with each quotation, its marks included, replaced by the result of `written`."""
    pieces: list[str] = []
    done = 0
    for start, end in quotations(text, marks, longest):
        pieces += [text[done:start], written(text[start:end])]
        done = end
    return "".join([*pieces, text[done:]])
