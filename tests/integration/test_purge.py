"""What is kept long enough goes, a few rows at a time; the ledger and what people wrote stay."""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, func, select

from feedback_app.core import clock
from feedback_app.core.errors import Invalid
from feedback_app.core.settings import Settings
from feedback_app.db.models import (
    Draft,
    LlmCall,
    LoginSession,
    PurgeRun,
    SignInAttempt,
    SystemLog,
    TextVersion,
    UsageDay,
    UsageRollup,
)
from feedback_app.db.session import Database
from feedback_app.feedback import service
from feedback_app.llm.audit import audit
from feedback_app.retention import purge as purging
from feedback_app.retention.purge import DailyPurge, PurgeUnderWay, purge
from tests.factories import make_call, make_interview, make_user, store
from tests.integration.generating import as_user

PROMPT = [{"role": "user", "content": "the notes that were sent"}]


def settings(**values: Any) -> Settings:
    return Settings(**values)


def ago(**time: float) -> Any:
    return clock.now() - timedelta(**time)


async def numbers(database: Database, *tables: type[Any]) -> list[int]:
    async with database.read() as session:
        return [(await session.exec(select(func.count()).select_from(t))).one() for t in tables]


async def draft_of(database: Database, call: LlmCall) -> Draft:
    async with database.read() as session:
        return await session.get_one(Draft, call.id)


async def ledger(database: Database) -> list[Any]:
    """Every row of the ledger and of its sums."""
    async with database.read() as session:
        calls = (await session.exec(select(LlmCall).order_by(col(LlmCall.id)))).all()
        hours = (await session.exec(select(UsageRollup))).all()
        days = (await session.exec(select(UsageDay))).all()
    return [row.model_dump() for row in (*calls, *hours, *days)]


async def test_the_system_log_and_the_attempts_keep_as_many_days_as_the_settings_say(
    database: Database,
):
    for days in (5, 15, 100):
        await store(
            database,
            SystemLog(component="ui", action=f"{days}", at=ago(days=days), company_id="c"),
            SignInAttempt(email="a", address="b", succeeded=False, at=ago(days=days)),
        )
    removed = await purge(database, settings(KEEP_LOG_DAYS=10, KEEP_ATTEMPTS_DAYS=20))
    assert (removed["rows of the system log"], removed["sign-in attempts"]) == (2, 1)
    assert await numbers(database, SystemLog, SignInAttempt) == [1, 2]


async def test_zero_days_are_for_ever(database: Database):
    call = await make_call(
        database,
        await make_interview(database),
        started_at=ago(days=9000),
        draft={"prompt": PROMPT},
    )
    await store(
        database,
        SystemLog(component="ui", action="old", at=ago(days=9000), company_id="c"),
        SignInAttempt(email="a", address="b", succeeded=True, at=ago(days=9000)),
    )
    before = await numbers(database, SystemLog, SignInAttempt)
    await purge(database, settings(KEEP_LOG_DAYS=0, KEEP_ATTEMPTS_DAYS=0, KEEP_PROMPTS_DAYS=0))
    assert await numbers(database, SystemLog, SignInAttempt) == before
    assert (await draft_of(database, call)).prompt == PROMPT


async def test_sessions_and_tokens_that_ended_a_day_ago_go(database: Database):
    user = await make_user(database)
    soon = clock.now() + timedelta(hours=1)

    def session(name: str, **values: Any) -> LoginSession:
        return LoginSession(
            **{"token_hash": name, "user_id": user.id, "expires_at": soon, **values}
        )

    await store(
        database,
        session("live"),
        session("just over", expires_at=ago(hours=1)),
        session("over", expires_at=ago(days=2)),
        session("an API token over", kind="api", expires_at=ago(days=2)),
        session("revoked", revoked_at=ago(days=2)),
        session("just revoked", revoked_at=ago(hours=2)),
    )
    assert (await purge(database, settings()))["ended sessions and API tokens"] == 3
    async with database.read() as opened:
        left = set((await opened.exec(select(LoginSession.token_hash))).all())
    assert left == {"live", "just over", "just revoked"}


async def test_prompts_go_and_the_ledger_and_the_texts_stay_as_they_are(database: Database):
    made = await make_interview(database)
    old = await make_call(database, made, started_at=ago(days=40), draft={"prompt": PROMPT})
    new = await make_call(database, made, started_at=ago(days=20), draft={"prompt": PROMPT})
    before = await ledger(database)
    assert (await purge(database, settings()))["prompts"] == 1
    assert (await draft_of(database, old)).prompt is None
    assert (await draft_of(database, old)).text
    assert (await draft_of(database, new)).prompt == PROMPT
    assert await ledger(database) == before


