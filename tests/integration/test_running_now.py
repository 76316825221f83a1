"""Calls that run right now: seen and stopped by administrators of their company only."""

import pytest

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import Cancelled, Forbidden, NotFound
from feedback_app.core.markers import is_unlogged
from feedback_app.db.models import CallStatus
from feedback_app.db.session import Database
from feedback_app.usage.checking import service as checking
from feedback_app.usage.running import service
from feedback_app.usage.running.state import RunningState
from tests.factories import make_admin, make_call, make_interview
from tests.integration.generating import (
    HELD,
    Stage,
    as_user,
    ended_of,
    follow,
    stage,
    until_text,
)
from tests.upstream import Upstream


async def admin_of(on: Stage) -> CurrentUser:
    return as_user(await make_admin(on.database, company_id=on.made.interviewer.company_id))


async def test_a_running_call_is_seen_as_it_runs_and_stopped_for_its_person_too(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        admin = await admin_of(on)
        assert await service.running(admin) == []
        log = on.log(await on.start())
        await until_text(log, 20)
        (row,) = await service.running(admin)
        assert (row.call_id, row.phase, row.model) == (log.call_id, "Writing", "gpt-4o-mini")
        assert (row.person, row.subject) == (on.made.interviewer.name, on.made.candidate.name)
        assert row.tokens.startswith("≈ ")
        await service.stop(admin, log.call_id)
        ending = ended_of(await follow(log))
        assert (ending.type, ending.message) == ("cancelled", Cancelled.sentence)
        assert await service.running(admin) == []
        assert (await on.call()).status == CallStatus.CANCELLED
        with pytest.raises(service.NotRunning):
            await service.stop(admin, log.call_id)
        assert await checking.check(admin) == ("No findings, 1 call checked.", [])


async def test_whoever_is_no_administrator_of_the_company_sees_and_stops_nothing(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        log = on.log(await on.start())
        await until_text(log)
        stranger = as_user(await make_admin(database))
        assert await service.running(stranger) == []
        with pytest.raises(NotFound):
            await service.stop(stranger, log.call_id)
        with pytest.raises(Forbidden):
            await service.running(on.user)
        with pytest.raises(Forbidden):
            await service.stop(on.user, log.call_id)
        with pytest.raises(Forbidden):
            await checking.check(on.user)
        assert not log.ended
        await on.stop()
        await follow(log)


@pytest.mark.ledger_findings("lost_call", reason="a running row no process runs is written by hand")
async def test_a_call_of_another_process_is_known_by_its_checkpoint(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        admin = await admin_of(on)
        silent = await make_call(database, on.made, status=CallStatus.RUNNING, text="")
        other = await make_interview(database, on.made.interviewer)
        writing = await make_call(database, other, status=CallStatus.RUNNING, text="x" * 400)
        rows = {row.call_id: row for row in await service.running(admin)}
        assert (rows[silent.id].phase, rows[silent.id].tokens) == ("Waiting for the model", "–")
        assert (rows[writing.id].phase, rows[writing.id].tokens) == ("Writing", "≈ 100")
        assert rows[writing.id].since == "5 min 0 s"
        summary, found = await checking.check(admin)
        assert summary == "2 findings, 2 calls checked."
        assert {row.call_id for row in found} == {silent.id, writing.id}


def test_a_stop_leaves_a_row_in_the_log_and_looking_leaves_none() -> None:
    assert not is_unlogged(RunningState.event_handlers["stop"].fn)
    assert is_unlogged(RunningState.event_handlers["watch"].fn)
