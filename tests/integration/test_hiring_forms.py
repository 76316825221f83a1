"""The forms of departments, candidates and jobs: what is saved, what is refused at which field."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import col, select

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import ChangedElsewhere, Forbidden, Invalid, NotFound
from feedback_app.core.ids import new_id
from feedback_app.db.models import Competency, CompetencyRating, Department, Interview, Job
from feedback_app.db.session import Database
from feedback_app.hiring.archiving import set_archived
from feedback_app.hiring.candidates import service as candidates
from feedback_app.hiring.checks import WrongFields
from feedback_app.hiring.departments import service as departments
from feedback_app.hiring.interviews import service as interviews
from feedback_app.hiring.jobs import service as jobs
from feedback_app.hiring.schemas import Values
from tests.factories import MadeInterview, make_admin, make_interview, make_job
from tests.integration.generating import as_user


@dataclass(frozen=True, slots=True)
class Office:
    admin: CurrentUser
    made: MadeInterview


async def make_office(database: Database, **values: Any) -> Office:
    made = await make_interview(database, **values)
    admin = await make_admin(database, company_id=made.interviewer.company_id)
    return Office(as_user(admin), made)


Act = Callable[[CurrentUser, MadeInterview], Awaitable[Any]]
ACTS: dict[str, Act] = {
    "department": lambda user, made: departments.department(user, made.department.id),
    "save department": lambda user, made: departments.save(
        user, made.department.id, {"name": "Mine"}, {"name": made.department.name}
    ),
    "candidate": lambda user, made: candidates.candidate(user, made.candidate.id),
    "save candidate": lambda user, made: candidates.save(
        user, made.candidate.id, {"name": "Mine"}, {}
    ),
    "job": lambda user, made: jobs.job(user, made.job.id),
    "rated": lambda user, made: jobs.is_rated(user, made.job.id, made.competencies[0].id),
    "copied": lambda user, made: jobs.copied(user, made.job.id),
    "save job": lambda user, made: jobs.save(
        user, made.job.id, {"title": "Mine", "department": "Mine"}, [], {}
    ),
    "interview": lambda user, made: interviews.interview(user, made.id),
    "save interview": lambda user, made: interviews.save(
        user,
        made.id,
        {
            "candidate": made.candidate.id,
            "job": made.job.id,
            "kind": "Mine",
            "when": "2026-11-28T14:30",
            "minutes": "60",
            f"person-{made.interviewer.id}": "on",
        },
        [],
        {},
    ),
    "archive job": lambda user, made: set_archived(user, "jobs", made.job.id, True),
    "archive candidate": lambda user, made: set_archived(
        user, "candidates", made.candidate.id, True
    ),
    "archive interview": lambda user, made: set_archived(user, "interviews", made.id, True),
    "archive department": lambda user, made: set_archived(
        user, "departments", made.department.id, True
    ),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
async def test_only_the_companys_administrators_see_and_change_hiring(
    database: Database, act: Act
) -> None:
    office = await make_office(database)
    with pytest.raises(Forbidden):
        await act(as_user(office.made.interviewer), office.made)
    with pytest.raises(NotFound):
        await act(as_user(await make_admin(database)), office.made)
    async with database.read() as session:
        job = await session.get_one(Job, office.made.job.id)
        assert (job.title, job.archived_at) == (office.made.job.title, None)


@pytest.mark.parametrize("name", ["add", "departments", "found", "competencies"])
async def test_an_interviewer_adds_and_finds_nothing(database: Database, name: str) -> None:
    office = await make_office(database)
    user = as_user(office.made.interviewer)
    acts: dict[str, Callable[[], Awaitable[Any]]] = {
        "add": lambda: jobs.add(user, {"title": "Mine"}),
        "departments": lambda: jobs.departments(user),
        "found": lambda: interviews.found(user, "", ""),
        "competencies": lambda: interviews.competencies(user, office.made.job.id, ""),
    }
    with pytest.raises(Forbidden):
        await acts[name]()


# Departments ------------------------------------------------------------------------------------


async def test_a_department_is_added_renamed_and_keeps_its_name_to_itself(
    database: Database,
) -> None:
    office = await make_office(database)
    record = await departments.save(office.admin, routes.NEW, {"name": " Sales  team "}, {})
    assert record.values == {"name": "Sales team"}
    renamed = await departments.save(office.admin, record.id, {"name": "SALES team"}, record.values)
    assert (renamed.id, renamed.values["name"]) == (record.id, "SALES team")
    with pytest.raises(WrongFields) as taken:
        await departments.save(office.admin, record.id, {"name": "engineering"}, renamed.values)
    assert taken.value.fields == {"name": "There is a department “Engineering” already."}
    await set_archived(office.admin, "departments", record.id, True)
    with pytest.raises(WrongFields) as archived:
        await departments.save(office.admin, routes.NEW, {"name": "sales TEAM"}, {})
    assert "among the archived" in archived.value.fields["name"]
    # Another company may have the same.
    other = as_user(await make_admin(database))
    assert (await departments.save(other, routes.NEW, {"name": "Sales team"}, {})).id


async def test_what_somebody_else_has_saved_is_not_overwritten(database: Database) -> None:
    office = await make_office(database)
    base = (await departments.department(office.admin, office.made.department.id)).values
    await departments.save(office.admin, office.made.department.id, {"name": "Theirs"}, base)
    with pytest.raises(ChangedElsewhere):
        await departments.save(office.admin, office.made.department.id, {"name": "Mine"}, base)
    candidate = (await candidates.candidate(office.admin, office.made.candidate.id)).values
    await candidates.save(office.admin, office.made.candidate.id, {"name": "Theirs"}, candidate)
    with pytest.raises(ChangedElsewhere):
        await candidates.save(office.admin, office.made.candidate.id, {"name": "My"}, candidate)


# Candidates -------------------------------------------------------------------------------------


async def test_a_candidate_is_added_and_changed(database: Database) -> None:
    office = await make_office(database)
    form = {
        "name": "  Zoë   Kravitz ",
        "email": "Zoe@Example.Test",
        "headline": "Data engineer, 4 years",
        "cv_text": "One\r\nTwo\x0cThree\n\n",
    }
    added = await candidates.save(office.admin, routes.NEW, form, {})
    record = await candidates.candidate(office.admin, added.id)
    assert record.values == {
        "name": "Zoë Kravitz",
        "email": "zoe@example.test",
        "headline": "Data engineer, 4 years",
        "cv_text": "One\nTwo\nThree",
    }
    await candidates.save(office.admin, added.id, form | {"email": ""}, record.values)
    assert (await candidates.candidate(office.admin, added.id)).values["email"] == ""
    known = await candidates.candidate(office.admin, office.made.candidate.id)
    assert [row.id for row in known.related] == [office.made.id]


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "\u200b\u200b"),
        ("name", "x" * 121),
        ("name", "a\x00b"),
        ("name", "gnp.\u202egpj"),
        ("email", "ada"),
        ("email", "ada@example"),
        ("email", "ada@@example.test"),
        ("email", "a da@example.test"),
        ("email", "ada@example..test"),
        ("email", "@example.test"),
        ("email", f"{'a' * 250}@example.test"),
        ("headline", "x" * 201),
        ("cv_text", "x" * 100_001),
        ("cv_text", "escape \x1b[31m"),
    ],
)
async def test_what_cannot_be_saved_is_told_at_its_field(
    database: Database, field: str, typed: str
) -> None:
    office = await make_office(database)
    with pytest.raises(WrongFields) as refused:
        await candidates.save(office.admin, routes.NEW, {"name": "Ada", field: typed}, {})
    assert list(refused.value.fields) == [field]
    assert refused.value.fields[field].endswith(".")


# Jobs -------------------------------------------------------------------------------------------


async def form_of(office: Office) -> tuple[Values, list[str]]:
    """The form of the office's job as it is stored, and its competencies in order."""
    record = (await jobs.job(office.admin, office.made.job.id)).record
    return record.values, record.values["order"].split()


