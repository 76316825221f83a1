"""One generation: reads the model's stream, writes its event log, and sums up what it used.

A generation belongs to the server, regardless of who watches. `supervisor` admits it, runs it in a
task and settles it.
"""

from contextlib import aclosing
from dataclasses import replace
from typing import Any

from feedback_app.core import clock
from feedback_app.core.errors import AppError, Cancelled, Interrupted, LLMBadResponse, LLMEmpty
from feedback_app.db.models import CallStatus
from feedback_app.llm.client.completion import (
    LENGTH,
    CompletionClient,
    CompletionRequest,
    Finished,
    Message,
    ReasoningDelta,
    Reported,
    ResponseOpened,
    Retrying,
    TextDelta,
    Usage,
)
from feedback_app.llm.events import (
    ChunkEvent,
    ReasoningEvent,
    Stage,
    StatusEvent,
)
from feedback_app.llm.generation.coalescing import Coalescer, LoopLag
from feedback_app.llm.generation.progress import Progress
from feedback_app.llm.generation.recorder import Recorder
from feedback_app.llm.generation.request_use import RequestUse
from feedback_app.llm.ledger.cut_prompts import sent_at_least
from feedback_app.llm.ledger.entries import Checkpoint, Settlement
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from feedback_app.llm.operation import Brief, Operation
from feedback_app.llm.stream.event_log import EventLog
from feedback_app.llm.text.citations import TOKENS_PER_MARK, Citation, CitationFilter, packed
from feedback_app.llm.text.structured import WrongResult, in_reasoning, read_result, repair_messages
from feedback_app.llm.text.unwrapping import Unwrapped

CUT_RESULT = "The answer reached its length limit before it was complete. Shorten the text."
WRONG_RESULT = "The AI model's answer could not be read, even on a second attempt. Try again."


