"""A finished call's events for a replay, each with its time, as its draft recorded them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from feedback_app.db.models import Draft
from feedback_app.llm.events import STAGE_MESSAGES, ChunkEvent, Event, StatusEvent
from feedback_app.llm.generation.pace import paced
from feedback_app.llm.text.structured import CODE_BEGINS

_PROGRESS_EVERY_MS = 1000
_STAGE_PROGRESS = {"connecting": 0.0, "analyzing": 0.02, "thinking": 0.05, "generating": 0.1}


@dataclass(frozen=True, slots=True)
class Moment:
    """An event and its time, in milliseconds since the click."""

    at_ms: int
    event: Event


def moments(draft: Draft, *, is_typed: bool = False) -> list[Moment]:
    """Stages and text of a draft in order, without the ending; empty if no pace was recorded.

    A typed answer is JSON, which is shown as code.
    """
    pieces = paced(draft.text, draft.pace)
    if not pieces:
        return []
    if is_typed:
        pieces[0] = pieces[0][0], CODE_BEGINS + pieces[0][1]
    happened: list[Moment] = [*_stages(draft.llm_call_id, draft.timings)]
    told, counted_ms = 0, -_PROGRESS_EVERY_MS
    for at_ms, text in pieces:
        happened.append(Moment(at_ms, ChunkEvent(0, draft.llm_call_id, text, told)))
        told += len(text)
        if at_ms - counted_ms >= _PROGRESS_EVERY_MS:
            counted_ms = at_ms
            progress = 0.1 + 0.89 * told / len(draft.text)
            happened.append(_stage(draft.llm_call_id, "streaming", at_ms, progress))
    # Sorting is stable: a stage that was entered with a piece of text stays before it.
    return sorted(happened, key=lambda moment: moment.at_ms)


def _stages(call_id: str, timings: Sequence[dict[str, Any]]) -> list[Moment]:
    return [
        _stage(call_id, timing["event"], timing["at_ms"], _STAGE_PROGRESS.get(timing["event"], 0.1))
        for timing in timings
        if timing["event"] in STAGE_MESSAGES
    ]


def _stage(call_id: str, stage: Any, at_ms: int, progress: float) -> Moment:
    return Moment(at_ms, StatusEvent(0, call_id, stage, STAGE_MESSAGES[stage], progress))