async def competencies_of(database: Database, job_id: str) -> list[Competency]:
    async with database.read() as session:
        rows = await session.exec(
            select(Competency).where(Competency.job_id == job_id).order_by(col(Competency.position))
        )
        return list(rows.all())


async def test_a_job_is_added_by_its_title(database: Database) -> None:
    office = await make_office(database)
    job_id = await jobs.add(office.admin, {"title": "Clerk", "department": "engineering"})
    record = (await jobs.job(office.admin, job_id)).record
    assert (record.values["title"], record.values["department"]) == ("Clerk", "Engineering")
    with pytest.raises(WrongFields) as refused:
        await jobs.add(office.admin, {"title": " ", "department": "x" * 121})
    assert set(refused.value.fields) == {"title", "department"}


async def test_a_job_and_its_competencies_are_saved_in_their_order(database: Database) -> None:
    office = await make_office(database)
    values, order = await form_of(office)
    fresh = new_id()
    form = values | {
        "title": "Staff engineer",
        "department": "Platform",
        "level": "lead",
        "summary": "Keeps it running.",
        "must_haves": "SQL\n\n  Go  or Rust\n",
        f"name-{fresh}": "Ledgers",
        f"about-{fresh}": "Books\ntwice.",
        f"step1-{fresh}": "Never heard of it",
        f"step4-{fresh}": "Wrote one",
    }
    moved = [fresh, order[2], order[0], order[1]]
    record = await jobs.save(office.admin, office.made.job.id, form, moved, values)
    assert record.values["order"].split() == moved
    found = await competencies_of(database, office.made.job.id)
    assert [row.name for row in found] == [
        "Ledgers",
        "Code quality",
        "System design",
        "Collaboration",
    ]
    assert found[0].description == "Books twice."
    assert found[0].steps == ["Never heard of it", "", "", "Wrote one"]
    assert found[1].steps == []
    async with database.read() as session:
        job = await session.get_one(Job, office.made.job.id)
        unit = await session.get_one(Department, job.department_id)
    assert (job.title, job.level, unit.name) == ("Staff engineer", "lead", "Platform")
    assert (job.summary, job.must_haves) == ("Keeps it running.", ["SQL", "Go or Rust"])
    assert record.values == (await jobs.job(office.admin, job.id)).record.values


