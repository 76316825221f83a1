"""Rows of hiring that are made by their names alone."""

from datetime import timedelta

import pytest
from sqlmodel import select

from feedback_app.core import clock
from feedback_app.core.errors import Invalid, NotFound
from feedback_app.db.models import Department, Scorecard
from feedback_app.db.session import Database
from feedback_app.hiring import creating
from tests.factories import make_candidate, make_company, make_job, make_user


async def test_a_job_is_added_by_its_title_alone(database: Database) -> None:
    company = await make_company(database)
    async with database.write() as session:
        first = await creating.add_job(session, company.id, "  Data   engineer ")
        second = await creating.add_job(session, company.id, "Analyst", "GENERAL")
        third = await creating.add_job(session, company.id, "Clerk", "Finance")
    assert (first.title, first.company_id) == ("Data engineer", company.id)
    assert first.department_id == second.department_id != third.department_id
    async with database.read() as session:
        rows = await session.exec(
            select(Department.name).where(Department.company_id == company.id)
        )
        assert sorted(rows.all()) == ["Finance", "General"]


async def test_a_department_of_that_name_comes_back_from_the_archive(database: Database) -> None:
    company = await make_company(database)
    async with database.write() as session:
        job = await creating.add_job(session, company.id, "Clerk", "Finance")
        unit = await session.get_one(Department, job.department_id)
        unit.archived_at = clock.now()
        again = await creating.department_named(session, company.id, "finance")
    assert (again.id, again.name, again.archived_at) == (unit.id, "Finance", None)


@pytest.mark.parametrize("name", ["", "   ", "\u200b", "x" * 121, "bell\x07", "to the \u202eleft"])
async def test_names_are_readable_and_bounded(database: Database, name: str) -> None:
    company = await make_company(database)
    with pytest.raises(Invalid):
        async with database.write() as session:
            await creating.add_candidate(session, company.id, name)
    with pytest.raises(Invalid):
        async with database.write() as session:
            await creating.add_job(session, company.id, name)


async def test_an_interview_gives_each_interviewer_an_empty_scorecard(database: Database) -> None:
    person = await make_user(database)
    colleague = await make_user(database, company_id=person.company_id)
    job = await make_job(database, person.company_id)
    candidate = await make_candidate(database, person.company_id)
    async with database.write() as session:
        interview = await creating.add_interview(
            session,
            person.company_id,
            candidate_id=candidate.id,
            job_id=job.job.id,
            interviewers=[person.id, colleague.id],
            held_at=clock.now() + timedelta(days=1),
            covers=[job.competencies[0].id],
            created_by=person.id,
        )
    async with database.read() as session:
        rows = await session.exec(select(Scorecard).where(Scorecard.interview_id == interview.id))
        cards = rows.all()
    assert {card.user_id for card in cards} == {person.id, colleague.id}
    assert all(not card.notes and card.submitted_at is None for card in cards)
    assert interview.covers == [job.competencies[0].id]


@pytest.mark.parametrize("foreign", ["candidate", "job", "interviewer", "competency", "disabled"])
async def test_an_interview_holds_nothing_of_another_company(
    database: Database, foreign: str
) -> None:
    person, other = await make_user(database), await make_user(database)
    whose = dict.fromkeys(("candidate", "job"), person.company_id)
    if foreign in whose:
        whose[foreign] = other.company_id
    job = await make_job(database, whose["job"])
    elsewhere = await make_job(database, person.company_id, department="Elsewhere")
    candidate = await make_candidate(database, whose["candidate"])
    left = await make_user(database, company_id=person.company_id, is_active=False)
    people = {"interviewer": other.id, "disabled": left.id}
    asked = elsewhere.competencies if foreign == "competency" else ()
    with pytest.raises(NotFound):
        async with database.write() as session:
            await creating.add_interview(
                session,
                person.company_id,
                candidate_id=candidate.id,
                job_id=job.job.id,
                interviewers=[person.id, people.get(foreign, person.id)],
                held_at=clock.now(),
                covers=[each.id for each in asked],
            )
