"""Interviews that interviewers add themselves, on both databases."""

import pytest
from sqlmodel import select

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden
from feedback_app.db.models import Candidate, Company, Interview, Job, Scorecard, User
from feedback_app.db.session import Database
from feedback_app.hiring.checks import WrongFields
from feedback_app.interviews.adding import service
from feedback_app.interviews.service import MAX_NOTES_CHARACTERS
from tests.factories import make_admin, make_candidate, make_company, make_interview, make_job
from tests.factories import make_user as make_person

FORM = {"candidate": "Imke Brandt", "job": "Ferry mechanic", "notes": "Swapped an injector."}


def acting(user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


async def added(
    database: Database, interview_id: str
) -> tuple[Interview, Candidate, Job, Scorecard]:
    async with database.read() as session:
        rows = await session.exec(
            select(Interview, Candidate, Job, Scorecard)
            .join(Candidate)
            .join(Job)
            .join(Scorecard)
            .where(Interview.id == interview_id)
        )
        return rows.one()


async def test_an_interview_is_added_with_all_it_needs(database: Database) -> None:
    user = await make_person(database)
    interview_id = await service.add(acting(user), FORM)
    interview, candidate, job, card = await added(database, interview_id)
    assert (candidate.name, job.title, card.notes) == tuple(FORM.values())
    assert (interview.kind, interview.created_by, card.user_id) == ("Interview", user.id, user.id)
    assert interview.held_at <= clock.now()
    assert {row.company_id for row in (interview, candidate, job)} == {user.company_id}
    assert card.notes_saved_at is not None


async def test_a_job_of_that_title_and_a_candidate_interviewed_for_it_are_taken(
    database: Database,
) -> None:
    user = await make_person(database)
    made = await make_interview(
        database,
        user,
        job=await make_job(database, user.company_id, title="Ferry mechanic"),
        candidate=await make_candidate(database, user.company_id, name="Imke Brandt"),
    )
    form = {**FORM, "candidate": " imke  BRANDT ", "job": "FERRY mechanic"}
    _, candidate, job, _ = await added(database, await service.add(acting(user), form))
    assert (candidate.id, job.id) == (made.candidate.id, made.job.id)


async def test_a_candidate_of_that_name_for_another_job_is_somebody_else(
    database: Database,
) -> None:
    user = await make_person(database)
    known = await make_candidate(database, user.company_id, name="Imke Brandt")
    await make_interview(database, user, candidate=known)
    _, candidate, _, _ = await added(database, await service.add(acting(user), FORM))
    assert candidate.id != known.id


async def test_nothing_of_another_company_is_taken_or_offered(database: Database) -> None:
    other = await make_person(database)
    made = await make_interview(
        database,
        other,
        job=await make_job(database, other.company_id, title="Ferry mechanic"),
        candidate=await make_candidate(database, other.company_id, name="Imke Brandt"),
    )
    user = await make_person(database)
    assert (await service.view(acting(user))).jobs == []
    _, candidate, job, _ = await added(database, await service.add(acting(user), FORM))
    assert candidate.id != made.candidate.id
    assert job.id != made.job.id
    assert (await service.view(acting(user))).jobs == ["Ferry mechanic"]


async def test_where_the_company_says_so_only_administrators_add(database: Database) -> None:
    company = await make_company(database, interviewers_add=False)
    user, admin = await make_person(database, company), await make_admin(database, company)
    assert not (await service.view(acting(user))).is_allowed
    with pytest.raises(Forbidden):
        await service.add(acting(user), FORM)
    async with database.read() as session:
        assert (await session.exec(select(Interview))).all() == []
    assert (await service.view(acting(admin))).is_allowed
    await service.add(acting(admin), FORM)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"candidate": " "}, "candidate"),
        ({"candidate": "x" * 5000}, "candidate"),
        ({"job": ""}, "job"),
        ({"job": "a\u202eb"}, "job"),
        ({"kind": "x" * 121}, "kind"),
        ({"notes": "x" * (MAX_NOTES_CHARACTERS + 1)}, "notes"),
    ],
)
async def test_a_field_that_cannot_be_used_is_named_and_nothing_is_added(
    database: Database, change: dict[str, str], field: str
) -> None:
    user = await make_person(database)
    with pytest.raises(WrongFields) as refused:
        await service.add(acting(user), {**FORM, **change})
    assert set(refused.value.fields) == {field}
    async with database.read() as session:
        for table in (Interview, Candidate, Job):
            assert (await session.exec(select(table))).all() == []
        assert len((await session.exec(select(Company))).all()) == 1
