"""The lists of hiring: what is searched, in which order, how it is paged, and who sees it."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden
from feedback_app.db.models import Candidate
from feedback_app.db.session import Database
from feedback_app.hiring.archiving import set_archived
from feedback_app.hiring.lists import service
from feedback_app.hiring.lists.queries import PAGE_LENGTH
from feedback_app.hiring.lists.schemas import Kind, ListView
from tests.factories import (
    MadeInterview,
    add_interviewer,
    make_admin,
    make_candidate,
    make_interview,
    make_job,
    make_user,
    store,
)
from tests.integration.generating import as_user

KINDS: tuple[Kind, ...] = ("jobs", "candidates", "interviews", "departments")


@dataclass(frozen=True, slots=True)
class Office:
    """A company with an administrator and two interviews, of which the second is submitted."""

    admin: CurrentUser
    first: MadeInterview
    second: MadeInterview


async def make_office(database: Database) -> Office:
    person = await make_user(database, name="Grace Okafor")
    company_id = person.company_id
    admin = await make_admin(database, company_id=company_id, name="Adam Admin")
    backend = await make_job(database, company_id, title="Backend engineer")
    design = await make_job(
        database, company_id, title="Designer", department="Studio", competencies=("Craft",)
    )
    emile = await make_candidate(database, company_id, name="Émile Zola", headline="Writer")
    ada = await make_candidate(database, company_id, name="ada Lovelace", headline="Analyst")
    first = await make_interview(
        database, person, job=backend, candidate=emile, held_at=_day(10), kind="Screening"
    )
    second = await make_interview(
        database,
        person,
        job=design,
        candidate=ada,
        held_at=_day(20),
        scorecard={"submitted_at": _day(21), "feedback": "Good."},
    )
    await add_interviewer(database, second, admin)
    return Office(as_user(admin), first, second)


def _day(number: int) -> datetime:
    return clock.now().replace(month=3, day=number, hour=9)


def names(view: ListView) -> list[str]:
    return [row.name for row in view.rows]


@pytest.mark.parametrize("kind", KINDS)
async def test_only_administrators_see_lists_and_only_of_their_company(
    database: Database, kind: Kind
) -> None:
    office = await make_office(database)
    assert len((await service.view(office.admin, kind, {})).rows) == 2
    with pytest.raises(Forbidden):
        await service.view(as_user(office.first.interviewer), kind, {})
    outsider = as_user(await make_admin(database))
    for query in ({}, {"q": "a"}, {"archived": "1"}, {"page": "2"}):
        assert (await service.view(outsider, kind, query)).rows == []


@pytest.mark.parametrize(
    ("kind", "words", "expected"),
    [
        ("jobs", "studio", ["Designer"]),
        ("jobs", "DESIGN studio", ["Designer"]),
        ("jobs", "design engineering", []),
        ("candidates", "émile", ["Émile Zola"]),
        ("candidates", "ÉMILE", ["Émile Zola"]),
        ("candidates", "analyst", ["ada Lovelace"]),
        ("candidates", "%", []),
        ("candidates", "_", []),
        ("interviews", "screening", ["Émile Zola"]),
        ("interviews", "designer ada", ["ada Lovelace"]),
        ("interviews", "adam", ["ada Lovelace"]),
        ("interviews", "okafor", ["ada Lovelace", "Émile Zola"]),
        ("departments", "stud", ["Studio"]),
    ],
)
async def test_each_word_of_a_search_is_found_somewhere_in_the_row(
    database: Database, kind: Kind, words: str, expected: list[str]
) -> None:
    office = await make_office(database)
    assert names(await service.view(office.admin, kind, {"q": words})) == expected


@pytest.mark.parametrize(
    ("kind", "sort", "expected"),
    [
        ("jobs", "", ["Backend engineer", "Designer"]),
        ("jobs", "-title", ["Designer", "Backend engineer"]),
        ("jobs", "-department", ["Designer", "Backend engineer"]),
        ("jobs", "competencies", ["Designer", "Backend engineer"]),
        ("candidates", "-latest", ["ada Lovelace", "Émile Zola", "Nobody Yet"]),
        ("candidates", "interviews", ["Nobody Yet", "Émile Zola", "ada Lovelace"]),
        ("interviews", "", ["ada Lovelace", "Émile Zola"]),
        ("interviews", "when", ["Émile Zola", "ada Lovelace"]),
        ("interviews", "-job", ["ada Lovelace", "Émile Zola"]),
        ("departments", "-name", ["Studio", "Engineering"]),
    ],
)
async def test_lists_are_sorted_by_their_columns(
    database: Database, kind: Kind, sort: str, expected: list[str]
) -> None:
    office = await make_office(database)
    await make_candidate(database, office.admin.company_id, name="Nobody Yet")
    view = await service.view(office.admin, kind, {"sort": sort})
    assert names(view) == expected
    assert view.order in {choice.value for choice in view.orders}


async def test_a_heading_sorts_by_its_column_and_then_the_other_way_round(
    database: Database,
) -> None:
    office = await make_office(database)
    (title, department, *_) = (await service.view(office.admin, "jobs", {"q": "e"})).columns
    assert (title.sorted, title.href) == ("ascending", f"{routes.ADMIN_HIRING}?q=e&sort=-title")
    assert (department.sorted, department.href) == (
        "none",
        f"{routes.ADMIN_HIRING}?q=e&sort=department",
    )


async def test_an_unknown_order_is_told_and_an_impossible_page_is_not(database: Database) -> None:
    office = await make_office(database)
    with pytest.raises(service.BadAddress):
        await service.view(office.admin, "jobs", {"sort": "salary"})
    for page in ("0", "-1", "x", "99", "9" * 40, "²"):
        assert len((await service.view(office.admin, "jobs", {"page": page})).rows) == 2


async def test_a_long_list_is_paged(database: Database) -> None:
    admin = as_user(await make_admin(database))
    total = 2 * PAGE_LENGTH + 1
    await store(
        database,
        *(
            Candidate(company_id=admin.company_id, name=f"Candidate {number:03}")
            for number in range(total)
        ),
    )
    seen: list[str] = []
    query: dict[str, str] = {}
    for page in ("1", "2", "3"):
        view = await service.view(admin, "candidates", {**query, "page": page})
        assert bool(view.previous_href) is (page != "1")
        assert bool(view.next_href) is (page != "3")
        seen += names(view)
    assert seen == [f"Candidate {number:03}" for number in range(total)]
    assert view.position == f"{total}–{total} of {total}"


@pytest.mark.parametrize("kind", KINDS)
async def test_archived_rows_leave_lists_and_counts_and_come_back(
    database: Database, kind: Kind
) -> None:
    office = await make_office(database)
    row = (await service.view(office.admin, kind, {})).rows[0]
    await set_archived(office.admin, kind, row.id, True)
    assert row.id not in {each.id for each in (await service.view(office.admin, kind, {})).rows}
    archived = await service.view(office.admin, kind, {"archived": "1"})
    assert [each.id for each in archived.rows] == [row.id]
    await set_archived(office.admin, kind, row.id, False)
    assert row.id in {each.id for each in (await service.view(office.admin, kind, {})).rows}


async def test_an_archived_interview_is_not_counted(database: Database) -> None:
    office = await make_office(database)
    await set_archived(office.admin, "interviews", office.second.id, True)
    view = await service.view(office.admin, "candidates", {"sort": "-latest"})
    assert [(row.name, row.cells[1].text) for row in view.rows] == [
        ("Émile Zola", "1"),
        ("ada Lovelace", "0"),
    ]


async def test_a_row_of_an_interview_says_who_asks_and_who_has_submitted(
    database: Database,
) -> None:
    office = await make_office(database)
    (row, _) = (await service.view(office.admin, "interviews", {})).rows
    job, when, people, submitted = row.cells
    assert (job.text, people.text, submitted.text) == (
        "Designer",
        "Adam Admin, Grace Okafor",
        "1 of 2",
    )
    assert when.iso == _day(20).isoformat(timespec="seconds")
    assert row.note == "Technical interview, 60 min"
