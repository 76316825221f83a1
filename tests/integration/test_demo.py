"""The demo data: loads once, into an empty database only, and is what the README promises."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, func, select

from feedback_app.auth.passwords import verify_password
from feedback_app.core import clock
from feedback_app.core.demo import DEMO_SIGN_INS
from feedback_app.db.demo import load_demo
from feedback_app.db.demo_data.companies import COMPANIES
from feedback_app.db.models import (
    CallStatus,
    Candidate,
    Company,
    Competency,
    CompetencyRating,
    Department,
    Draft,
    Interview,
    Job,
    LlmCall,
    Scorecard,
    SystemLog,
    User,
)
from feedback_app.db.session import Database
from tests.factories import make_company

_QUOTE = re.compile(r'"([^"]+)"')


async def _count(database: Database, table: type) -> int:
    async with database.read() as session:
        return (await session.exec(select(func.count()).select_from(table))).one()


async def _cards_of(database: Database, email: str) -> list[Scorecard]:
    async with database.read() as session:
        rows = await session.exec(
            select(Scorecard)
            .join(User, col(User.id) == Scorecard.user_id)
            .where(User.email == email)
        )
        return list(rows.all())


async def test_the_demo_has_the_promised_shape(database: Database) -> None:
    assert await load_demo(database)
    assert await _count(database, Company) == 2
    assert await _count(database, Department) == 3
    assert await _count(database, Interview) == 16
    assert await _count(database, Candidate) == 16
    cards = {s.email: await _cards_of(database, s.email) for s in DEMO_SIGN_INS}
    assert {email: len(found) for email, found in cards.items()} == {
        "interviewer@demo.test": 12,
        "second@demo.test": 6,
        "admin@demo.test": 2,
        "outsider@demo.test": 2,
    }
    mine = cards["interviewer@demo.test"]
    shared = {c.interview_id for c in mine} & {c.interview_id for c in cards["second@demo.test"]}
    assert len(shared) == 4
    assert len([c for c in mine if not c.notes]) == 4
    assert len([c for c in mine if c.notes and c.recommendation is None]) == 2
    assert len([c for c in mine if c.submitted_at]) == 3
    assert len([c for c in mine if c.feedback and not c.submitted_at]) == 1


async def test_the_demo_is_loaded_once(database: Database) -> None:
    assert await load_demo(database)
    before = await _count(database, LlmCall)
    assert not await load_demo(database)
    assert await _count(database, LlmCall) == before
    assert await _count(database, Company) == 2


async def test_a_database_that_holds_a_company_is_left_alone(database: Database) -> None:
    await make_company(database)
    assert not await load_demo(database)
    assert await _count(database, User) == 0


async def test_of_two_processes_loading_at_once_one_does(
    database: Database, database_url: str
) -> None:
    other = Database(database_url)
    try:
        loaded = await asyncio.gather(load_demo(database), load_demo(other))
    finally:
        await other.aclose()
    assert sorted(loaded) == [False, True]
    assert await _count(database, Company) == 2


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_everybody_can_sign_in_with_the_printed_password(database: Database) -> None:
    await load_demo(database)
    async with database.read() as session:
        for person in DEMO_SIGN_INS:
            user = (await session.exec(select(User).where(User.email == person.email))).one()
            assert await verify_password(person.password, user.password_hash)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_every_job_has_four_or_five_competencies_and_every_rating_is_one_of_four(
    database: Database,
) -> None:
    await load_demo(database)
    async with database.read() as session:
        jobs = await session.exec(
            select(Job.title, func.count(col(Competency.id)))
            .join(Competency, col(Competency.job_id) == Job.id)
            .group_by(Job.title)
        )
        assert {count for _, count in jobs.all()} == {4, 5}
        ratings = (await session.exec(select(CompetencyRating.rating).distinct())).all()
        assert set(ratings) == {1, 2, 3, 4}


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "today",
    [datetime(2026, 3, 1, 0, 5, tzinfo=UTC), datetime(2026, 3, 4, 12, tzinfo=UTC)],
    ids=["a Sunday just after midnight", "a Wednesday at noon"],
)
async def test_the_ledger_is_settled_and_adds_up(database: Database, today: datetime) -> None:
    clock.set_now(lambda: today)
    try:
        await load_demo(database)
    finally:
        clock.set_now(None)
    async with database.read() as session:
        calls = (await session.exec(select(LlmCall).order_by(col(LlmCall.id)))).all()
        logged = (await session.exec(select(SystemLog.llm_call_id))).all()
    assert 150 <= len(calls) <= 250
    assert sorted(c.id for c in calls) == sorted(call_id or "" for call_id in logged)
    assert [c.started_at for c in calls] == sorted(c.started_at for c in calls)
    assert today - calls[0].started_at > timedelta(days=35)
    assert {c.requested_model for c in calls} == {"gpt-6-luna", "gpt-5.6", "offline-drafter"}
    assert {c.status for c in calls} >= {"complete", "cancelled", "error"}
    for call in calls:
        assert call.status != CallStatus.RUNNING
        assert call.finished_at is not None
        assert call.started_at < call.finished_at < today
        assert call.cost_microusd is not None
        assert call.reserved_microusd is not None
        assert call.cost_microusd <= call.reserved_microusd
        assert (call.cost_microusd == 0) == (
            call.provider == "offline" or call.prompt_tokens + call.completion_tokens == 0
        )
        assert (call.error_code is None) == (call.status == CallStatus.COMPLETE)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
async def test_saved_feedback_points_at_the_call_it_came_from(database: Database) -> None:
    await load_demo(database)
    async with database.read() as session:
        cards = (await session.exec(select(Scorecard).where(Scorecard.feedback != ""))).all()
        assert cards
        for card in cards:
            call = await session.get(LlmCall, card.feedback_call_id)
            draft = await session.get(Draft, card.feedback_call_id)
            assert call is not None
            assert draft is not None
            assert call.saved_as_feedback
            assert (call.subject_id, call.user_id) == (card.interview_id, card.user_id)
            assert (draft.text, draft.discarded_at) == (card.feedback, None)


def test_every_quotation_in_the_demos_feedback_is_in_the_notes() -> None:
    quoted = 0
    for company in COMPANIES:
        for interview in company.interviews:
            for card in interview.cards:
                for quotation in _QUOTE.findall(card.feedback):
                    assert quotation.rstrip(".") in card.notes
                    quoted += 1
    assert quoted > 15
