"""A call's phases as a bar: from the timings of its draft, or from the ledger's figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.usage import labels
from feedback_app.usage.trace.schemas import Segment, Step, TimelineView

_STAGES = {
    "connecting": "Connecting",
    "analyzing": "Reading the interview",
    "thinking": "Waiting for the model",
    "generating": "Beginning to write",
    "streaming": "Writing",
    "closing": "Waiting for the end",
}
_MOMENTS = {
    "opened": "The model's response opened",
    "reasoning": "The first reasoning arrived",
    "repair": "The answer was invalid and was requested again",
}
_UNRECORDED = "Its phases were not recorded; these follow from the ledger's figures."
_RUNNING = "The phases are noted when the call ends."


@dataclass(frozen=True, slots=True)
class _Mark:
    event: str
    at_ms: int
    label: str


def draw(call: LlmCall, timings: Sequence[dict[str, Any]]) -> TimelineView:
    """The timeline of a call."""
    if call.status == CallStatus.RUNNING:
        return TimelineView(note=_RUNNING)
    marks = [_noted(timing) for timing in timings] or _from_figures(call)
    stages = [mark for mark in marks if mark.event in _STAGES or mark.event == call.status]
    if not stages:
        return TimelineView(note=_UNRECORDED)
    total_ms = max(1, stages[-1].at_ms)
    ends = {id(mark): end.at_ms for mark, end in pairwise(stages)}
    segments = [
        Segment(
            stage=mark.event,
            label=mark.label,
            start=f"{mark.at_ms / total_ms:.3%}",
            width=f"{(ends[id(mark)] - mark.at_ms) / total_ms:.3%}",
            lasted=labels.milliseconds(ends[id(mark)] - mark.at_ms),
        )
        for mark in stages
        if ends.get(id(mark), 0) > mark.at_ms
    ]
    total = labels.milliseconds(stages[-1].at_ms)
    return TimelineView(
        summary=_summary(segments, call, total),
        note="" if timings else _UNRECORDED,
        total=total,
        segments=segments,
        steps=[_step(mark, ends.get(id(mark))) for mark in marks],
    )


def _noted(timing: dict[str, Any]) -> _Mark:
    event = str(timing["event"])
    label = _STAGES.get(event) or _MOMENTS.get(event) or _ended(event)
    if event == "retry":
        wait = labels.milliseconds(timing.get("delay_ms"))
        label = f"{timing.get('code', 'A fault')}: tried again after {wait}"
    if event == "prompt_cut":
        read, least = timing.get("read", 0), timing.get("sent_at_least", 0)
        label = f"The server read only {read:,} of at least {least:,} tokens of the prompt"
    return _Mark(event, int(timing["at_ms"]), label)


def _ended(status: str) -> str:
    return labels.STATUS_LABELS.get(status, status)


def _from_figures(call: LlmCall) -> list[_Mark]:
    if call.latency_ms is None:
        return []
    first = call.ttft_ms if call.ttft_ms is not None else call.latency_ms
    moments = [("thinking", 0)]
    if call.ttft_ms is not None:
        moments.append(("streaming", first))
        if (last := first + (call.stream_ms or 0)) < call.latency_ms:
            moments.append(("closing", last))
    marks = [_Mark(event, at_ms, _STAGES[event]) for event, at_ms in moments]
    return [*marks, _Mark(call.status, call.latency_ms, _ended(call.status))]


def _step(mark: _Mark, end_ms: int | None) -> Step:
    is_stage = mark.event in _STAGES
    return Step(
        stage=mark.event if is_stage else "",
        label=mark.label,
        at=labels.milliseconds(mark.at_ms),
        lasted=labels.milliseconds(end_ms - mark.at_ms) if is_stage and end_ms is not None else "",
    )


def _summary(segments: Sequence[Segment], call: LlmCall, total: str) -> str:
    parts = ", ".join(f"{segment.label} {segment.lasted}" for segment in segments)
    return f"{parts}; {_ended(call.status).lower()} after {total}."
