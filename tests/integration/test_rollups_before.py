"""The usage sums of calls that were settled before the sums were as they are: by migrations."""

import random
from datetime import UTC, datetime

import pytest
from alembic import command
from sqlalchemy import func, text
from sqlmodel import select

from feedback_app.db import rollups
from feedback_app.db.models import LlmCall, UsageDay
from feedback_app.db.session import Database
from tests.apart import call_apart
from tests.databases import alembic_config, migrate
from tests.factories import make_call, make_company, make_interview, make_user
from tests.integration.any_calls import any_call
from tests.integration.recounting import assert_sums_are_those_of_the_calls, stored

pytestmark = pytest.mark.unaudited(reason="calls are made up without drafts and log rows")


async def settle_any_calls(database: Database) -> list[LlmCall]:
    """Calls of two companies, and one of each that runs; those that are settled."""
    draw = random.Random(6)
    moment = datetime(2026, 3, 10, 23, 59, 59, 999_999, tzinfo=UTC)
    settled: list[LlmCall] = []
    for _ in range(2):
        company = await make_company(database)
        places = [await make_interview(database, await make_user(database, company)) for _ in "123"]
        calls = [any_call(draw, draw.choice(places), moment) for _ in range(1_500)]
        for call in calls:
            # The schemas from before had no place for it.
            call.cache_write_tokens = 0
        async with database.write() as session:
            session.add_all(calls)
            await session.flush()
            await rollups.add_calls(session, calls)
        settled += calls
        await make_call(database, places[0], status="running", started_at=moment)
    await assert_sums_are_those_of_the_calls(database)
    return settled


async def test_the_migrations_make_the_sums_that_settlement_would_have_written(
    database: Database, database_url: str
) -> None:
    await settle_any_calls(database)
    settled = await stored(database)
    await database.engine.dispose()

    call_apart(lambda: command.downgrade(alembic_config(database_url), "0005"))
    call_apart(lambda: migrate(database_url))

    assert await stored(database) == settled
    async with database.read() as session:
        assert (await session.exec(select(func.count()).select_from(UsageDay))).one() > 1_000


async def test_sums_that_counted_reasoning_as_streamed_are_mended_and_unmended(
    database: Database, database_url: str
) -> None:
    calls = await settle_any_calls(database)
    hours, days = await stored(database)
    assert any(call.reasoning_tokens > call.completion_tokens for call in calls if call.stream_ms)

    async def streamed(table: str, company_id: str) -> int:
        query = f"SELECT sum(stream_tokens) FROM {table} WHERE company_id = :company"
        if table == "usage_day":
            query += " AND subject_id = ''"
        async with database.engine.connect() as connection:
            found = await connection.execute(text(query), {"company": company_id})
            return int(found.scalar_one())

    call_apart(lambda: command.downgrade(alembic_config(database_url), "0008"))
    for company_id in {call.company_id for call in calls}:
        theirs = [c for c in calls if c.company_id == company_id and c.stream_ms]
        completion = sum(call.completion_tokens for call in theirs)
        assert await streamed("usage_rollup", company_id) == completion
        assert await streamed("usage_day", company_id) == completion
    call_apart(lambda: migrate(database_url))
    assert await stored(database) == (hours, days)
