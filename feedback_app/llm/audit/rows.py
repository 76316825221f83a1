"""The audit's checks of rows against running calls and against the rows of other tables."""

from collections.abc import Collection

from sqlalchemy import and_, func, or_, select, true
from sqlmodel import col
from sqlmodel import select as select_ids
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core import clock
from feedback_app.db.models import (
    CallStatus,
    Draft,
    LlmCall,
    LogComponent,
    PurgeRun,
    SystemLog,
    User,
)
from feedback_app.llm.audit.finding import (
    SETTLED,
    Check,
    Finding,
    calls_where,
    fetch,
    of_company,
)
from feedback_app.llm.ledger.ledger import STALE_AFTER

_RUNNING = col(LlmCall.status) == CallStatus.RUNNING


async def without_a_task(
    session: AsyncSession, company_id: str | None, live_calls: Collection[str] | None
) -> list[Finding]:
    """Calls that are running in the ledger and nowhere else."""
    stale = col(LlmCall.heartbeat_at) <= clock.now() - STALE_AFTER
    if live_calls is None:
        found = await calls_where(session, company_id, _RUNNING, stale)
    else:
        running = await session.exec(select_ids(LlmCall.id).where(of_company(company_id), _RUNNING))
        suspects = [call_id for call_id in running if call_id not in live_calls]
        # Queried again, because a call may have been settled between the two queries.
        found = await calls_where(session, company_id, _RUNNING, col(LlmCall.id).in_(suspects))
    sentence = "The call is still marked as running, but nothing runs it."
    return [Finding(Check.LOST_CALL, call_id, sentence) for call_id in found]


async def finished_at(session: AsyncSession, company_id: str | None) -> list[Finding]:
    """Calls whose end and status disagree."""
    ended = col(LlmCall.finished_at).is_not(None)
    query = select(col(LlmCall.id), col(LlmCall.status)).where(
        of_company(company_id), or_(and_(SETTLED, ~ended), and_(_RUNNING, ended))
    )
    return [
        Finding(
            Check.FINISHED_AT,
            call_id,
            "The call is running and has an end."
            if status == CallStatus.RUNNING
            else "The call is settled, but when it ended is not recorded.",
        )
        for call_id, status in await fetch(session, query)
    ]


async def drafts(session: AsyncSession, company_id: str | None) -> list[Finding]:
    """Drafts of no call, and calls about a subject that have no draft."""
    drafted = select(col(Draft.llm_call_id)).where(col(Draft.llm_call_id) == col(LlmCall.id))
    bare = await calls_where(session, company_id, col(LlmCall.subject_id) != "", ~drafted.exists())
    called = select(col(LlmCall.id)).where(col(LlmCall.id) == col(Draft.llm_call_id))
    query = select(col(Draft.llm_call_id)).where(~called.exists())
    if company_id is not None:
        query = query.join(User, col(User.id) == col(Draft.user_id)).where(
            col(User.company_id) == company_id
        )
    orphans = [row[0] for row in await fetch(session, query)]
    return [
        *(
            Finding(Check.DRAFT_WITHOUT_CALL, call_id, "There is a draft, but no such call.")
            for call_id in orphans
        ),
        *(Finding(Check.CALL_WITHOUT_DRAFT, call_id, "The call has no draft.") for call_id in bare),
    ]


async def log_rows(session: AsyncSession, company_id: str | None) -> list[Finding]:
    """Settled calls with no row or several rows in the ordinary log, and rows of no such call.

    Calls from before the log's retention period are left out: their rows may have been deleted.
    """
    of_calls = and_(
        col(SystemLog.llm_call_id).is_not(None), col(SystemLog.component) == LogComponent.LLM
    )
    left = (
        select(func.count())
        .select_from(SystemLog)
        .where(of_calls, col(SystemLog.llm_call_id) == col(LlmCall.id))
        .scalar_subquery()
    )
    since = (await session.exec(select_ids(PurgeRun.log_since))).first()
    kept = true() if since is None else col(LlmCall.finished_at) >= since
    counted = select(col(LlmCall.id), left).where(of_company(company_id), SETTLED, kept, left != 1)
    settled = select(col(LlmCall.id)).where(col(LlmCall.id) == col(SystemLog.llm_call_id), SETTLED)
    unfounded = select(col(SystemLog.llm_call_id)).where(of_calls, ~settled.exists())
    if company_id is not None:
        unfounded = unfounded.where(col(SystemLog.company_id) == company_id)
    return [
        *(
            Finding(
                Check.LOG_ROWS,
                call_id,
                f"The call left {count or 'no'} rows in the system log instead of one.",
            )
            for call_id, count in await fetch(session, counted)
        ),
        *(
            Finding(Check.LOG_ROWS, row[0], "The system log tells of a call that never ended.")
            for row in await fetch(session, unfounded)
        ),
    ]
