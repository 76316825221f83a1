"""What interviewers see of interviews that cover some competencies, and of archived ones."""

from collections.abc import Sequence

import pytest

from feedback_app.core import clock
from feedback_app.core.errors import NotFound
from feedback_app.db.models import Interview
from feedback_app.db.session import Database
from feedback_app.feedback.queries import scorecard_rows
from feedback_app.interviews import service
from feedback_app.interviews.inbox import service as inbox
from tests.factories import MadeInterview, make_interview
from tests.integration.generating import as_user


async def cover(database: Database, made: MadeInterview, names: Sequence[str]) -> None:
    async with database.write() as session:
        interview = await session.get_one(Interview, made.id)
        interview.covers = [each.id for each in made.competencies if each.name in names]
        session.add(interview)


async def archive(database: Database, made: MadeInterview) -> None:
    async with database.write() as session:
        interview = await session.get_one(Interview, made.id)
        interview.archived_at = clock.now()
        session.add(interview)


async def test_only_covered_competencies_are_shown_counted_and_rated(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    (row,) = (await inbox.inbox(user)).older
    assert row.progress == "Notes, 2 of 3 rated"
    await cover(database, made, ["System design", "Code quality"])
    (row,) = (await inbox.inbox(user)).older
    assert row.progress == "Notes, 1 of 2 rated"
    record = await service.record(user, made.id)
    assert [row.name for row in record.competencies] == ["System design", "Code quality"]
    async with database.read() as session:
        facts = await scorecard_rows.load_assessment(session, user, made.id)
    assert [each.name for each in facts.competencies] == ["System design", "Code quality"]
    await service.rate(user, made.id, made.competencies[2].id, 4)
    with pytest.raises(NotFound):
        await service.rate(user, made.id, made.competencies[1].id, 4)


async def test_an_archived_interview_leaves_the_inbox_unless_it_is_submitted(
    database: Database,
) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    done = await make_interview(
        database, made.interviewer, scorecard={"submitted_at": clock.now(), "feedback": "Good."}
    )
    for each in (made, done):
        await archive(database, each)
    view = await inbox.inbox(user)
    assert [row.id for row in (*view.today, *view.older, *view.waiting)] == []
    assert [row.id for row in view.done] == [done.id]
    assert await inbox.open_rows(user) == ()
    entries, _ = await service.page_of_mine(user, after=None, limit=10)
    assert [entry.id for entry in entries] == [done.id]
    async with database.read() as session:
        assert await scorecard_rows.left_to_write(session, user, clock.now(), "") == []
    assert (await service.record(user, made.id)).detail.id == made.id
