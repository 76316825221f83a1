"""What an administrator sees of one call. Knows nothing of pages.

Text that a person has a model write about an interview is private until they submit their feedback:
until then the trace shows its figures to every administrator and its text to nobody else, whatever
is stored.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import zones
from feedback_app.core.errors import Forbidden, error_named
from feedback_app.core.settings import get_settings
from feedback_app.db.models import FEEDBACK, INTERVIEW, CallStatus, Draft, LlmCall
from feedback_app.db.session import database
from feedback_app.live.view import fill_slots
from feedback_app.llm.operation import is_typed
from feedback_app.llm.text.blocks import block_from_dict, without_citations
from feedback_app.llm.text.markdown import few, parse_blocks
from feedback_app.ui import wording
from feedback_app.usage import labels
from feedback_app.usage.trace import playback, queries, timeline
from feedback_app.usage.trace.playback import Moment
from feedback_app.usage.trace.queries import TraceRecord
from feedback_app.usage.trace.schemas import Fact, FactGroup, PromptMessage, TraceView

NOT_KEPT = "Contents are not shown: LLM_STORE_CONTENT is off."
NOT_SUBMITTED = "Shown only to its writer until they submit their feedback on this interview."
NO_PROMPT = "The prompt of this call was not kept."
NO_ANSWER = "The call left no text."
STILL_RUNNING = "The answer is shown when the call has ended."
NO_PACE = "The timing of its text was not recorded, so it cannot be replayed."


@dataclass(frozen=True, slots=True)
class Trace:
    """The page of a call."""

    view: TraceView
    answer: dict[str, Any]
    """The live view's vars; empty if the answer may not be shown."""


async def trace(user: CurrentUser, call_id: str) -> Trace:
    """Everything about one call of the company.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such call, or another company's.
    """
    record = await _record(user, call_id)
    call, draft = record.call, record.draft
    withheld = _why_withheld(record, user)
    answer_note = withheld or _why_no_answer(call, draft)
    prompt = draft.prompt if draft and not withheld else None
    can_replay = not answer_note and draft is not None and bool(_moments(call, draft))
    subject = record.subject
    view = TraceView(
        call_id=call.id,
        title=subject.candidate if subject else labels.operation(call),
        subtitle=f"{f'{labels.operation(call)} by' if subject else 'By'} {record.person.name}",
        interview=routes.interview(call.subject_id) if subject else "",
        started=wording.local_time(call.started_at),
        status=call.status,
        status_label=labels.status(call),
        error_code=call.error_code or "",
        error=error_named(call.error_code).sentence if call.error_code else "",
        timeline=timeline.draw(call, draft.timings if draft else []),
        groups=_groups(record),
        prompt=[PromptMessage(message["role"], message["content"]) for message in prompt or []],
        prompt_note="" if prompt else withheld or NO_PROMPT,
        answer_note=answer_note,
        can_replay=can_replay,
        replay_note="" if can_replay or answer_note else NO_PACE,
    )
    answer = None if answer_note else draft
    return Trace(view, await asyncio.to_thread(_drawn, answer))


def _drawn(draft: Draft | None) -> dict[str, Any]:
    """The live view's vars for an answer, without the lines it rests on."""
    if draft is None:
        return fill_slots([])
    blocks = [block_from_dict(block) for block in draft.blocks] or parse_blocks(draft.text)
    return fill_slots(few(without_citations(blocks)))


async def moments(user: CurrentUser, call_id: str) -> list[Moment]:
    """A finished call's events for a replay; none if its text may not be shown.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such call, or another company's.
    """
    record = await _record(user, call_id)
    if record.draft is None or _why_withheld(record, user):
        return []
    if _why_no_answer(record.call, record.draft):
        return []
    return _moments(record.call, record.draft)


def _moments(call: LlmCall, draft: Draft) -> list[Moment]:
    return playback.moments(draft, is_typed=is_typed(call.operation))


async def _record(user: CurrentUser, call_id: str) -> TraceRecord:
    if not user.is_admin:
        raise Forbidden
    async with database().read() as session:
        return await queries.trace(session, user, call_id)


