"""A candidate is forgotten: nothing holds their name any more, and the ledger is as it was."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import String, cast, func
from sqlmodel import SQLModel, col, select

from feedback_app.core import clock
from feedback_app.core.settings import ROOT
from feedback_app.db.models import (
    CallStatus,
    Candidate,
    Draft,
    LlmCall,
    ScorecardEvent,
    StopRequest,
    TextVersion,
    UsageDay,
    UsageRollup,
)
from feedback_app.db.session import Database
from feedback_app.llm.audit import audit
from feedback_app.retention.forgetting import (
    StillRunning,
    UnknownCandidate,
    forget,
    traces,
)
from tests.factories import MadeInterview, make_call, make_interview, store
from tests.integration.generating import follow, stage, until_text
from tests.upstream import Scenario, Upstream

CANARY = "Zoraya Quillfeather"
COUNTS = {
    "candidate": 1,
    "interviews": 2,
    "scorecards": 2,
    "ratings": 4,
    "earlier texts": 1,
    "submissions and reopenings": 1,
    "drafts": 2,
    "prompts": 1,
    "calls that lose their interview": 2,
}


async def known(database: Database) -> MadeInterview:
    """A candidate whose name stands wherever a name can."""
    made = await make_interview(
        database,
        notes=f"{CANARY} drew it.",
        reasons={"System design": f"{CANARY} again"},
        scorecard={
            "feedback": f"# {CANARY}",
            "feedback_blocks": [{"text": CANARY}],
            "put_back": [CANARY],
            "placements": {CANARY: CANARY},
            "answers": {CANARY: CANARY},
        },
    )
    async with database.write() as session:
        candidate = await session.get_one(Candidate, made.candidate.id)
        candidate.name = candidate.headline = candidate.cv_text = CANARY
        candidate.email = f"{CANARY}@example.test"
    await make_interview(
        database, made.interviewer, candidate=made.candidate, notes=f"Second of {CANARY}"
    )
    card = made.scorecard.id
    kept = {"prompt": [{"role": "user", "content": CANARY}], "notes": CANARY}
    kept |= {"blocks": [{"text": CANARY}]}
    await make_call(database, made, text=f"{CANARY} is fine.", draft=kept)
    await make_call(database, made, text=CANARY, status=CallStatus.CANCELLED)
    await store(
        database,
        TextVersion(scorecard_id=card, field="notes", kind="typed", text=CANARY),
        ScorecardEvent(
            scorecard_id=card, user_id=made.interviewer.id, kind="reopened", reason=CANARY
        ),
    )
    return made


async def places_of(database: Database, canary: str) -> set[str]:
    """Every column of every table that has it, whatever its type."""
    found = set[str]()
    async with database.read() as session:
        for table in SQLModel.metadata.sorted_tables:
            for column in table.columns:
                holds = cast(column, String).contains(canary)
                count = select(func.count()).select_from(table).where(holds)
                if (await session.exec(count)).one():
                    found.add(f"{table.name}.{column.name}")
    return found


async def ledger(database: Database) -> list[dict[str, Any]]:
    """The ledger and its sums, without what the calls were about."""
    async with database.read() as session:
        calls = (await session.exec(select(LlmCall).order_by(col(LlmCall.id)))).all()
        hours = (await session.exec(select(UsageRollup))).all()
        days = (await session.exec(select(UsageDay))).all()
    return [row.model_dump(exclude={"subject_id", "run_key"}) for row in (*calls, *hours, *days)]


async def test_nothing_holds_the_name_afterwards_and_the_figures_stay(database: Database):
    made = await known(database)
    other = await make_interview(database, made.interviewer, notes="Of somebody else.")
    await make_call(database, other)
    assert len(await places_of(database, CANARY)) >= 15
    before = await ledger(database)
    gone = await forget(database, made.candidate.id)
    assert dict(gone.counts) == COUNTS
    assert await places_of(database, CANARY) == set()
    assert await places_of(database, made.candidate.id) == set()
    assert await ledger(database) == before
    assert await audit(database, ()) == []
    assert await places_of(database, "Of somebody else.") == {"scorecard.notes"}


async def test_a_dry_run_counts_the_same_and_removes_nothing(database: Database):
    made = await known(database)
    before = await places_of(database, CANARY)
    assert dict((await traces(database, made.candidate.id)).counts) == COUNTS
    assert await places_of(database, CANARY) == before


async def test_nobody_is_forgotten_under_an_unknown_id(database: Database):
    await known(database)
    before = await places_of(database, CANARY)
    for work in (traces, forget):
        with pytest.raises(UnknownCandidate):
            await work(database, "nobody")
    assert await places_of(database, CANARY) == before


async def test_a_running_draft_is_stopped_first_and_what_it_used_is_charged(
    database: Database, upstream: Upstream
):
    upstream.play(Scenario(hold_after=4))
    async with stage(database, upstream.base_url) as on:
        await on.generations.open()
        call_id = await on.start()
        log = on.log(call_id)
        await until_text(log)
        await forget(database, on.made.candidate.id)
        await follow(log)
        call = await on.call()
    assert (call.status, call.subject_id) == (CallStatus.CANCELLED, "")
    assert call.cost_microusd
    async with database.read() as session:
        assert (await session.exec(select(Draft))).all() == []
        assert (await session.exec(select(StopRequest))).all() == []


async def test_a_draft_whose_process_died_does_not_stand_in_the_way(database: Database):
    made = await make_interview(database)
    dead = clock.now() - timedelta(minutes=5)
    await make_call(database, made, status=CallStatus.RUNNING, heartbeat_at=dead)
    await forget(database, made.candidate.id)
    (call,) = [row for row in await ledger(database) if "heartbeat_at" in row]
    assert call["status"] == CallStatus.INTERRUPTED


@pytest.mark.ledger_findings("lost_call", reason="a call that nothing runs or stops")
async def test_nothing_is_removed_while_a_draft_does_not_stop(database: Database):
    made = await known(database)
    before = await places_of(database, CANARY)
    await make_call(database, made, status=CallStatus.RUNNING, text="")
    with pytest.raises(StillRunning):
        await forget(database, made.candidate.id, stop_within_s=0.6)
    assert await places_of(database, CANARY) == before


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_the_files_of_sqlite_do_not_hold_the_name_either(database: Database):
    made = await known(database)
    async with database.write() as session:
        (await session.get_one(Candidate, made.candidate.id)).cv_text = f"Once: {CANARY}. " * 900
    async with database.write() as session:
        (await session.get_one(Candidate, made.candidate.id)).cv_text = "short"
    await forget(database, made.candidate.id)
    path = Path(str(database.engine.url.database))
    files = list(path.parent.glob(f"{path.name}*"))
    assert path in files
    assert [file.name for file in files if CANARY.encode() in file.read_bytes()] == []


def command(url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "feedback_app", *arguments],
        cwd=ROOT,
        env=os.environ | {"DATABASE_URL": url},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.processes
async def test_the_command_removes_only_with_yes(database: Database, database_url: str):
    made = await known(database)
    dry = command(database_url, "forget-candidate", made.candidate.id)
    assert (dry.returncode, dry.stderr) == (0, "")
    assert "        2  interviews" in dry.stdout
    assert "Nothing was removed." in dry.stdout
    assert await places_of(database, CANARY)
    done = command(database_url, "forget-candidate", made.candidate.id, "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert await places_of(database, CANARY) == set()


@pytest.mark.processes
async def test_an_unknown_id_is_one_sentence_and_exit_code_two(database_url: str):
    for yes in ([], ["--yes"]):
        told = command(database_url, "forget-candidate", "nobody\x1b[31m", *yes)
        assert (told.returncode, told.stdout) == (2, "")
        assert told.stderr == "There is no candidate with the id 'nobody\\x1b[31m'.\n"


@pytest.mark.processes
async def test_the_purge_by_hand_says_what_went(database: Database, database_url: str):
    call = await make_call(
        database,
        await make_interview(database),
        started_at=clock.now() - timedelta(days=40),
        draft={"prompt": [{"role": "user", "content": CANARY}]},
    )
    told = command(database_url, "purge")
    assert (told.returncode, told.stderr) == (0, "")
    assert "        1  prompts" in told.stdout
    async with database.read() as session:
        assert (await session.get_one(Draft, call.id)).prompt is None
