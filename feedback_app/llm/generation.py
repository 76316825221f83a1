"""One generation: reads the model's stream, tells its event log, and sums up what it used.

A generation belongs to the server, whoever watches. `supervisor` admits it, runs it in a task and
settles it.
"""

from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from feedback_app.core import clock
from feedback_app.core.errors import (
    AppError,
    Cancelled,
    Interrupted,
    LLMEmpty,
    LLMFirstTokenTimeout,
    LLMTotalTimeout,
)
from feedback_app.db.models import CallStatus
from feedback_app.llm.allowance import Allowance, is_possible
from feedback_app.llm.citations import TOKENS_PER_MARK, Citation, CitationFilter, packed
from feedback_app.llm.completion import (
    LENGTH,
    CompletionClient,
    CompletionRequest,
    Finished,
    ReasoningDelta,
    Reported,
    ResponseOpened,
    Retrying,
    TextDelta,
    Usage,
)
from feedback_app.llm.cut_prompts import sent_at_least
from feedback_app.llm.events import (
    ChunkEvent,
    ReasoningEvent,
    Stage,
    StatusEvent,
)
from feedback_app.llm.ledger import Checkpoint, Settlement
from feedback_app.llm.operation import Brief, Operation
from feedback_app.llm.pace import PaceRecorder
from feedback_app.llm.pacing import LoopLag, Pacer
from feedback_app.llm.pricing import estimate_prompt_tokens, estimate_tokens
from feedback_app.llm.replay import outline_of
from feedback_app.llm.streams import EventLog
from feedback_app.llm.unwrapping import Unwrapped