def _why_withheld(record: TraceRecord, user: CurrentUser) -> str:
    """Why this administrator may not read the prompt and the answer; empty if they may."""
    if not get_settings().store_content:
        return NOT_KEPT
    call = record.call
    is_of_a_person = call.subject_kind == INTERVIEW or call.operation == FEEDBACK
    if is_of_a_person and call.user_id != user.id and not record.submitted:
        return NOT_SUBMITTED
    return ""


def _why_no_answer(call: LlmCall, draft: Draft | None) -> str:
    if call.status == CallStatus.RUNNING:
        return STILL_RUNNING
    return "" if draft and draft.text else NO_ANSWER


def _groups(record: TraceRecord) -> list[FactGroup]:
    call, subject = record.call, record.subject
    about = [Fact("Person", record.person.name, record.person.email)]
    if subject:
        about += [
            Fact("Candidate", subject.candidate),
            Fact("Interview", subject.interview_kind, subject.job),
        ]
    about += [
        Fact("Operation", labels.operation(call)),
        Fact("Saved as feedback", "Yes" if call.saved_as_feedback else "No"),
    ]
    return [
        FactGroup("About", about),
        FactGroup("Model", _model(call)),
        FactGroup("Tokens", _tokens(call)),
        FactGroup("Cost", _cost(call)),
        FactGroup("Time", _time(call)),
    ]


def _model(call: LlmCall) -> list[Fact]:
    return [
        Fact("Asked for", call.requested_model),
        Fact("Answered by", call.resolved_model or labels.NONE),
        Fact("Provider", call.provider),
        Fact("Prompt", call.prompt_version or labels.NONE, _template(call)),
        Fact("Finish reason", call.finish_reason or labels.NONE),
    ]


def _template(call: LlmCall) -> str:
    """The template used; so far there is only one, named `standard`."""
    return f"from the {call.template_id} template" if call.template_id else ""


def _tokens(call: LlmCall) -> list[Fact]:
    running = call.status == CallStatus.RUNNING
    mark = "≈ " if call.tokens_estimated else ""
    least = call.sent_tokens_at_least
    cut = f"the server read only so much of at least {least:,} tokens" if least else ""
    note = "estimated, not counted by the provider" if call.tokens_estimated else ""
    written = labels.NONE if running else f"{mark}{call.completion_tokens:,}"
    return [
        Fact("Prompt", f"{mark}{call.prompt_tokens:,}", note or cut),
        Fact("Completion", written, "" if running else note),
        Fact("Reasoning", f"{call.reasoning_tokens:,}", "part of the completion"),
        Fact("Cached", f"{call.cached_tokens:,}", "part of the prompt"),
        Fact("Written to the cache", f"{call.cache_write_tokens:,}", "part of the prompt"),
    ]


def _cost(call: LlmCall) -> list[Fact]:
    running = call.status == CallStatus.RUNNING
    return [
        Fact("Cost", labels.NONE if running else labels.cost(call.cost_microusd)),
        Fact(
            "Set aside",
            labels.cost(call.reserved_microusd),
            "held of the budget while it ran: the most it could cost",
        ),
        Fact("Price from", *labels.price_source(call.price_source)),
    ]


def _time(call: LlmCall) -> list[Fact]:
    return [
        _exact("Started", call.started_at),
        _exact("Finished", call.finished_at),
        Fact("Latency", labels.milliseconds(call.latency_ms), "from the click to the end"),
        Fact("First token", labels.milliseconds(call.ttft_ms)),
        Fact("Writing", labels.milliseconds(call.stream_ms)),
        Fact("Pace", _pace(call)),
        Fact("Pieces", f"{call.chunk_count:,}", "in which the text was sent to the page"),
        Fact("Retries", f"{call.retries}"),
    ]


def _pace(call: LlmCall) -> str:
    """Tokens of the answer divided by the time they took to arrive; reasoning came before."""
    if not call.stream_ms:
        return labels.NONE
    written = max(0, call.completion_tokens - call.reasoning_tokens)
    return f"{written * 1000 / call.stream_ms:.0f} tokens a second while writing"


def _exact(label: str, value: datetime | None) -> Fact:
    """The time of day to the millisecond, and the day."""
    if value is None:
        return Fact(label, labels.NONE)
    at = zones.local(value)
    time = at.time().isoformat(timespec="milliseconds")
    return Fact(label, time, f"{at.day} {at:%b %Y}", at=wording.local_time(value, time))
