"""Asks whichever process runs a call to stop it, by way of the database.

For programs that share nothing else with the server, such as a command in a terminal. Servers check
for requests every `LOOK_EVERY_S`.
"""

from collections.abc import Collection, Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import StopRequest
from feedback_app.db.session import Database

LOOK_EVERY_S = 2.0


async def ask_to_stop(session: AsyncSession, call_ids: Collection[str]) -> None:
    """Ask for these calls to be stopped, once each."""
    asked = set(await _asked(session, call_ids))
    for call_id in call_ids:
        if call_id not in asked:
            session.add(StopRequest(llm_call_id=call_id))


async def asked_to_stop(database: Database, call_ids: Collection[str]) -> Sequence[str]:
    """Those of these calls that somebody asked to stop."""
    if not call_ids:
        return []
    async with database.read() as session:
        return await _asked(session, call_ids)


async def _asked(session: AsyncSession, call_ids: Collection[str]) -> Sequence[str]:
    of_these = col(StopRequest.llm_call_id).in_(call_ids)
    return (await session.exec(select(StopRequest.llm_call_id).where(of_these))).all()
