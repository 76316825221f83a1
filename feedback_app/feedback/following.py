"""The event log of one of a person's drafts, for followers that are no page: live or replayed."""

import asyncio

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.models import CallStatus, Draft, LlmCall
from feedback_app.db.session import database
from feedback_app.feedback import queries
from feedback_app.feedback.service import owner_of
from feedback_app.llm.events import Event
from feedback_app.llm.prompts import FEEDBACK_OPERATION
from feedback_app.llm.replay import replay
from feedback_app.llm.streams import EventLog
from feedback_app.llm.supervisor import generations

LOOK_AGAIN_S = 0.5
"""Between two looks at a call whose log is nowhere to be found yet."""


async def log_of(user: CurrentUser, interview_id: str, call_id: str, *, after: int = 0) -> EventLog:
    """The log of a call of this person and interview, whichever process writes it; that of a
    finished one is rebuilt if need be. `after` is the last event the follower has.

    Raises:
        NotFound: no such call, another interview's or another person's.
    """
    owner, hub = owner_of(user, interview_id), generations().hub
    while True:
        if log := hub.get(call_id):
            if log.owner != owner:
                raise NotFound
            return log
        call, draft = await _own_call(user, interview_id, call_id)
        if call.status != CallStatus.RUNNING:
            break
        if log := await hub.find(call_id, owner):
            return log
        await asyncio.sleep(LOOK_AGAIN_S)
    rebuilt = EventLog(call_id, owner)
    for event in replay(call, draft, after):
        rebuilt.append(event)
    return rebuilt


async def stop(user: CurrentUser, interview_id: str, call_id: str) -> bool:
    """Stop this call of the person if it is running, in whichever process; whether it was."""
    if log := generations().hub.get(call_id):
        is_theirs = log.owner == owner_of(user, interview_id)
    else:
        try:
            is_theirs = bool(await _own_call(user, interview_id, call_id))
        except NotFound:
            is_theirs = False
    return is_theirs and await generations().stop(call_id)


async def _own_call(user: CurrentUser, interview_id: str, call_id: str) -> tuple[LlmCall, Draft]:
    async with database().read() as session:
        call, draft = await queries.draft_of(session, user, call_id)
    if call.interview_id != interview_id or call.operation != FEEDBACK_OPERATION:
        raise NotFound
    return call, draft


async def outcome(log: EventLog) -> Event:
    """The last event of a log; waits for it."""
    seen = 0
    while not log.ended:
        seen += len(await log.batch(seen))
    return log.events[-1]