_USED_BEFORE_OPENING = (Cancelled, Interrupted, LLMFirstTokenTimeout, LLMTotalTimeout)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a running call has come."""

    stage: Stage
    tokens: int
    """Estimated from what has come so far, reasoning included."""


class Timeline:
    """What happened when in one call, in milliseconds from its beginning: the click."""

    def __init__(self) -> None:
        self.started_at = clock.now()
        self.began = clock.monotonic()
        self.marks: list[dict[str, Any]] = []

    def mark(self, what: str, **details: str | int) -> None:
        """Note that this happened now."""
        self.marks.append({"event": what, "at_ms": self.at_ms(clock.monotonic()), **details})

    def at_ms(self, moment: float) -> int:
        """When that moment of the monotonic clock was."""
        return round((moment - self.began) * 1000)


class Generation:
    """The state of one running call. Only its own task writes to it."""

    def __init__(
        self,
        log: EventLog,
        operation: Operation,
        brief: Brief,
        request: CompletionRequest,
        timeline: Timeline,
        expected_tokens: int,
        flush_s: float,
        lag: LoopLag,
    ) -> None:
        self.log = log
        self.request = request
        self._operation = operation
        self.text = ""
        """What has come, without the citation marks, which `citations` holds."""
        self.citations: list[Citation] = []
        self._allowance = Allowance(request.max_output_tokens)
        self._unwrapped = Unwrapped()
        self._rewriter = brief.rewriter()
        self._marks = CitationFilter(brief.notes.count("\n") + 1 if brief.notes.strip() else 0)
        self._cited = 0
        """How many of the citations have been told."""
        self.reasoning_tokens = 0
        self.deltas = 0
        self.retries = 0
        self.opened = False
        self.model: str | None = None
        """The model that answers, once the provider has named it."""
        self._reported: Usage | None = None
        """What the provider counted, if it is of all that has come."""
        self._finish_reason: str | None = None
        self.timeline = timeline
        self._expected_tokens = expected_tokens
        self.prompt_tokens = estimate_prompt_tokens(request.messages)
        self._first_delta: float | None = None
        self._first_text: float | None = None
        self._last_text: float | None = None
        self._pace = PaceRecorder()
        self._has_words = False
        """Whether any text has come that is more than blanks."""
        self._sent = 0
        self._progress = 0.0
        self._stage: Stage = "connecting"
        self._status_at = 0.0
        self._text = Pacer(self._emit_text, flush_s, lag)
        self._reasoning = Pacer(self._emit_reasoning, flush_s, lag)

    @property
    def progress(self) -> Progress:
        """How far it has come by now."""
        return Progress(self._stage, self.reasoning_tokens + estimate_tokens(self.text))

    def enter(self, stage: Stage, message: str | None = None) -> None:
        """Say that the generation is in `stage` now."""
        self._stage = stage
        self._status_at = clock.monotonic()
        self.timeline.mark(stage)
        self._append_status(message or self._operation.message(stage))

    async def run(self, client: CompletionClient) -> None:
        """Stream the answer into the log; raises the `AppError` that ended it early.

        An answer that outgrows its allowance ends there, as one does that the provider cut.
        """
        self.enter("thinking")
        async with aclosing(client.stream(self.request)) as events:
            async for event in events:
                match event:
                    case TextDelta(text, chunks):
                        self._take_text(self._allowance.take_text(text), chunks)
                    case ReasoningDelta(text, chunks):
                        self._take_reasoning(self._allowance.take_reasoning(text), chunks)
                    case Reported(model, usage):
                        self.model, self._reported = model, usage
                    case Finished(reason, model, usage):
                        self._finish_reason = reason
                        self.model, self._reported = model, usage
                    case ResponseOpened():
                        self.opened = True
                        self.timeline.mark("opened")
                    case Retrying(attempt, delay_s, code):
                        self.retries = attempt
                        self.timeline.mark("retry", code=code, delay_ms=round(delay_s * 1000))
                        self.enter("thinking", f"No answer yet. Trying again in {delay_s:.0f} s…")
                if self._allowance.is_spent:
                    # Of what the provider has counted, the last text may be missing.
                    self._finish_reason, self._reported = LENGTH, None
                    break
        if self._allowance.is_spent and not self._has_words:
            raise LLMEmpty

    def checkpoint(self) -> Checkpoint:
        """What must not be lost should the process die now."""
        return Checkpoint(
            self.log.call_id,
            self.text,
            self.deltas,
            self.reasoning_tokens,
            self.model,
            packed(self.citations),
        )

    def settlement(self, error: AppError | None) -> Settlement:
        """Let all pending text out and sum up the call as it ended."""
        self._reasoning.flush()
        self._keep(*self._marks.feed(self._rewriter.feed(self._unwrapped.finish())))
        self._keep(*self._marks.feed(self._rewriter.finish()))
        self._keep(*self._marks.finish())
        self._text.flush()
        status = {None: CallStatus.COMPLETE, Cancelled: CallStatus.CANCELLED}.get(
            type(error) if error else None,
            CallStatus.INTERRUPTED if isinstance(error, Interrupted) else CallStatus.ERROR,
        )
        usage, estimated = self._usage(error)
        least = 0 if estimated else sent_at_least(self.request.messages, usage.prompt_tokens)
        if least:
            self.timeline.mark("prompt_cut", read=usage.prompt_tokens, sent_at_least=least)
        self.timeline.mark(status.value)
        return Settlement(
            status=status,
            text=self.text,
            usage=usage,
            tokens_estimated=estimated,
            resolved_model=self.model,
            finish_reason=self._finish_reason,
            error_code=error.code if error else None,
            latency_ms=self.timeline.marks[-1]["at_ms"],
            ttft_ms=self.timeline.at_ms(self._first_delta) if self._first_delta else None,
            stream_ms=(
                round((self._last_text - self._first_text) * 1000)
                if self._first_text and self._last_text
                else None
            ),
            chunk_count=self.deltas,
            retries=self.retries,
            timings=self.timeline.marks,
            outline=outline_of(self.log.events),
            pace=self._pace.stored(),
            cites=packed(self.citations),
            sent_tokens_at_least=least,
        )

    def _usage(self, error: AppError | None) -> tuple[Usage, bool]:
        # Some servers send zeros until the end, and some what cannot be.
        reported = self._reported
        if (
            reported
            and (reported.completion_tokens or not self.deltas)
            and is_possible(reported, self.request, self._allowance.taken_bytes)
        ):
            return reported, False
        asked = self._stage != "connecting"
        if not self.opened and not (asked and isinstance(error, _USED_BEFORE_OPENING)):
            return Usage(0, 0), False
        marks = TOKENS_PER_MARK * len(self.citations)
        completion = self.reasoning_tokens + estimate_tokens(self.text) + marks
        return Usage(self.prompt_tokens, completion, self.reasoning_tokens), True

    def _take_reasoning(self, text: str, chunks: int) -> None:
        if self._first_delta is None:
            self.timeline.mark("reasoning")
        self._first_delta = self._first_delta or clock.monotonic()
        self.deltas += chunks
        self.reasoning_tokens += estimate_tokens(text)
        self._reasoning.add(text)

    def _take_text(self, text: str, chunks: int) -> None:
        if not text:
            return
        now = clock.monotonic()
        self._first_delta = self._first_delta or now
        self._last_text = now
        self._has_words = self._has_words or not text.isspace()
        self.deltas += chunks
        if self._first_text is None:
            self._first_text = now
            self._reasoning.flush()
            self.enter("generating")
            self.enter("streaming")
        self._keep(*self._marks.feed(self._rewriter.feed(self._unwrapped.feed(text))))

    def _keep(self, text: str, citations: list[Citation]) -> None:
        self.citations += citations
        self.text += text
        self._text.add(text)

    def _emit_text(self, text: str) -> None:
        offset = self._sent
        self._sent += len(text)
        upto = self._cited
        while upto < len(self.citations) and self.citations[upto][0] <= self._sent:
            upto += 1
        cites, self._cited = packed(self.citations[self._cited : upto]), upto
        self.log.append(ChunkEvent(self.log.next_seq, self.log.call_id, text, offset, cites))
        self._pace.note(self.timeline.at_ms(clock.monotonic()), len(text))
        if clock.monotonic() - self._status_at >= 1:
            self._status_at = clock.monotonic()
            self._append_status(self._operation.message(self._stage))

    def _emit_reasoning(self, text: str) -> None:
        self.log.append(ReasoningEvent(self.log.next_seq, self.log.call_id, text))

    def _append_status(self, message: str) -> None:
        stages = {"connecting": 0.0, "analyzing": 0.02, "thinking": 0.05, "generating": 0.1}
        written = min(0.99, 0.1 + 0.89 * estimate_tokens(self.text) / self._expected_tokens)
        self._progress = max(self._progress, stages.get(self._stage, written))
        self.log.append(
            StatusEvent(
                self.log.next_seq,
                self.log.call_id,
                self._stage,
                message,
                round(self._progress, 3),
            )
        )
