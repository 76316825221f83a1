"""Forgets a candidate: everything about them is removed, except what their drafts cost.

A call in the ledger has no content; without its interview it is a figure about nobody, so sums,
budgets and the audit do not change. `docs/operations.md` lists what cannot be reached from here:
backups, exports, what the provider of the model keeps.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, text, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from feedback_app.db.models import (
    CallStatus,
    Candidate,
    Company,
    CompetencyRating,
    Draft,
    Interview,
    LlmCall,
    Scorecard,
    ScorecardEvent,
    StopRequest,
    TextVersion,
)
from feedback_app.db.session import Database
from feedback_app.llm.generation.stop_requests import ask_to_stop
from feedback_app.llm.ledger.ledger import STALE_AFTER, Ledger

STOP_WITHIN_S = STALE_AFTER.total_seconds() + 15
"""A draft whose process died is given up once its heartbeat is stale."""
_LOOK_EVERY_S = 0.25
_CHECKPOINT_TRIES = 20


class UnknownCandidate(LookupError):
    """No candidate has that id."""


class StillRunning(RuntimeError):
    """A draft about the candidate did not stop in time."""


@dataclass(frozen=True, slots=True)
class Traces:
    """The rows that the database holds about a candidate."""

    name: str
    counts: Mapping[str, int]
    """The number of rows, by the name people use for them."""


async def traces(database: Database, candidate_id: str) -> Traces:
    """The rows that would be removed.

    Raises:
        UnknownCandidate: there is no candidate with this id.
    """
    async with database.read() as session:
        return await _traces(session, candidate_id)


async def forget(
    database: Database, candidate_id: str, *, stop_within_s: float = STOP_WITHIN_S
) -> Traces:
    """Stop the candidate's running drafts, remove everything about them, return what was removed.

    Raises:
        UnknownCandidate: there is no candidate with this id.
        StillRunning: a draft did not stop in time; nothing was removed.
    """
    try:
        async with asyncio.timeout(stop_within_s):
            while (gone := await _removed(database, candidate_id)) is None:
                await _let_stop(database, candidate_id)
    except TimeoutError:
        raise StillRunning from None
    if database.is_sqlite:
        await _empty_write_ahead_log(database)
    return gone


async def _let_stop(database: Database, candidate_id: str) -> None:
    """Ask running drafts to stop; settle those whose process has died."""
    async with database.write() as session:
        await ask_to_stop(session, await _running(session, candidate_id))
    await Ledger(database).sweep()
    await asyncio.sleep(_LOOK_EVERY_S)


async def _removed(database: Database, candidate_id: str) -> Traces | None:
    """Remove everything in one transaction; remove nothing, and return `None`, if a draft runs."""
    async with database.write() as session:
        if not database.is_sqlite:
            # No draft can be admitted in the meantime: admission takes this row's lock as well.
            candidate = await session.get(Candidate, candidate_id)
            company_id = candidate.company_id if candidate else ""
            row = select(col(Company.id)).where(col(Company.id) == company_id)
            await session.exec(row.with_for_update(key_share=True))
            # And nothing can be written on a scorecard of theirs that is about to be removed.
            cards = select(Scorecard.id).where(
                col(Scorecard.interview_id).in_(_interviews(candidate_id))
            )
            await session.exec(cards.with_for_update())
        gone = await _traces(session, candidate_id)
        if await _running(session, candidate_id):
            return None
        await _remove(session, candidate_id)
        return gone


async def _remove(session: AsyncSession, candidate_id: str) -> None:
    interviews, scorecards = _interviews(candidate_id), _scorecards(candidate_id)
    about = col(LlmCall.subject_id).in_(interviews)
    calls = select(col(LlmCall.id)).where(about)
    for statement in (
        delete(StopRequest).where(col(StopRequest.llm_call_id).in_(calls)),
        delete(Draft).where(col(Draft.llm_call_id).in_(calls)),
        delete(TextVersion).where(col(TextVersion.scorecard_id).in_(scorecards)),
        delete(ScorecardEvent).where(col(ScorecardEvent.scorecard_id).in_(scorecards)),
        delete(CompetencyRating).where(col(CompetencyRating.scorecard_id).in_(scorecards)),
        delete(Scorecard).where(col(Scorecard.interview_id).in_(interviews)),
        update(LlmCall).where(about).values(subject_id="", run_key=""),
        delete(Interview).where(col(Interview.candidate_id) == candidate_id),
        delete(Candidate).where(col(Candidate.id) == candidate_id),
    ):
        await session.exec(statement.execution_options(synchronize_session=False))


async def _traces(session: AsyncSession, candidate_id: str) -> Traces:
    candidate = await session.get(Candidate, candidate_id)
    if candidate is None:
        raise UnknownCandidate(candidate_id)
    interviews, scorecards = _interviews(candidate_id), _scorecards(candidate_id)
    about = col(LlmCall.subject_id).in_(interviews)
    drafts = col(Draft.llm_call_id).in_(select(col(LlmCall.id)).where(about))
    found = {
        "candidate": [col(Candidate.id) == candidate_id],
        "interviews": [col(Interview.candidate_id) == candidate_id],
        "scorecards": [col(Scorecard.interview_id).in_(interviews)],
        "ratings": [col(CompetencyRating.scorecard_id).in_(scorecards)],
        "earlier texts": [col(TextVersion.scorecard_id).in_(scorecards)],
        "submissions and reopenings": [col(ScorecardEvent.scorecard_id).in_(scorecards)],
        "drafts": [drafts],
        "prompts": [drafts, col(Draft.prompt).is_not(None)],
        "calls that lose their interview": [about],
    }
    counts = {
        name: (await session.exec(select(func.count()).where(*conditions))).one()
        for name, conditions in found.items()
    }
    return Traces(candidate.name, counts)


async def _running(session: AsyncSession, candidate_id: str) -> Sequence[str]:
    running = select(col(LlmCall.id)).where(
        col(LlmCall.subject_id).in_(_interviews(candidate_id)),
        col(LlmCall.status) == CallStatus.RUNNING,
    )
    return (await session.exec(running)).all()


def _interviews(candidate_id: str) -> SelectOfScalar[str]:
    return select(col(Interview.id)).where(col(Interview.candidate_id) == candidate_id)


def _scorecards(candidate_id: str) -> SelectOfScalar[str]:
    return select(col(Scorecard.id)).where(
        col(Scorecard.interview_id).in_(_interviews(candidate_id))
    )


async def _empty_write_ahead_log(database: Database) -> None:
    """Carry the removal into the file itself; until then earlier texts remain in the log.

    A reader may delay that for a moment; the server's next checkpoint does it in the end.
    """
    checkpoint = text("PRAGMA wal_checkpoint(TRUNCATE)")
    for _ in range(_CHECKPOINT_TRIES):
        ((busy, *_), *_) = await database.rows(checkpoint, {})
        if not busy:
            return
        await asyncio.sleep(_LOOK_EVERY_S)
