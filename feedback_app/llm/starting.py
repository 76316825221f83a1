"""How a generation comes to be: its facts loaded, its prompt built, its cost reserved.

What it would cost is quoted from the very request that a start would send.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime

from feedback_app.core import clock
from feedback_app.core.settings import Settings
from feedback_app.db.session import Database
from feedback_app.llm.admission import Admission
from feedback_app.llm.assessment import Assessment
from feedback_app.llm.completion import CompletionRequest
from feedback_app.llm.events import STAGE_MESSAGES, StatusEvent
from feedback_app.llm.expected import expected_tokens
from feedback_app.llm.generation import Generation, Timeline
from feedback_app.llm.ledger import Reservation
from feedback_app.llm.pacing import LoopLag
from feedback_app.llm.pricing import OFFLINE_PROVIDER, estimate_prompt_tokens
from feedback_app.llm.prompts import DEFAULT_TEMPLATE, PROMPT_VERSION, feedback_prompt
from feedback_app.llm.quote import Quote
from feedback_app.llm.streams import EventLog, Owner


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
        offline = provider == OFFLINE_PROVIDER
        self.model = OFFLINE_PROVIDER + "-drafter" if offline else settings.LLM_MODEL
        self._settings = settings
        self._provider = provider
        self._database = database
        self._admission = admission
        self._lag = lag
        self._flush_s = settings.STREAM_FLUSH_MS / 1000

    async def quote(self, owner: Owner, assessment: Assessment) -> Quote:
        """What a start would reserve now, and what it would find of each limit."""
        request = await self._request(assessment)
        tokens = estimate_prompt_tokens(request.messages)
        return await self._admission.quote(
            self._reservation("", owner, request, tokens, clock.now())
        )

    async def prepare(
        self, log: EventLog, load: Callable[[], Awaitable[Assessment]], timeline: Timeline
    ) -> Generation | str:
        """The admitted generation, or the id of the owner's call that runs already.

        Raises:
            AppError: refused by a limit or by `load`; nothing is left behind.
        """
        await self._admission.look_at_rate(log.owner)
        timeline.mark("analyzing")
        log.append(
            StatusEvent(log.next_seq, log.call_id, "analyzing", STAGE_MESSAGES["analyzing"], 0.02)
        )
        request = await self._request(await load())
        owner = log.owner
        async with self._database.read() as session:
            expected = await expected_tokens(
                session, owner.company_id, owner.operation, DEFAULT_TEMPLATE
            )
        generation = Generation(log, request, timeline, expected, self._flush_s, self._lag)
        joined = await self._admission.reserve(
            self._reservation(
                log.call_id, owner, request, generation.prompt_tokens, timeline.started_at
            )
        )
        return generation if joined is None else joined

    async def _request(self, assessment: Assessment) -> CompletionRequest:
        return CompletionRequest(
            model=self.model,
            messages=await asyncio.to_thread(feedback_prompt, assessment),
            max_output_tokens=self._settings.LLM_MAX_OUTPUT_TOKENS,
            assessment=assessment,
            gather=self._lag.turns(self._flush_s),
        )

    def _reservation(
        self,
        call_id: str,
        owner: Owner,
        request: CompletionRequest,
        prompt_tokens: int,
        started_at: datetime,
    ) -> Reservation:
        prompt = [{"role": m.role, "content": m.content} for m in request.messages]
        return Reservation(
            call_id=call_id,
            owner=owner,
            template_id=DEFAULT_TEMPLATE,
            prompt_version=PROMPT_VERSION,
            requested_model=request.model,
            provider=self._provider,
            streaming=True,
            prompt_tokens=prompt_tokens,
            max_output_tokens=request.max_output_tokens,
            started_at=started_at,
            notes=request.assessment.notes,
            judgements=request.assessment.judgements,
            prompt=prompt if self._settings.store_content else None,
        )