async def test_a_draft_that_was_discarded_a_day_ago_loses_its_text_and_cannot_come_back(
    database: Database,
):
    made = await make_interview(database)
    content = {"prompt": PROMPT, "notes": "notes", "blocks": [{"kind": "p"}], "outline": [9]}
    gone = await make_call(database, made, draft={**content, "discarded_at": ago(hours=25)})
    fresh = await make_call(database, made, draft={**content, "discarded_at": ago(hours=23)})
    kept = await make_call(database, made, draft=content)
    assert (await purge(database, settings()))["texts of discarded drafts"] == 1
    emptied = await draft_of(database, gone)
    assert (emptied.text, emptied.notes, emptied.blocks, emptied.outline) == ("", "", [], [])
    assert emptied.prompt is None
    assert emptied.discarded_at is not None
    for call in (fresh, kept):
        assert (await draft_of(database, call)).text
    await service.bring_back(as_user(made.interviewer), fresh.id)
    with pytest.raises(Invalid, match="more than a day ago"):
        await service.bring_back(as_user(made.interviewer), gone.id)
    assert (await purge(database, settings()))["texts of discarded drafts"] == 0


async def test_what_the_editor_held_of_a_discarded_draft_goes_with_it(database: Database):
    made = await make_interview(database)
    texts = (("discarded", 25), ("discarded", 23), ("replaced", 25))
    for kind, hours in texts:
        version = TextVersion(
            scorecard_id=made.scorecard.id,
            field="feedback",
            kind=kind,
            text="Drafted.",
            at=ago(hours=hours),
        )
        await store(database, version)
    assert (await purge(database, settings()))["earlier texts of discarded drafts"] == 1
    async with database.read() as session:
        left = (await session.exec(select(TextVersion.kind).order_by(col(TextVersion.kind)))).all()
    assert left == ["discarded", "replaced"]


async def test_a_discarded_draft_that_feedback_began_as_keeps_its_text(database: Database):
    made = await make_interview(database)
    call = await make_call(
        database, made, saved_as_feedback=True, draft={"discarded_at": ago(days=3)}
    )
    async with database.write() as session:
        made.scorecard.feedback_call_id = call.id
        await session.merge(made.scorecard)
    await purge(database, settings())
    assert (await draft_of(database, call)).text


async def test_the_audit_misses_no_row_that_the_purge_removed(database: Database):
    made = await make_interview(database)
    await make_call(database, made, started_at=ago(days=200))
    await make_call(database, made, started_at=ago(days=2))
    assert await numbers(database, SystemLog) == [2]
    await purge(database, settings())
    assert await numbers(database, SystemLog) == [1]
    assert await audit(database, ()) == []


async def test_every_step_takes_a_bounded_number_of_rows_and_lets_others_write_between(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(purging, "ROWS_PER_STEP", 10)
    rows = [
        SystemLog(component="ui", action="old", at=ago(days=100), company_id="c") for _ in range(35)
    ]
    await store(database, *rows)
    left: list[int] = []

    async def write_between() -> None:
        while not left or left[-1] > 0:
            async with database.write() as session:
                left.append((await session.exec(select(func.count()).select_from(SystemLog))).one())

    removed, _ = await asyncio.gather(purge(database, settings()), write_between())
    assert removed["rows of the system log"] == 35
    assert {25, 15, 5} & set(left)


async def test_one_process_purges_at_a_time_and_once_a_day(database: Database):
    await store(database, SystemLog(component="ui", action="old", at=ago(days=100)))
    first, second = DailyPurge(settings(), database), DailyPurge(settings(), database)
    assert sorted(await asyncio.gather(first.look(), second.look())) == [False, True]
    assert not await second.look()
    await _note(database, {"finished_at": ago(hours=25)})
    assert await second.look()


async def test_a_purge_by_hand_waits_for_no_day_but_does_not_join_another(database: Database):
    await purge(database, settings())
    await purge(database, settings())
    await _note(database, {"claimed_at": clock.now()})
    with pytest.raises(PurgeUnderWay):
        await purge(database, settings())
    await _note(database, {"claimed_at": ago(minutes=11)})
    await purge(database, settings())


async def test_a_purge_that_fails_is_not_done_for_the_day(
    database: Database, monkeypatch: pytest.MonkeyPatch
):
    daily = DailyPurge(settings(), database)
    with monkeypatch.context() as broken:
        broken.setattr(purging, "_tasks", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            await daily.look()
    assert await daily.look()


async def _note(database: Database, values: Mapping[str, Any]) -> None:
    async with database.write() as session:
        run = await session.get_one(PurgeRun, 1)
        run.sqlmodel_update(dict(values))
