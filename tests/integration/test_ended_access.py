"""Drafts of people who lost their access stop by themselves, on whichever worker they run."""

from collections.abc import Awaitable, Callable

import pytest

from feedback_app.auth import accounts, sessions
from feedback_app.core import clock
from feedback_app.db.models import CallStatus
from feedback_app.db.session import Database
from feedback_app.llm.events import EndedEvent
from feedback_app.llm.generation import supervisor
from feedback_app.llm.ledger.ledger import Ledger
from tests.factories import make_call, make_interview
from tests.integration.generating import HELD, Stage, follow, stage, until_text
from tests.upstream import Upstream


async def disable(on: Stage) -> None:
    await accounts.disable(on.user.email)


async def revoke(on: Stage) -> None:
    await sessions.revoke_all(on.user.id)


@pytest.mark.parametrize("ending", [disable, revoke])
async def test_a_draft_stops_with_the_access_of_its_person_and_keeps_its_text(
    database: Database,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    ending: Callable[[Stage], Awaitable[None]],
) -> None:
    monkeypatch.setattr(supervisor, "ACCESS_EVERY_S", 0.05)
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        await on.generations.open()
        log = on.log(await on.start())
        await until_text(log)
        await ending(on)
        ended = (await follow(log))[-1]
        assert isinstance(ended, EndedEvent)
        call = await on.call()
        assert (call.status, call.error_code) == (CallStatus.CANCELLED, "CANCELLED")
        assert (await on.draft()).text == ended.partial != ""
        upstream.release()


@pytest.mark.ledger_findings("lost_call", reason="the calls run in no process")
async def test_only_calls_begun_before_access_ended_are_stopped(database: Database) -> None:
    made = await make_interview(database)
    other = await make_interview(database)
    before = await make_call(database, made, status=CallStatus.RUNNING, started_at=clock.now())
    others = await make_call(database, other, status=CallStatus.RUNNING, started_at=clock.now())
    ledger = Ledger(database)
    assert await ledger.no_longer_allowed([before.id, others.id]) == []
    await sessions.revoke_all(made.interviewer.id)
    assert await ledger.no_longer_allowed([before.id, others.id]) == [before.id]
    again = await make_interview(database, made.interviewer)
    after = await make_call(database, again, status=CallStatus.RUNNING, started_at=clock.now())
    assert await ledger.no_longer_allowed([before.id, after.id]) == [before.id]
    await accounts.disable(made.interviewer.email)
    assert set(await ledger.no_longer_allowed([before.id, after.id])) == {before.id, after.id}
