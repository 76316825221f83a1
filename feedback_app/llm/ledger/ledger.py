"""The rows of LLM calls: inserted as running, checkpointed each second, settled exactly once.

Nothing here writes per token. Settling is one conditional update from `running`, so a second
attempt (a sweep, a shutdown, a Stop that raced the end) changes nothing.
"""

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlalchemy import ColumnElement, bindparam, or_, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core import clock
from feedback_app.core.context import current_request_id
from feedback_app.db import rollups
from feedback_app.db.faults import is_unavailable
from feedback_app.db.models import (
    CallStatus,
    Draft,
    LlmCall,
    User,
)
from feedback_app.db.session import Database
from feedback_app.llm.ledger.entries import Checkpoint, Reservation, Settlement
from feedback_app.llm.ledger.pricing import Cost
from feedback_app.llm.ledger.settling import estimated, interruption, settle_row
from feedback_app.llm.ledger.watching import PromptCut, Settled, tell

_log = logging.getLogger(__name__)

STALE_AFTER = timedelta(seconds=30)
"""A running call without a heartbeat for this long has lost its process."""


class Ledger:
    """The one writer of `llm_call` and `draft` rows while calls run."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def is_running(self, call_id: str) -> bool:
        """Whether the call runs, on whichever worker."""
        async with self._database.read() as session:
            running = select(LlmCall.id).where(
                LlmCall.id == call_id, LlmCall.status == CallStatus.RUNNING
            )
            return (await session.exec(running)).first() is not None

    async def no_longer_allowed(self, call_ids: Sequence[str]) -> list[str]:
        """Those of these calls whose person was disabled, or lost all access after they began."""
        if not call_ids:
            return []
        ended = (
            select(LlmCall.id)
            .join(User, col(User.id) == LlmCall.user_id)
            .where(
                col(LlmCall.id).in_(call_ids),
                or_(
                    col(User.is_active).is_(False),
                    col(User.access_ended_at) >= col(LlmCall.started_at),
                ),
            )
        )
        async with self._database.read() as session:
            return list((await session.exec(ended)).all())

    async def checkpoint(self, running: Sequence[Checkpoint]) -> None:
        """Write the text and heartbeat of every call still running, in one transaction."""
        if not running:
            return
        now = clock.now()
        beat = (
            update(LlmCall)
            .where(col(LlmCall.id) == bindparam("call"), col(LlmCall.status) == "running")
            .values(
                heartbeat_at=now,
                chunk_count=bindparam("chunks"),
                reasoning_tokens=bindparam("reasoning"),
                resolved_model=bindparam("model"),
            )
        )
        # The heartbeats come first: they wait for a settlement in progress, which the texts then
        # see.
        running_now = select(LlmCall.id).where(LlmCall.status == CallStatus.RUNNING)
        texts = (
            update(Draft)
            .where(
                col(Draft.llm_call_id) == bindparam("call"),
                col(Draft.llm_call_id).in_(running_now),
            )
            .values(text=bindparam("content"), cites=bindparam("citations"))
        )
        async with self._database.write() as session:
            connection = await session.connection()
            await connection.execute(
                beat,
                [
                    {
                        "call": c.call_id,
                        "chunks": c.chunk_count,
                        "reasoning": c.reasoning_tokens,
                        "model": c.model,
                    }
                    for c in running
                ],
            )
            await connection.execute(
                texts,
                [{"call": c.call_id, "content": c.text, "citations": c.cites} for c in running],
            )

    async def settle(self, call_id: str, settlement: Settlement) -> LlmCall | None:
        """Close a running call with its text, tokens and cost; `None` if it was not running.

        Values that cannot be stored are replaced by our own estimate at once: they would fail
        forever.
        """
        try:
            return await self._close(call_id, settlement)
        except Exception as fault:
            if is_unavailable(fault):
                raise
            _log.exception("call %s could not be settled as it ended; it is estimated", call_id)
            return await self._close(call_id, settlement, by_estimate=True)

    async def _close(
        self, call_id: str, settlement: Settlement, *, by_estimate: bool = False
    ) -> LlmCall | None:
        async with self._database.write() as session:
            row = await session.get(LlmCall, call_id)
            if row is None:
                return None
            if by_estimate:
                settlement = estimated(row, settlement)
            settled = await settle_row(session, row, settlement)
            if settled is not None:
                await rollups.add_calls(session, [settled])
        if settled is not None:
            tell(Settled(settled.company_id))
            if settled.sent_tokens_at_least:
                model = settled.resolved_model or settled.requested_model
                tell(PromptCut(settled.company_id, model, settled.prompt_tokens, clock.now()))
        return settled

    async def calls_and_texts(self, call_ids: Sequence[str]) -> list[tuple[LlmCall, str]]:
        """Those of these calls that exist, each with the text of its draft."""
        if not call_ids:
            return []
        async with self._database.read() as session:
            rows = await session.exec(
                select(LlmCall, Draft.text)
                .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
                .where(col(LlmCall.id).in_(call_ids))
            )
            return [(call, text) for call, text in rows.all()]

    async def stale(self, stale_after: timedelta = STALE_AFTER) -> list[str]:
        """The ids of running calls without a heartbeat for so long."""
        async with self._database.read() as session:
            return list((await session.exec(select(LlmCall.id).where(*_lost(stale_after)))).all())

    async def sweep(
        self, *, stale_after: timedelta = STALE_AFTER, streamed: Mapping[str, str] | None = None
    ) -> list[str]:
        """Turn running calls that lost their process into interrupted ones; return their ids.

        Their text is the last checkpoint, or the one that `streamed` has by call if that is longer;
        their tokens are estimated from it.
        """
        async with self._database.write() as session:
            rows = await session.exec(
                select(LlmCall, Draft)
                .outerjoin(Draft, col(Draft.llm_call_id) == LlmCall.id)
                .where(*_lost(stale_after))
            )
            swept: list[LlmCall] = []
            for row, draft in rows.all():
                kept, cites = (draft.text, draft.cites) if draft else ("", "")
                partial = max(kept, (streamed or {}).get(row.id, ""), key=len)
                if await settle_row(session, row, interruption(row, partial, cites)):
                    swept.append(row)
            await rollups.add_calls(session, swept)
        for company_id in {row.company_id for row in swept}:
            tell(Settled(company_id))
        return [row.id for row in swept]


async def insert_running(session: AsyncSession, r: Reservation, worst: Cost) -> None:
    """Insert the call as running, with the most it may cost; `Admission` calls this."""
    session.add(
        LlmCall(
            id=r.call_id,
            operation=r.owner.operation,
            company_id=r.owner.company_id,
            user_id=r.owner.user_id,
            subject_kind=r.owner.subject.kind,
            subject_id=r.owner.subject.id,
            run_key=r.owner.run_key,
            department_id=r.department_id,
            template_id=r.template_id,
            prompt_version=r.prompt_version,
            requested_model=r.requested_model,
            provider=r.provider,
            streaming=r.streaming,
            prompt_tokens=r.prompt_tokens,
            tokens_estimated=True,
            reserved_microusd=worst.microusd,
            reserved_tokens=r.most_prompt_tokens + r.max_output_tokens,
            price_source=worst.source,
            request_id=current_request_id(),
            started_at=r.started_at,
            heartbeat_at=clock.now(),
        )
    )
    await session.flush()
    session.add(
        Draft(
            llm_call_id=r.call_id,
            user_id=r.owner.user_id,
            prompt=r.prompt,
            notes=r.notes,
            judgements=r.judgements,
        )
    )
    await session.flush()


def _lost(stale_after: timedelta) -> tuple[ColumnElement[bool], ...]:
    return (
        col(LlmCall.status) == CallStatus.RUNNING,
        col(LlmCall.heartbeat_at) <= clock.now() - stale_after,
    )