async def test_a_rated_competency_is_not_removed_and_an_unrated_one_is(
    database: Database,
) -> None:
    office = await make_office(database)
    job_id, (rated, _, unrated) = office.made.job.id, office.made.competencies
    async with database.write() as session:
        session.add(
            CompetencyRating(scorecard_id=office.made.scorecard.id, competency_id=unrated.id)
        )
        interview = await session.get_one(Interview, office.made.id)
        interview.covers = [rated.id, unrated.id]
        session.add(interview)
    assert await jobs.is_rated(office.admin, job_id, rated.id)
    assert not await jobs.is_rated(office.admin, job_id, unrated.id)
    values, order = await form_of(office)
    with pytest.raises(WrongFields) as refused:
        await jobs.save(office.admin, job_id, values, order[1:], values)
    assert refused.value.fields == {f"name-{rated.id}": jobs.RATED}
    assert len(await competencies_of(database, job_id)) == 3
    await jobs.save(office.admin, job_id, values, order[:2], values)
    assert [row.id for row in await competencies_of(database, job_id)] == order[:2]
    async with database.read() as session:
        assert (await session.get_one(Interview, office.made.id)).covers == [rated.id]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"title": ""}, "title"),
        ({"department": ""}, "department"),
        ({"level": "boss"}, "level"),
        ({"summary": "x" * 2_001}, "summary"),
        ({"must_haves": "x\n" * 21}, "must_haves"),
        ({"must_haves": "x" * 241}, "must_haves"),
        ({"name-0": ""}, "name-0"),
        ({"name-0": "COLLABORATION"}, "name-1"),
        ({"about-1": "x" * 601}, "about-1"),
        ({"step3-2": "x" * 241}, "step3-2"),
        ({"step3-2": "bell\x07"}, "step3-2"),
    ],
)
async def test_what_a_job_cannot_have_is_told_at_its_field(
    database: Database, change: Values, field: str
) -> None:
    """The number in a field's name stands for the competency at that place."""
    office = await make_office(database)
    values, order = await form_of(office)

    def named(name: str) -> str:
        start, dash, place = name.partition("-")
        return f"{start}-{order[int(place)]}" if dash else name

    form = values | {named(name): typed for name, typed in change.items()}
    with pytest.raises(WrongFields) as refused:
        await jobs.save(office.admin, office.made.job.id, form, order, values)
    assert list(refused.value.fields) == [named(field)]
    assert (await form_of(office))[0] == values


async def test_a_confirmed_proposal_in_between_is_not_overwritten(database: Database) -> None:
    office = await make_office(database)
    values, order = await form_of(office)
    async with database.write() as session:
        job = await session.get_one(Job, office.made.job.id)
        job.title = "Confirmed"
        session.add(job)
    with pytest.raises(ChangedElsewhere):
        await jobs.save(office.admin, office.made.job.id, values, order, values)
    with pytest.raises(Invalid):
        await jobs.save(office.admin, office.made.job.id, values, [new_id()] * 13, values)


async def test_competencies_are_copied_as_new_ones(database: Database) -> None:
    office = await make_office(database)
    other = await make_job(database, office.admin.company_id, department="Sales")
    (offered,) = (await jobs.job(office.admin, other.job.id)).others
    assert offered.value == office.made.job.id
    copies = await jobs.copied(office.admin, office.made.job.id)
    assert [each.name for each in copies] == [row.name for row in office.made.competencies]
    assert not {each.id for each in copies} & {row.id for row in office.made.competencies}


async def test_an_archived_department_stays_with_its_jobs_and_is_not_offered(
    database: Database,
) -> None:
    office = await make_office(database)
    await set_archived(office.admin, "departments", office.made.department.id, True)
    assert await jobs.departments(office.admin) == []
    values, order = await form_of(office)
    await jobs.save(office.admin, office.made.job.id, values, order, values)
    async with database.read() as session:
        unit = await session.get_one(Department, office.made.department.id)
    assert unit.archived_at is not None
    assert (await form_of(office))[0]["department"] == unit.name
