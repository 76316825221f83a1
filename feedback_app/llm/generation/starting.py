"""How a generation is prepared: its facts are loaded, its cost is reserved.

The quoted cost is that of the very request that a start would send.
"""

from datetime import datetime
from functools import partial

from feedback_app.core import clock
from feedback_app.core.errors import LLMUnavailable
from feedback_app.core.settings import Settings
from feedback_app.db.session import Database
from feedback_app.llm.admission.admission import Admission
from feedback_app.llm.admission.quote import Quote
from feedback_app.llm.client.completion import CompletionRequest
from feedback_app.llm.client.offline import NEEDS_MODEL, OFFLINE_MODEL, OFFLINE_PROVIDER
from feedback_app.llm.events import StatusEvent
from feedback_app.llm.generation.allowance import SLACK
from feedback_app.llm.generation.coalescing import LoopLag
from feedback_app.llm.generation.expected import expected_tokens
from feedback_app.llm.generation.generation import Generation
from feedback_app.llm.generation.recorder import Recorder
from feedback_app.llm.ledger.entries import Reservation
from feedback_app.llm.ledger.token_estimates import estimate_prompt_tokens
from feedback_app.llm.operation import Brief, Operation, Run
from feedback_app.llm.stream.event_log import EventLog
from feedback_app.llm.text.structured import REPAIR_TOKENS, response_schema


class Starter:
    """Prepares the generations of this process and quotes what they would cost."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        provider: str,
        admission: Admission,
        lag: LoopLag,
    ) -> None:
        self._offline = provider == OFFLINE_PROVIDER
        self.model = OFFLINE_MODEL if self._offline else settings.LLM_MODEL
        self._settings = settings
        self._provider = provider
        self._database = database
        self._admission = admission
        self._lag = lag
        self._flush_s = settings.STREAM_FLUSH_MS / 1000

    async def quote(self, run: Run) -> Quote:
        """What a start would reserve now, and the state of each limit it would find."""
        brief = await run.load()
        tokens = estimate_prompt_tokens(brief.messages)
        return await self._admission.quote(self._reservation("", run, brief, tokens, clock.now()))

    async def prepare(self, log: EventLog, run: Run, recorder: Recorder) -> Generation | str:
        """The admitted generation, or the id of the owner's call that is already running.

        Raises:
            AppError: refused by a limit or by `load`; nothing is left behind.
        """
        operation = run.operation
        if self._offline and operation.offline is None:
            raise LLMUnavailable(NEEDS_MODEL)
        await self._admission.look_at_rate(log.owner)
        recorder.mark("analyzing")
        log.append(
            StatusEvent(
                log.next_seq, log.call_id, "analyzing", operation.message("analyzing"), 0.02
            )
        )
        brief = await run.load()
        async with self._database.read() as session:
            expected = await expected_tokens(session, log.owner.company_id, operation)
        request = self._request(operation, brief)
        generation = Generation(
            log, operation, brief, request, recorder, expected, self._flush_s, self._lag
        )
        joined = await self._admission.reserve(
            self._reservation(
                log.call_id, run, brief, generation.prompt_tokens, recorder.started_at
            )
        )
        return generation if joined is None else joined

    def _request(self, operation: Operation, brief: Brief) -> CompletionRequest:
        return CompletionRequest(
            model=self.model,
            messages=brief.messages,
            max_output_tokens=self._most_output(operation),
            write_offline=operation.offline and partial(operation.offline, brief.facts),
            gather=self._lag.turns(self._flush_s),
            schema=operation.result and response_schema(operation.result),
        )

    def _most_output(self, operation: Operation) -> int:
        return operation.max_output_tokens or self._settings.LLM_MAX_OUTPUT_TOKENS

    def _reservation(
        self,
        call_id: str,
        run: Run,
        brief: Brief,
        prompt_tokens: int,
        started_at: datetime,
    ) -> Reservation:
        prompt = [{"role": m.role, "content": m.content} for m in brief.messages]
        most_output = self._most_output(run.operation)
        # A typed answer that is wrong is sent back, and asked for once more.
        is_typed = run.operation.result is not None
        repair_tokens = prompt_tokens + SLACK * most_output + REPAIR_TOKENS if is_typed else 0
        return Reservation(
            call_id=call_id,
            owner=run.owner,
            template_id=run.operation.template_id,
            prompt_version=run.operation.prompt_version,
            requested_model=self.model,
            provider=self._provider,
            streaming=True,
            prompt_tokens=prompt_tokens,
            max_output_tokens=2 * most_output if is_typed else most_output,
            repair_tokens=repair_tokens,
            started_at=started_at,
            notes=brief.notes,
            judgements=brief.judgements,
            department_id=brief.department_id,
            prompt=prompt if self._settings.store_content else None,
        )
