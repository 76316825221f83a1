"""Two hundred starts at once against room for seven: seven run, on one process and on two."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

import pytest
import pytest_asyncio
from sqlmodel import delete

from feedback_app.core import clock
from feedback_app.db.models import Interview, LimitValue
from feedback_app.db.session import Database
from feedback_app.llm.admission.admission import month_of
from feedback_app.llm.admission.limits import LimitName
from feedback_app.llm.admission.spending import running, spent
from feedback_app.llm.ledger.pricing import cost_of
from tests.factories import make_interview, make_user
from tests.integration.completing import settings
from tests.integration.rush import OUTPUT_TOKENS, USED, RushProcess, rush

pytestmark = pytest.mark.processes

ROUNDS = 20
STARTS = 200
ROOM = 7


class Starting(Protocol):
    async def start(
        self, company_id: str, user_id: str, interviews: Sequence[str]
    ) -> list[str]: ...

    async def release(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Crowd:
    """A company with so many interviews to start, and who starts them."""

    database: Database
    company_id: str
    interviews: list[str]
    processes: list[Starting]

    async def start_all(self, user_id: str) -> Counter[str]:
        """Start every interview at once, divided among the processes."""
        parts = len(self.processes)
        outcomes = await asyncio.gather(
            *(
                process.start(self.company_id, user_id, self.interviews[part::parts])
                for part, process in enumerate(self.processes)
            )
        )
        return Counter(outcome for part in outcomes for outcome in part)

    async def release(self) -> None:
        await asyncio.gather(*(process.release() for process in self.processes))

    async def set_limits(self, **values: int) -> None:
        """Let only these limits hold."""
        async with self.database.write() as session:
            await session.exec(delete(LimitValue))
            for name in LimitName:
                value = values.get(name.name)
                session.add(LimitValue(company_id=self.company_id, name=name, value=value))

    async def held(self, user_id: str) -> tuple[int, int]:
        """The calls that run and the micro-dollars they hold."""
        async with self.database.read() as session:
            company = (await running(session, self.company_id, user_id)).company
        return company.calls, company.cost_microusd

    async def spent(self) -> int:
        """This month's settled micro-dollars."""
        async with self.database.read() as session:
            period = month_of(clock.now())
            return (await spent(session, self.company_id, None, *period)).cost_microusd


@pytest_asyncio.fixture
async def crowd(
    database: Database, database_url: str, request: pytest.FixtureRequest
) -> AsyncIterator[Crowd]:
    """One process on SQLite; two with one Valkey on PostgreSQL."""
    made = await make_interview(database)
    others = [
        Interview(
            company_id=made.interview.company_id,
            job_id=made.job.id,
            candidate_id=made.candidate.id,
            kind="Technical interview",
            held_at=clock.now() - timedelta(days=1),
        )
        for _ in range(STARTS)
    ]
    async with database.write() as session:
        session.add_all(others)
    configured: dict[str, Any] = {
        "LLM_MAX_OUTPUT_TOKENS": OUTPUT_TOKENS,
        "LLM_MODEL": "gpt-4o-mini",
    }
    async with AsyncExitStack() as stack:
        processes: list[Starting] = []
        if database.is_sqlite:
            here = settings(None, **configured)
            processes.append(await stack.enter_async_context(rush(database, here)))
        else:
            redis_url = request.getfixturevalue("valkey_url")
            apart = configured | {"DATABASE_URL": database_url, "REDIS_URL": redis_url}
            processes += [await stack.enter_async_context(RushProcess(apart)) for _ in range(2)]
        yield Crowd(database, made.interview.company_id, [i.id for i in others], processes)


async def test_a_budget_for_seven_drafts_is_never_overspent(
    crowd: Crowd, database: Database
) -> None:
    person = await make_user(database, company_id=crowd.company_id)
    async with database.read() as session:
        cost = await cost_of(session, crowd.company_id, "openai", "gpt-4o-mini", USED, clock.now())
    worst = cost.microusd
    assert worst
    for _ in range(ROUNDS):
        before = await crowd.spent()
        budget = before + ROOM * worst + worst - 1
        await crowd.set_limits(COMPANY_COST_PER_MONTH=budget)
        assert await crowd.start_all(person.id) == {"": ROOM, "BUDGET_EXCEEDED": STARTS - ROOM}
        assert await crowd.held(person.id) == (ROOM, ROOM * worst)
        await crowd.release()
        assert await crowd.held(person.id) == (0, 0)
        assert await crowd.spent() == before + ROOM * worst <= budget


async def test_of_two_hundred_starts_seven_run_at_once(crowd: Crowd, database: Database) -> None:
    person = await make_user(database, company_id=crowd.company_id)
    await crowd.set_limits(COMPANY_AT_ONCE=ROOM)
    for _ in range(ROUNDS):
        assert await crowd.start_all(person.id) == {"": ROOM, "CONCURRENCY_LIMIT": STARTS - ROOM}
        assert (await crowd.held(person.id))[0] == ROOM
        await crowd.release()
        assert await crowd.held(person.id) == (0, 0)


async def test_of_two_hundred_starts_in_a_minute_seven_are_admitted(
    crowd: Crowd, database: Database
) -> None:
    await crowd.set_limits(PERSON_PER_MINUTE=ROOM)
    for _ in range(ROUNDS):
        person = await make_user(database, company_id=crowd.company_id)
        assert await crowd.start_all(person.id) == {"": ROOM, "RATE_LIMITED": STARTS - ROOM}
        await crowd.release()
        assert await crowd.held(person.id) == (0, 0)
