"""The event log of one of an owner's calls, live or replayed, for followers that are not pages.

An `Owner` is made from the acting user, so that nobody finds somebody else's call.
"""

import asyncio

from sqlmodel import col, select

from feedback_app.core.errors import NotFound
from feedback_app.db.models import CallStatus, Draft, LlmCall
from feedback_app.db.session import database
from feedback_app.llm.events import Event
from feedback_app.llm.generation.supervisor import generations
from feedback_app.llm.owner import Owner
from feedback_app.llm.stream.event_log import EventLog
from feedback_app.llm.stream.replay import replay

LOOK_AGAIN_S = 0.5
"""Seconds between two queries for a call that another process runs and has not shared yet."""


async def log_of(owner: Owner, call_id: str, *, after: int = 0) -> EventLog:
    """The log of a call of this owner; a finished one is rebuilt if necessary.

    `after` is the last event the follower has. It waits for a call that another process runs.

    Raises:
        NotFound: no such call, or another owner's: of another operation, subject or person.
    """
    if log := _log_here(owner, call_id):
        return log
    while True:
        call, draft = await _own_call(owner, call_id)
        # Only now that it is known to be theirs: the hub takes the caller's word for the owner.
        if log := await generations().hub.find(call_id, owner):
            return log
        if call.status != CallStatus.RUNNING:
            break
        await asyncio.sleep(LOOK_AGAIN_S)
    rebuilt = EventLog(call_id, owner)
    for event in replay(call, draft, after):
        rebuilt.append(event)
    return rebuilt


async def stop_call(owner: Owner, call_id: str) -> bool:
    """Stop this call of the owner, in whichever process it runs; return whether it was running."""
    try:
        if _log_here(owner, call_id) is None:
            await _own_call(owner, call_id)
    except NotFound:
        return False
    return await generations().stop(call_id)


async def running_call(owner: Owner) -> str:
    """The id of the owner's running call; empty if there is none."""
    running = await generations().hub.running(owner)
    return running.call_id if running else ""


async def stop_running(owner: Owner) -> bool:
    """Stop the owner's running call; return whether there was one."""
    call_id = await running_call(owner)
    return call_id != "" and await generations().stop(call_id)


async def outcome(log: EventLog) -> Event:
    """The last event of a log; waits for it."""
    seen = 0
    while not log.ended:
        seen += len(await log.batch(seen))
    return log.events[-1]


def _log_here(owner: Owner, call_id: str) -> EventLog | None:
    """The owner's log of a call that this process knows.

    Raises:
        NotFound: it is another owner's.
    """
    log = generations().hub.get(call_id)
    if log is not None and log.owner.run_key != owner.run_key:
        raise NotFound
    return log


async def _own_call(owner: Owner, call_id: str) -> tuple[LlmCall, Draft]:
    """The owner's call as the database has it.

    Raises:
        NotFound: the owner has no such call.
    """
    async with database().read() as session:
        rows = await session.exec(
            select(LlmCall, Draft)
            .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
            .where(LlmCall.id == call_id, LlmCall.run_key == owner.run_key)
        )
        found = rows.first()
    if found is None:
        raise NotFound
    return found
