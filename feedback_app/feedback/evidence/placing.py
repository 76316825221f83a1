"""Puts a rewritten point into a text without touching a word that a person changed."""

from collections.abc import Sequence
from dataclasses import replace

from feedback_app.llm.text.blocks import Block, Span


def put_point(
    blocks: Sequence[Block],
    competency: str,
    before: Sequence[Block],
    after: Sequence[Block],
    *,
    speaks_for: bool,
) -> list[Block]:
    """The text with the point for or against a competency changed to read as in `after`.

    A point that still reads as it was drafted in `before` is replaced. One that a person has
    changed stays, and the statements that are in `after` but not in `before` are added at its end.
    If there was none, the point joins the first list of the text, or the last one if it speaks
    against the candidate.
    """
    text = list(blocks)
    points = _points_about(text, competency)
    if before:
        for at in points:
            if _same(text[at], before[0]):
                return [*text[:at], *after, *text[at + 1 :]]
    if not after:
        return text
    at = points[0 if speaks_for else -1] if before and points else None
    if at is not None:
        text[at] = _with_news(text[at], before[0], after[0])
        return text
    items = [number for number, block in enumerate(text) if block.kind == "bullet"]
    if not items:
        return [*text, *after]
    end = _end_of_first_list(items) if speaks_for else items[-1]
    return [*text[: end + 1], *after, *text[end + 1 :]]


def take_out(blocks: Sequence[Block], statement: Sequence[Block]) -> list[Block]:
    """The text without a statement, if it still reads as it was drafted.

    A paragraph or list item that is left empty is removed, and so is a heading with nothing under
    it.
    """
    wanted = [_plain(span) for block in statement for span in block.spans]
    text = list(blocks)
    if not wanted:
        return text
    for at, block in enumerate(text):
        place = _place_of(wanted, [_plain(span) for span in block.spans])
        if place is None:
            continue
        spans = [*block.spans[:place], *block.spans[place + len(wanted) :]]
        if any(span.text.strip() for span in spans):
            return [*text[:at], replace(block, spans=spans), *text[at + 1 :]]
        del text[at]
        alone = at == len(text) or text[at].kind == "heading"
        if alone and at > 0 and text[at - 1].kind == "heading":
            del text[at - 1]
        return text
    return text


def _plain(span: Span) -> tuple[str, str]:
    return " ".join(span.text.split()), span.cite


def _place_of(wanted: Sequence[tuple[str, str]], spans: Sequence[tuple[str, str]]) -> int | None:
    """The index where the wanted spans begin, one after the other."""
    for place in range(len(spans) - len(wanted) + 1):
        if list(spans[place : place + len(wanted)]) == list(wanted):
            return place
    return None


def _points_about(blocks: Sequence[Block], competency: str) -> list[int]:
    """The indexes of the points about a competency: one for, one against, or both."""
    name = competency.strip().casefold()
    return [
        number
        for number, block in enumerate(blocks)
        if block.kind == "bullet"
        and block.spans
        and "b" in block.spans[0].marks
        and block.spans[0].text.strip(" :").casefold() == name
    ]


def _same(one: Block, other: Block) -> bool:
    return " ".join(one.text.split()) == " ".join(other.text.split())


def _with_news(standing: Block, before: Block, after: Block) -> Block:
    """A point with the statements of `after` that neither it nor `before` has."""
    known = " ".join(standing.text.split())
    old = {" ".join(span.text.split()) for span in before.spans}
    lead = "" if known.endswith(("。", "」")) else " "
    fresh = [
        replace(span, text=lead + text)
        for span in after.spans[1:]
        if span.cite and (text := " ".join(span.text.split())) not in old and text not in known
    ]
    return replace(standing, spans=[*standing.spans, *fresh])


def _end_of_first_list(items: Sequence[int]) -> int:
    end = items[0]
    for number in items[1:]:
        if number != end + 1:
            break
        end = number
    return end