class Generation:
    """The state of one running call. Only its own task writes to it."""

    def __init__(
        self,
        log: EventLog,
        operation: Operation,
        brief: Brief,
        request: CompletionRequest,
        recorder: Recorder,
        expected_tokens: int,
        flush_s: float,
        lag: LoopLag,
    ) -> None:
        self.log = log
        self.request = request
        self._operation = operation
        self._result_type = operation.result
        self.text = ""
        """The text so far, without the citation marks, which `citations` holds."""
        self.citations: list[Citation] = []
        self.result: dict[str, Any] | None = None
        """The content of a typed answer, once it has been validated."""
        self._use = RequestUse(request)
        self._used_before = Usage(0, 0)
        """The usage of earlier requests of this call."""
        self._before_is_estimated = False
        self._asked_before: tuple[Message, ...] = ()
        """The messages of those requests."""
        self._begins_again = False
        """Whether the next text replaces the text so far."""
        self._unwrapped = Unwrapped()
        self._rewriter = brief.rewriter()
        self._marks = CitationFilter(brief.notes.count("\n") + 1 if brief.notes.strip() else 0)
        self._cited = 0
        """How many of the citations have been sent."""
        self.reasoning_tokens = 0
        self._thought: list[str] = []
        """The text received as reasoning of a typed answer."""
        self.deltas = 0
        self.retries = 0
        self.model: str | None = None
        """The model that answers, once the provider has named it."""
        self._finish_reason: str | None = None
        self.recorder = recorder
        self._expected_tokens = expected_tokens
        self._first_delta: float | None = None
        self._first_text: float | None = None
        self._last_text: float | None = None
        self._has_words = False
        """Whether any text other than whitespace has arrived."""
        self._sent = 0
        self._progress = 0.0
        self._stage: Stage = "connecting"
        self._status_at = 0.0
        self._text = Coalescer(self._emit_text, flush_s, lag)
        self._reasoning = Coalescer(self._emit_reasoning, flush_s, lag)

    @property
    def progress(self) -> Progress:
        """How far the call has got."""
        return Progress(self._stage, self.reasoning_tokens + estimate_tokens(self.text))

    def enter(self, stage: Stage, message: str | None = None) -> None:
        """Announce that the generation is now in `stage`."""
        self._stage = stage
        self._status_at = clock.monotonic()
        self.recorder.mark(stage)
        self._append_status(message or self._operation.message(stage))

    @property
    def prompt_tokens(self) -> int:
        """The estimated prompt tokens of the current request."""
        return self._use.prompt_tokens

    async def run(self, client: CompletionClient) -> None:
        """Stream the answer into the log; raise the `AppError` that ended it early.

        An answer that exceeds its allowance ends there, like one that the provider cut. A typed
        answer that is wrong is requested once more, within the same call.
        """
        self.enter("thinking")
        if self._result_type is None:
            await self._stream(client)
            return
        try:
            await self._stream_typed(client)
        except WrongResult as wrong:
            self._ask_again(str(wrong))
            try:
                await self._stream_typed(client)
            except WrongResult:
                raise LLMBadResponse(WRONG_RESULT) from None

    async def _stream_typed(self, client: CompletionClient) -> None:
        """Stream an answer that must be JSON, and validate it; may also raise `WrongResult`."""
        assert self._result_type is not None
        try:
            await self._stream(client)
        except LLMEmpty:
            if not (thought := in_reasoning("".join(self._thought))):
                raise
            self._take_text(thought, 0)
        self._keep(self._unwrapped.finish(), [])
        try:
            self.result = read_result(self.text, self._result_type).model_dump(mode="json")
        except WrongResult:
            if self._finish_reason == LENGTH:
                raise LLMBadResponse(CUT_RESULT) from None
            raise

    def _ask_again(self, wrong: str) -> None:
        """Continue with a second request, which says what was wrong with the first answer."""
        usage, estimated = self._use.total(None, self.text, 0)
        self._used_before, self._before_is_estimated = usage, estimated
        self._asked_before = self.request.messages
        messages = repair_messages(self.request.messages, self.text, wrong)
        self.request = replace(self.request, messages=messages)
        self._use = RequestUse(self.request)
        self._unwrapped, self._thought, self._begins_again = Unwrapped(), [], True
        self.recorder.mark("repair")
        self.enter("thinking", "Checking the answer…")

    async def _stream(self, client: CompletionClient) -> None:
        use = self._use
        use.was_sent = True
        async with aclosing(client.stream(self.request)) as events:
            async for event in events:
                match event:
                    case TextDelta(text, chunks):
                        self._take_text(use.allowance.take_text(text), chunks)
                    case ReasoningDelta(text, chunks):
                        self._take_reasoning(use.allowance.take_reasoning(text), chunks)
                    case Reported(model, usage):
                        self.model, use.reported = model, usage
                    case Finished(reason, model, usage):
                        self._finish_reason = reason
                        self.model, use.reported = model, usage
                    case ResponseOpened():
                        use.opened = True
                        self.recorder.mark("opened")
                    case Retrying(attempt, delay_s, code):
                        self.retries = attempt
                        self.recorder.mark("retry", code=code, delay_ms=round(delay_s * 1000))
                        self.enter("thinking", f"No answer yet. Trying again in {delay_s:.0f} s…")
                if use.allowance.is_spent:
                    # The provider's count may not include the last text.
                    self._finish_reason, use.reported = LENGTH, None
                    break
        if use.allowance.is_spent and not self._has_words:
            raise LLMEmpty

    def checkpoint(self) -> Checkpoint:
        """What must not be lost if the process dies now."""
        return Checkpoint(
            self.log.call_id,
            self.text,
            self.deltas,
            self.reasoning_tokens,
            self.model,
            packed(self.citations),
        )

    def settlement(self, error: AppError | None) -> Settlement:
        """Send all pending text and sum up the call as it ended."""
        self._reasoning.flush()
        if self._result_type is None:
            self._keep(*self._marks.feed(self._rewriter.feed(self._unwrapped.finish())))
            self._keep(*self._marks.feed(self._rewriter.finish()))
            self._keep(*self._marks.finish())
        else:
            self._keep(self._unwrapped.finish(), [])
        self._text.flush()
        status = {None: CallStatus.COMPLETE, Cancelled: CallStatus.CANCELLED}.get(
            type(error) if error else None,
            CallStatus.INTERRUPTED if isinstance(error, Interrupted) else CallStatus.ERROR,
        )
        usage, estimated = self._usage(error)
        asked = self._asked_before + (self.request.messages if self._use.opened else ())
        least = 0 if estimated else sent_at_least(asked, usage.prompt_tokens)
        if least:
            self.recorder.mark("prompt_cut", read=usage.prompt_tokens, sent_at_least=least)
        ended_ms = self.recorder.mark(status.value)
        return Settlement(
            status=status,
            text=self.text,
            usage=usage,
            tokens_estimated=estimated,
            resolved_model=self.model,
            finish_reason=self._finish_reason,
            error_code=error.code if error else None,
            latency_ms=ended_ms,
            ttft_ms=self.recorder.at_ms(self._first_delta) if self._first_delta else None,
            stream_ms=(
                round((self._last_text - self._first_text) * 1000)
                if self._first_text and self._last_text
                else None
            ),
            chunk_count=self.deltas,
            retries=self.retries,
            recording=self.recorder.recording(self.log.events),
            cites=packed(self.citations),
            sent_tokens_at_least=least,
            is_typed=self._result_type is not None,
            result=self.result,
        )

    def _usage(self, error: AppError | None) -> tuple[Usage, bool]:
        answered = "" if self._begins_again else self.text
        usage, estimated = self._use.total(error, answered, TOKENS_PER_MARK * len(self.citations))
        return self._used_before + usage, estimated or self._before_is_estimated

    def _take_reasoning(self, text: str, chunks: int) -> None:
        if self._first_delta is None:
            self.recorder.mark("reasoning")
        self._first_delta = self._first_delta or clock.monotonic()
        self.deltas += chunks
        self._use.deltas += chunks
        self.reasoning_tokens += (tokens := estimate_tokens(text))
        self._use.reasoning_tokens += tokens
        if self._result_type is not None:
            self._thought.append(text)
        self._reasoning.add(text)

    def _take_text(self, text: str, chunks: int) -> None:
        if not text:
            return
        now = clock.monotonic()
        self._first_delta = self._first_delta or now
        self._last_text = now
        self._has_words = self._has_words or not text.isspace()
        self.deltas += chunks
        self._use.deltas += chunks
        if self._first_text is None or self._begins_again:
            self._first_text = self._first_text or now
            self._reasoning.flush()
            self._begin_again()
            self.enter("generating")
            self.enter("streaming")
        text = self._unwrapped.feed(text)
        if self._result_type is None:
            self._keep(*self._marks.feed(self._rewriter.feed(text)))
        else:
            self._keep(text, [])

    def _begin_again(self) -> None:
        """Let the text from now on replace the answer that was wrong."""
        if self._begins_again:
            self._text.flush()
            self._begins_again, self._sent, self.text = False, 0, ""
            self.recorder.text_begins_again()

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
        self.recorder.text_left(len(text))
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
