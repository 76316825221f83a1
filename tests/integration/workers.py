"""Two worker processes' worth of generations in one process, over one Redis and one database."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from feedback_app.db.session import Database
from feedback_app.feedback.operation import OPERATION, brief_of
from feedback_app.feedback.queries import scorecard_rows
from feedback_app.llm.client.openai_client import OpenAIClient
from feedback_app.llm.events import Event
from feedback_app.llm.generation.supervisor import Generations
from feedback_app.llm.operation import Brief, Run
from feedback_app.llm.owner import Owner
from feedback_app.llm.stream.event_log import EventLog, StreamHub
from feedback_app.llm.stream.redis_streams import RedisStreamHub
from tests.factories import MadeInterview, call_owner
from tests.integration.completing import settings
from tests.integration.generating import FOLLOW_WITHIN_S, as_user, follow


@asynccontextmanager
async def worker(
    database: Database, base_url: str, redis_url: str, **changes: Any
) -> AsyncIterator[Generations]:
    """What one process of several runs: its own hub and its own supervisor."""
    configured = settings(base_url, REDIS_URL=redis_url, **changes)
    async with RedisStreamHub(redis_url) as hub:
        opened = Generations(configured, database, OpenAIClient(configured), hub)
        await opened.open()
        try:
            yield opened
        finally:
            await opened.aclose()


def owner_of(made: MadeInterview) -> Owner:
    return call_owner(made.interviewer.company_id, made.interviewer.id, made.id)


def run_of(database: Database, made: MadeInterview) -> Run:
    """A start of the interview's draft."""

    async def load() -> Brief:
        async with database.read() as session:
            user = as_user(made.interviewer)
            assessment = await scorecard_rows.load_assessment(session, user, made.id)
        return await brief_of(assessment)

    return Run(OPERATION, owner_of(made), load)


async def follow_next(generations: Generations, owner: Owner, after: str | None = None):
    """Every event of the owner's next generation, as a page sees it."""
    return await follow(await generations.hub.next(owner, after))


async def log_of(hub: StreamHub, call_id: str, owner: Owner) -> EventLog:
    """The log of the owner's call that has begun somewhere."""
    async with asyncio.timeout(FOLLOW_WITHIN_S):
        log = await hub.next(owner, "")
    assert log.call_id == call_id
    return log


def seqs(events: list[Event]) -> list[int]:
    return [event.seq for event in events]
