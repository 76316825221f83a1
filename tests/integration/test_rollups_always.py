"""Whatever happens to calls, in whatever order, every sum stays that of its calls."""

import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select

from feedback_app.core import clock
from feedback_app.core.errors import Invalid
from feedback_app.core.ids import new_id
from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.db.session import Database
from feedback_app.feedback import editing
from feedback_app.llm.admission.spending import spent
from feedback_app.llm.client.completion import Usage
from feedback_app.llm.ledger import recalculation
from feedback_app.llm.ledger.entries import Reservation
from feedback_app.llm.ledger.ledger import Ledger, insert_running
from feedback_app.llm.ledger.pricing import Cost
from tests.factories import (
    MadeInterview,
    call_owner,
    make_company,
    make_interview,
    make_user,
    override,
)
from tests.integration.generating import as_user
from tests.integration.recounting import assert_sums_are_those_of_the_calls
from tests.integration.test_rollups import SETTLED
from tests.saving import save_feedback

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
MODELS = ("gpt-4o-mini", "gpt-4o", "house-7b")

pytestmark = pytest.mark.ledger_findings(
    "unknown_price", "missing_cost", "estimate_mark", reason="prices come and go"
)


@pytest.fixture(autouse=True)
def own_clock() -> Iterator[None]:
    yield
    clock.set_now(None)


class Office:
    """Two companies whose people do at random what people do."""

    def __init__(self, database: Database, draw: random.Random) -> None:
        self._database, self._draw = database, draw
        self._ledger = Ledger(database)
        self._places: list[MadeInterview] = []

    async def open(self) -> None:
        for _ in range(2):
            company = await make_company(self._database)
            for _ in range(2):
                person = await make_user(self._database, company)
                self._places += [await make_interview(self._database, person) for _ in range(3)]

    async def do_something(self) -> None:
        hours = self._draw.randrange(24 * 40)
        clock.set_now(lambda: NOON - timedelta(hours=hours, seconds=self._draw.randrange(3600)))
        happenings = [self._start] * 6 + [self._settle] * 6 + [self._save] * 3
        await self._draw.choice([*happenings, self._reprice, self.sweep])()

    async def _calls(self, *, running: bool) -> list[LlmCall]:
        is_running = col(LlmCall.status) == CallStatus.RUNNING
        async with self._database.read() as session:
            query = select(LlmCall).where(is_running if running else ~is_running)
            return list((await session.exec(query.order_by(LlmCall.id))).all())

    async def _start(self) -> None:
        made = self._draw.choice(self._places)
        busy = {(c.subject_id, c.user_id) for c in await self._calls(running=True)}
        if (made.id, made.interviewer.id) in busy:
            return
        reservation = Reservation(
            call_id=new_id(),
            owner=call_owner(made.interviewer.company_id, made.interviewer.id, made.id),
            template_id="standard",
            prompt_version="feedback-1",
            requested_model=self._draw.choice(MODELS),
            provider="openai",
            streaming=True,
            prompt_tokens=900,
            max_output_tokens=1200,
            started_at=clock.now(),
        )
        async with self._database.write() as session:
            await insert_running(session, reservation, Cost(1_000, ""))

    async def _settle(self) -> None:
        for call in (await self._calls(running=True))[:1]:
            settlement = replace(
                SETTLED,
                status=self._draw.choice([CallStatus.COMPLETE, CallStatus.CANCELLED]),
                resolved_model=self._draw.choice([None, call.requested_model]),
                usage=Usage(self._draw.randrange(1, 5_000), self._draw.randrange(900), 5, 0),
                latency_ms=self._draw.randrange(90_000),
                ttft_ms=self._draw.choice([None, self._draw.randrange(3_000)]),
                stream_ms=self._draw.choice([None, self._draw.randrange(9_000)]),
            )
            assert await self._ledger.settle(call.id, settlement) is not None

    async def _save(self) -> None:
        made = self._draw.choice(self._places)
        theirs = [
            call.id
            for running in (True, False)
            for call in await self._calls(running=running)
            if (call.subject_id, call.user_id) == (made.id, made.interviewer.id)
        ]
        user = as_user(made.interviewer)
        if draft := self._draw.choice([*theirs, ""]):
            await save_feedback(user, made.id, "Text", draft)
        else:
            with suppress(Invalid):
                await editing.undo(user, made.id)

    async def _reprice(self) -> None:
        user = self._draw.choice(self._places).interviewer
        model = self._draw.choice(MODELS)
        price = self._draw.randrange(9_000_000)
        since = NOON - timedelta(hours=self._draw.randrange(1, 24 * 40))
        until = since + timedelta(minutes=self._draw.randrange(1, 60 * 24 * 20))
        async with self._database.write() as session:
            session.add(override(user, model, since, price, price // 2, price * 4))
            await session.flush()
            scope = recalculation.Scope(user.company_id, model, since, until)
            plan = await recalculation.plan(session, scope)
            await recalculation.carry_out(session, plan, user.id)

    async def sweep(self) -> None:
        """Settle what runs, as if its process had died."""
        await self._ledger.sweep(stale_after=timedelta(days=-100))

    async def assert_spending_is_that_of_the_calls(self) -> None:
        """Of each company and person: this month's and one day's, calls without a price as 0."""
        calls = await self._calls(running=False)
        for since, until in (
            (datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC)),
            (datetime(2026, 3, 29, tzinfo=UTC), datetime(2026, 3, 30, tzinfo=UTC)),
        ):
            for person in {made.interviewer.id: made.interviewer for made in self._places}.values():
                for user_id in (None, person.id):
                    theirs = [
                        call
                        for call in calls
                        if call.company_id == person.company_id
                        and user_id in (None, call.user_id)
                        and since <= call.started_at < until
                    ]
                    async with self._database.read() as session:
                        used = await spent(session, person.company_id, user_id, since, until)
                    assert (used.cost_microusd, used.tokens) == (
                        sum(call.cost_microusd or 0 for call in theirs),
                        sum(call.prompt_tokens + call.completion_tokens for call in theirs),
                    )


@pytest.mark.parametrize("seed", range(3))
async def test_the_sums_are_those_of_the_calls_whatever_happens(
    database: Database, seed: int
) -> None:
    office = Office(database, random.Random(seed))
    await office.open()
    for number in range(150):
        await office.do_something()
        if number % 30 == 29:
            await assert_sums_are_those_of_the_calls(database)
            await office.assert_spending_is_that_of_the_calls()
    await office.sweep()
    await assert_sums_are_those_of_the_calls(database)
