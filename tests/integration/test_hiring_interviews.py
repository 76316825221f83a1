"""The form of an interview: who takes part, what is rated, when it is, and what may not change."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import Invalid
from feedback_app.db.models import CompetencyRating, Interview, Scorecard, User
from feedback_app.db.session import Database
from feedback_app.hiring.archiving import set_archived
from feedback_app.hiring.checks import WrongFields
from feedback_app.hiring.interviews import service
from feedback_app.hiring.interviews.when import as_field, from_field
from feedback_app.hiring.schemas import Record, Values
from tests.factories import (
    MadeInterview,
    add_interviewer,
    make_admin,
    make_call,
    make_candidate,
    make_interview,
    make_job,
    make_user,
)
from tests.integration.generating import as_user


async def admin_of(database: Database, made: MadeInterview) -> CurrentUser:
    return as_user(await make_admin(database, company_id=made.interviewer.company_id))


def ticked(values: Values, people: Collection[str], covers: Collection[str]) -> dict[str, Any]:
    """What a browser sends: a field for each box that is ticked."""
    boxes = {f"person-{each}": "on" for each in people} | {
        f"covers-{each}": "on" for each in covers
    }
    kept = ("candidate", "job", "kind", "when", "minutes")
    return {name: values[name] for name in kept} | boxes


async def save(
    admin: CurrentUser, record: Record, form: dict[str, Any], offered: Collection[str]
) -> Record:
    return await service.save(admin, record.id, form, offered, record.values)


async def cards_of(database: Database, interview_id: str) -> dict[str, Scorecard]:
    async with database.read() as session:
        rows = await session.exec(select(Scorecard).where(Scorecard.interview_id == interview_id))
        return {card.user_id: card for card in rows.all()}


async def test_an_interview_is_planned_on_the_clock_of_the_viewer(database: Database) -> None:
    made = await make_interview(database)
    admin = await admin_of(database, made)
    blank = (await service.interview(admin, routes.NEW, with_candidate=made.candidate.id)).record
    assert blank.values["candidate"] == made.candidate.id
    assert blank.values["zone"] == "UTC"
    offered = [each.id for each in made.competencies]
    form = ticked(
        blank.values | {"job": made.job.id, "kind": " Final  round", "when": "2026-11-30T09:15"},
        [made.interviewer.id, admin.id],
        offered,
    )
    base = blank.values | {"zone": "America/New_York"}
    record = await service.save(admin, routes.NEW, form, offered, base)
    async with database.read() as session:
        row = await session.get_one(Interview, record.id)
    assert row.held_at == datetime(2026, 11, 30, 14, 15, tzinfo=UTC)
    assert (row.kind, row.duration_min, row.covers) == ("Final round", 60, [])
    assert row.created_by == admin.id
    assert set(await cards_of(database, row.id)) == {made.interviewer.id, admin.id}
    assert record.values["when"] == "2026-11-30T09:15"


async def test_everything_missing_is_told_at_once(database: Database) -> None:
    made = await make_interview(database)
    admin = await admin_of(database, made)
    blank = (await service.interview(admin, routes.NEW)).record
    with pytest.raises(WrongFields) as refused:
        await save(admin, blank, {"minutes": "a while"}, ["one"])
    assert set(refused.value.fields) == {
        "candidate",
        "job",
        "kind",
        "when",
        "minutes",
        "people",
        "covers",
    }


@pytest.mark.parametrize("foreign", ["candidate", "job", "person", "covers"])
async def test_nothing_of_another_company_or_archived_is_taken(
    database: Database, foreign: str
) -> None:
    made, other = await make_interview(database), await make_interview(database)
    admin = await admin_of(database, made)
    record = (await service.interview(admin, made.id)).record
    values = record.values | {
        "candidate": (other if foreign == "candidate" else made).candidate.id,
        "job": (other if foreign == "job" else made).job.id,
    }
    people = [made.interviewer.id, *([other.interviewer.id] if foreign == "person" else [])]
    covers = [other.competencies[0].id] if foreign == "covers" else []
    offered = [each.id for each in made.competencies]
    form = ticked(values, people, covers or offered)
    with pytest.raises(WrongFields) as refused:
        await save(admin, record, form, offered)
    named = {"person": "people"}.get(foreign, foreign)
    assert named in refused.value.fields


async def test_archived_rows_are_not_offered_but_stay_where_they_are_in_use(
    database: Database,
) -> None:
    made = await make_interview(database, notes="", ratings={}, recommendation=None)
    admin = await admin_of(database, made)
    another = await make_candidate(database, admin.company_id)
    job = await make_job(database, admin.company_id, department="Sales")
    for kind, row_id in (("candidates", another.id), ("jobs", job.job.id)):
        await set_archived(admin, kind, row_id, True)  # pyright: ignore[reportArgumentType]
    form = await service.interview(admin, made.id)
    assert [each.id for each in form.candidates] == [made.candidate.id]
    assert [each.value for each in form.jobs] == [made.job.id]
    people = [made.interviewer.id]
    offered = [each.id for each in made.competencies]
    for change in ({"candidate": another.id}, {"job": job.job.id}):
        typed = ticked(form.record.values | change, people, offered)
        with pytest.raises(WrongFields) as refused:
            await save(admin, form.record, typed, offered)
        assert list(refused.value.fields) == list(change)
    await set_archived(admin, "candidates", made.candidate.id, True)
    await set_archived(admin, "jobs", made.job.id, True)
    form = await service.interview(admin, made.id)
    kept = await save(admin, form.record, ticked(form.record.values, people, offered), offered)
    assert kept.values == form.record.values


WRITTEN: dict[str, dict[str, Any]] = {
    "notes": {"notes": "Saw it."},
    "erased notes": {"notes": "", "notes_revision": 2},
    "recommendation": {"recommendation": "no"},
    "feedback": {"feedback": "Good."},
}


@pytest.mark.parametrize("what", [*WRITTEN, "rating", "draft"])
async def test_who_has_written_anything_stays(database: Database, what: str) -> None:
    made = await make_interview(database)
    admin = await admin_of(database, made)
    colleague = await make_user(database, company_id=admin.company_id, name="Bo Lind")
    card = await add_interviewer(database, made, colleague, **WRITTEN.get(what, {}))
    if what == "rating":
        async with database.write() as session:
            session.add(
                CompetencyRating(
                    scorecard_id=card.id, competency_id=made.competencies[0].id, not_assessed=True
                )
            )
    if what == "draft":
        await make_call(database, made, user_id=colleague.id)
    record = (await service.interview(admin, made.id)).record
    offered = [each.id for each in made.competencies]
    form = ticked(record.values, [made.interviewer.id], offered)
    with pytest.raises(WrongFields) as refused:
        await save(admin, record, form, offered)
    assert list(refused.value.fields) == ["people"]
    assert refused.value.fields["people"].startswith("Bo Lind already wrote")
    assert colleague.id in await cards_of(database, made.id)


async def test_who_has_written_nothing_is_removed_and_another_added(database: Database) -> None:
    made = await make_interview(database)
    admin = await admin_of(database, made)
    colleague = await make_user(database, company_id=admin.company_id)
    card = await add_interviewer(database, made, colleague)
    async with database.write() as session:
        session.add(CompetencyRating(scorecard_id=card.id, competency_id=made.competencies[0].id))
    record = (await service.interview(admin, made.id)).record
    offered = [each.id for each in made.competencies]
    form = ticked(record.values, [made.interviewer.id, admin.id], offered[:2])
    saved = await save(admin, record, form, offered)
    cards = await cards_of(database, made.id)
    assert set(cards) == {made.interviewer.id, admin.id}
    assert cards[made.interviewer.id].notes == made.scorecard.notes
    assert saved.values["covers"].split() == sorted(offered[:2])
    async with database.read() as session:
        # The seconds that a field does not show stay.
        assert (await session.get_one(Interview, made.id)).held_at == made.interview.held_at


async def test_a_person_who_left_stays_with_what_they_take_part_in(database: Database) -> None:
    made = await make_interview(database)
    admin = await admin_of(database, made)
    async with database.write() as session:
        person = await session.get_one(User, made.interviewer.id)
        person.is_active = False
        session.add(person)
    form = await service.interview(admin, made.id)
    assert {each.id for each in form.people if each.chosen} == {made.interviewer.id}
    blank = await service.interview(admin, routes.NEW)
    assert made.interviewer.id not in {each.id for each in blank.people}


async def test_what_is_written_about_is_not_exchanged_below_it(database: Database) -> None:
    made = await make_interview(database)
    admin = await admin_of(database, made)
    another = await make_candidate(database, admin.company_id)
    job = await make_job(database, admin.company_id, department="Sales")
    record = (await service.interview(admin, made.id)).record
    people, offered = [made.interviewer.id], [each.id for each in made.competencies]
    changes: tuple[tuple[Values, Collection[str], str], ...] = (
        ({"candidate": another.id}, offered, "candidate"),
        ({"job": job.job.id}, offered, "job"),
        ({}, offered[1:], "covers"),
    )
    for change, covers, field in changes:
        with pytest.raises(WrongFields) as refused:
            await save(admin, record, ticked(record.values | change, people, covers), offered)
        assert list(refused.value.fields) == [field]
    assert (await service.interview(admin, made.id)).record.values == record.values


async def test_candidates_are_found_by_words(database: Database) -> None:
    made = await make_interview(database)
    admin = await admin_of(database, made)
    zoe = await make_candidate(database, admin.company_id, name="Zoë Quist", headline="Clerk")
    assert [each.id for each in await service.found(admin, "zoë clerk", "")] == [zoe.id]
    shown = await service.found(admin, "nobody", made.candidate.id)
    assert [each.id for each in shown] == [made.candidate.id]
    outsider = as_user(await make_admin(database))
    assert await service.found(outsider, "", made.candidate.id) == []
    assert await service.competencies(outsider, made.job.id, "") == []


@pytest.mark.parametrize(
    ("typed", "zone", "expected"),
    [
        ("2026-07-01T09:00", "Europe/Berlin", "2026-07-01T07:00"),
        ("2026-12-01T09:00", "Europe/Berlin", "2026-12-01T08:00"),
        ("2026-10-25T02:30", "Europe/Berlin", "2026-10-25T00:30"),
        ("2026-12-01T09:00:30", "UTC", "2026-12-01T09:00"),
        ("2026-12-01T09:00", "No/Where", "2026-12-01T09:00"),
    ],
)
def test_a_time_is_read_on_the_clock_of_its_zone(typed: str, zone: str, expected: str) -> None:
    at = from_field(typed, zone)
    assert f"{at:%Y-%m-%dT%H:%M}" == expected
    assert as_field(at, zone) == typed[:16]


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("", "UTC"),
        ("2026-12-01", "UTC"),
        ("20261201", "UTC"),
        ("2026-13-01T09:00", "UTC"),
        ("1999-12-31T09:00", "UTC"),
        ("9999-12-31T09:00", "UTC"),
        ("0001-01-01T00:00", "Asia/Tokyo"),
        ("2026-12-01T09:00Z", "UTC"),
        ("2026-12-01T09:00+01:00", "UTC"),
        ("2026-03-29T02:30", "Europe/Berlin"),
        ("now" * 1000, "UTC"),
    ],
)
def test_what_is_no_time_there_is_refused(typed: str, zone: str) -> None:
    with pytest.raises(Invalid):
        from_field(typed, zone)
