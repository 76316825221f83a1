"""Rebuilds a finished call's event log, once it is out of memory, from its row and its draft.

The draft keeps an outline of the log: one entry per event before the ending, without text. A status
is `[stage, progress]`, a chunk the number of its characters, and reasoning, whose text is not kept,
is 0, as is a chunk of an answer that was replaced by another. With it a replay has the same events
under the same `seq` as the log had.
"""

from collections.abc import Sequence
from typing import Any

from feedback_app.db.models import Draft, LlmCall
from feedback_app.llm.events import (
    ChunkEvent,
    CompleteEvent,
    EndedEvent,
    Event,
    ReasoningEvent,
    StatusEvent,
)
from feedback_app.llm.ledger.endings import ending_of
from feedback_app.llm.operation import stage_message


def outline_of(events: Sequence[Event]) -> list[Any]:
    """The outline that a draft keeps of the events before the ending."""
    outline: list[Any] = []
    for event in events:
        match event:
            case StatusEvent():
                outline.append([event.status, event.progress])
            case ChunkEvent():
                if event.offset == 0:
                    # The text begins again: the text before it is no longer kept.
                    outline = [0 if isinstance(entry, int) else entry for entry in outline]
                outline.append(len(event.content))
            case ReasoningEvent():
                outline.append(0)
            case CompleteEvent() | EndedEvent():
                break
    return outline


def replay(call: LlmCall, draft: Draft, after: int) -> list[Event]:
    """The events of a finished call.

    Without an outline, because the process died, the whole text follows `after` as one chunk that
    begins at offset 0 again, and then the ending.
    """
    whole = [len(draft.text)] if draft.text else []
    outline = draft.outline or [["streaming", 0.0]] * after + whole
    events: list[Event] = []
    told = 0
    for seq, entry in enumerate(outline, start=1):
        if isinstance(entry, list):
            stage, progress = entry
            message = stage_message(call.operation, stage)
            events.append(StatusEvent(seq, call.id, stage, message, progress))
        elif entry == 0:
            events.append(ReasoningEvent(seq, call.id, ""))
        else:
            events.append(ChunkEvent(seq, call.id, draft.text[told : told + entry], told))
            told += entry
    return [*events, ending_of(call, draft.text, len(outline) + 1, draft.cites)]
