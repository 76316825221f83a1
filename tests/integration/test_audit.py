"""The ledger's audit: every kind of contradiction is found, and a sound ledger has none."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from feedback_app.core import clock
from feedback_app.core.settings import ROOT
from feedback_app.db.demo import load_demo
from feedback_app.db.models import CallStatus, SystemLog
from feedback_app.db.session import Database
from feedback_app.feedback.audit import FeedbackCheck
from feedback_app.llm.audit import Check, audit, audit_counted
from feedback_app.llm.client.offline import OfflineClient
from tests.auditing import has_rows_to_audit
from tests.factories import MadeInterview, make_call, make_interview, make_user, store
from tests.integration.generating import stage

pytestmark = pytest.mark.ledger_findings(
    *Check, *FeedbackCheck, reason="the rows are made wrong on purpose"
)


async def found(database: Database, company_id: str | None = None) -> list[tuple[str, str]]:
    findings = await audit(database, (), company_id=company_id)
    url = database.engine.url.render_as_string(hide_password=False)
    assert has_rows_to_audit(url) or not findings, "tests would not be audited"
    return [(finding.check, finding.call_id) for finding in findings]


async def test_the_demo_has_no_findings(database: Database) -> None:
    await load_demo(database)
    audited = await audit_counted(database, ())
    assert audited.findings == []
    assert audited.calls > 150


async def test_calls_as_the_pipeline_leaves_them_have_no_findings(database: Database) -> None:
    async with stage(database, client=OfflineClient(None)) as on:
        await on.run()
        await on.start()
        assert await audit(database, on.generations.live_calls) == []
        await on.stop()
        await on.generations.aclose()
        assert not on.generations.live_calls
    assert await found(database) == []


@pytest.mark.parametrize(
    ("check", "values"),
    [
        pytest.param(Check.FINISHED_AT, {"finished_at": None}, id="settled without an end"),
        pytest.param(Check.MISSING_COST, {"cost_microusd": None}, id="no cost, a known price"),
        pytest.param(
            Check.UNKNOWN_PRICE,
            {"cost_microusd": None, "requested_model": "house-7b", "resolved_model": "house-7b"},
            id="no cost, an unknown price",
        ),
        pytest.param(
            Check.COST_WITHOUT_TOKENS,
            {"prompt_tokens": 0, "completion_tokens": 0},
            id="a cost without tokens",
        ),
        pytest.param(
            Check.ESTIMATE_MARK,
            {"tokens_estimated": True, "cached_tokens": 64},
            id="estimated, though the provider told what was cached",
        ),
        pytest.param(
            Check.ESTIMATE_MARK,
            {"tokens_estimated": True, "cache_write_tokens": 64},
            id="estimated, though the provider told what it wrote to its cache",
        ),
        pytest.param(
            Check.ESTIMATE_MARK,
            {"finish_reason": None},
            id="not estimated, though nobody said that the answer was whole",
        ),
        pytest.param(
            FeedbackCheck.SAVED_FLAG,
            {"saved_as_feedback": True},
            id="saved, but no feedback says so",
        ),
    ],
)
async def test_a_row_that_contradicts_itself_is_found(
    database: Database, check: Check, values: dict[str, Any]
) -> None:
    made = await make_interview(database)
    await make_call(database, made)
    assert await found(database) == []
    wrong = await make_call(database, made, **values)
    assert await found(database) == [(check, wrong.id)]


async def test_a_running_call_without_a_task_is_found_unless_it_is_alive(
    database: Database,
) -> None:
    call = await make_call(database, await make_interview(database), status=CallStatus.RUNNING)
    assert await found(database) == [(Check.LOST_CALL, call.id)]
    assert await audit(database, {call.id}) == []
    assert await audit(database, None) == [], "it may run elsewhere: its heart beats"


async def test_a_running_call_that_has_an_end_is_found(database: Database) -> None:
    made = await make_interview(database)
    call = await make_call(database, made, status=CallStatus.RUNNING, finished_at=clock.now())
    (finding,) = await audit(database, {call.id})
    assert (finding.check, finding.call_id) == (Check.FINISHED_AT, call.id)


async def test_a_stale_heartbeat_is_found_by_whoever_knows_no_tasks(database: Database) -> None:
    made = await make_interview(database)
    beat = clock.now() - timedelta(seconds=31)
    call = await make_call(database, made, status=CallStatus.RUNNING, heartbeat_at=beat)
    (finding,) = await audit(database, None)
    assert (finding.check, finding.call_id) == (Check.LOST_CALL, call.id)


async def _no_such_call(database: Database, made: MadeInterview) -> str:
    return "no-such-call"


async def _another_persons_call(database: Database, made: MadeInterview) -> str:
    other = await make_user(database, company_id=made.interviewer.company_id)
    return (await make_call(database, made, user_id=other.id)).id


async def _another_interviews_call(database: Database, made: MadeInterview) -> str:
    return (await make_call(database, await make_interview(database, made.interviewer))).id


@pytest.mark.parametrize("origin", [_no_such_call, _another_persons_call, _another_interviews_call])
async def test_feedback_that_did_not_begin_as_it_says_is_found(
    database: Database, origin: Callable[[Database, MadeInterview], Any]
) -> None:
    made = await make_interview(database)
    call_id = await origin(database, made)
    made.scorecard.feedback_call_id = call_id
    await store(database, made.scorecard)
    assert await found(database) == [(FeedbackCheck.ORIGIN, call_id)]


async def test_feedback_from_a_call_that_is_not_marked_as_saved_is_found(
    database: Database,
) -> None:
    made = await make_interview(database)
    call = await make_call(database, made)
    made.scorecard.feedback_call_id = call.id
    await store(database, made.scorecard)
    assert await found(database) == [(FeedbackCheck.SAVED_FLAG, call.id)]


async def test_a_call_without_its_draft_is_found(database: Database) -> None:
    call = await make_call(database, await make_interview(database))
    async with database.engine.begin() as connection:
        await connection.execute(text("DELETE FROM draft"))
    assert await found(database) == [(Check.CALL_WITHOUT_DRAFT, call.id)]


async def test_a_draft_without_its_call_is_found(database: Database) -> None:
    call = await make_call(database, await make_interview(database))
    async with database.engine.begin() as connection:
        if database.is_sqlite:
            # Foreign keys cannot be switched off within a transaction: hide the referring table.
            await connection.execute(text("ALTER TABLE draft RENAME TO hidden"))
            await connection.execute(text("CREATE TABLE draft AS SELECT * FROM hidden"))
            await connection.execute(text("DROP TABLE hidden"))
        else:
            await connection.execute(text("SET LOCAL session_replication_role = replica"))
        await connection.execute(text("DELETE FROM llm_call"))
        await connection.execute(text("DELETE FROM system_log"))
        await connection.execute(text("DELETE FROM usage_rollup"))
        await connection.execute(text("DELETE FROM usage_day"))
    assert await found(database) == [(Check.DRAFT_WITHOUT_CALL, call.id)]


async def test_a_call_with_no_or_two_log_rows_is_found(database: Database) -> None:
    made = await make_interview(database)
    silent, loud = await make_call(database, made), await make_call(database, made)
    async with database.engine.begin() as connection:
        await connection.execute(
            text("DELETE FROM system_log WHERE llm_call_id = :call"), {"call": silent.id}
        )
    await store(database, SystemLog(component="llm", action="feedback", llm_call_id=loud.id))
    assert sorted(await found(database)) == sorted(
        [(Check.LOG_ROWS, silent.id), (Check.LOG_ROWS, loud.id)]
    )


async def test_a_log_row_of_a_call_that_never_ended_is_found(database: Database) -> None:
    await store(database, SystemLog(component="llm", action="feedback", llm_call_id="never"))
    assert await found(database) == [(Check.LOG_ROWS, "never")]


async def test_a_company_is_told_only_of_its_own_calls(database: Database) -> None:
    mine, theirs = await make_interview(database), await make_interview(database)
    wrong = await make_call(database, mine, finished_at=None)
    bare = await make_call(database, theirs, finished_at=None, saved_as_feedback=True)
    each_wrong: tuple[dict[str, Any], ...] = (
        {"status": CallStatus.RUNNING},
        {"cost_microusd": None},
        {"cost_microusd": None, "requested_model": "house-7b", "resolved_model": "house-7b"},
        {"prompt_tokens": 0, "completion_tokens": 0},
        {"finish_reason": None},
    )
    for values in each_wrong:
        await make_call(database, theirs, **values)
    theirs.scorecard.feedback_call_id = "no-such-call"
    stranger = theirs.interviewer.company_id
    unfounded = SystemLog(
        component="llm", action="feedback", llm_call_id="never", company_id=stranger
    )
    await store(database, theirs.scorecard, unfounded)
    async with database.engine.begin() as connection:
        await connection.execute(
            text("DELETE FROM draft WHERE llm_call_id = :call"), {"call": bare.id}
        )
        await connection.execute(
            text("UPDATE usage_rollup SET calls = 9 WHERE company_id = :company"),
            {"company": stranger},
        )
    missed = set(Check) - {check for check, _ in await found(database)}
    assert missed == {Check.DRAFT_WITHOUT_CALL}, "which the database does not let happen"
    company_id = mine.interviewer.company_id
    assert await found(database, company_id) == [(Check.FINISHED_AT, wrong.id)]
    assert (await audit_counted(database, (), company_id=company_id)).calls == 1


@pytest.mark.processes
async def test_the_command_prints_the_findings_and_fails(
    database: Database, database_url: str
) -> None:
    made = await make_interview(database)
    assert _command(database_url) == (0, "No findings, 0 calls checked\n")
    call = await make_call(database, made, finished_at=None)
    code, said = _command(database_url)
    assert code == 1
    assert said.startswith(f"{call.id}  finished_at: The call is settled, but ")
    assert said.endswith("1 finding, 1 call checked\n")


def _command(database_url: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "feedback_app.llm.audit"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout
