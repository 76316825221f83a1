"""What a person sees of interviews and records in them: only their own, only what is allowed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlmodel import select

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import (
    AlreadySubmitted,
    ChangedElsewhere,
    Forbidden,
    Invalid,
    NotFound,
)
from feedback_app.db.models import CompetencyRating, Scorecard
from feedback_app.db.session import Database
from feedback_app.feedback.queries.version_rows import versions_of
from feedback_app.interviews import service
from tests.factories import (
    MadeInterview,
    add_interviewer,
    make_admin,
    make_interview,
    make_job,
    make_user,
)
from tests.integration.generating import as_user
from tests.saving import save_feedback


async def scorecard(database: Database, made: MadeInterview) -> Scorecard:
    async with database.read() as session:
        found = await session.get(Scorecard, made.scorecard.id)
    assert found is not None
    return found


async def ratings(database: Database, made: MadeInterview) -> dict[str, tuple[int | None, str]]:
    names = {competency.id: competency.name for competency in made.competencies}
    async with database.read() as session:
        rows = await session.exec(
            select(CompetencyRating).where(CompetencyRating.scorecard_id == made.scorecard.id)
        )
    return {names[row.competency_id]: (row.rating, row.reason) for row in rows.all()}


async def test_an_interview_is_shown_as_the_person_recorded_it(database: Database) -> None:
    made = await make_interview(
        database, ratings={"Collaboration": 2}, reasons={"Code quality": "Clear names."}
    )
    colleague = await make_user(database, company_id=made.interviewer.company_id)
    await add_interviewer(database, made, colleague, notes="Theirs.")
    shown = await service.record(as_user(made.interviewer), made.id)
    assert (shown.notes, shown.detail.recommendation) == (made.scorecard.notes, "yes")
    assert [(row.name, row.rating, row.reason) for row in shown.competencies] == [
        ("System design", "", ""),
        ("Collaboration", "2", ""),
        ("Code quality", "", "Clear names."),
    ]
    shown = await service.record(as_user(colleague), made.id)
    assert (shown.notes, shown.detail.recommendation) == ("Theirs.", "")
    assert {row.rating for row in shown.competencies} == {""}


async def test_notes_have_a_limit_and_what_was_there_stays(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    saved = await service.save_notes(user, made.id, "x" * 100_000, 0)
    assert saved.when.text.startswith("today ")
    with pytest.raises(Invalid, match=r"100,000 characters; these have 100,001"):
        await service.save_notes(user, made.id, "y" * 100_001, saved.revision)
    assert (await scorecard(database, made)).notes == "x" * 100_000


async def test_each_save_of_other_notes_is_a_revision_that_every_tab_can_see(
    database: Database,
) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    first = await service.save_notes(user, made.id, "One.", 0, "tab")
    again = await service.save_notes(user, made.id, "One.", 1, "tab")
    assert (first.revision, again.revision) == (1, 1)
    await service.save_notes(user, made.id, "Two.", 0, "tab")
    assert await service.revisions(user, made.id) == (2, 0)
    await save_feedback(user, made.id, "Feedback.")
    assert await service.revisions(user, made.id) == (2, 1)


async def test_notes_of_two_tabs_are_both_kept(database: Database) -> None:
    made = await make_interview(database)
    user = as_user(made.interviewer)
    outcomes = await asyncio.gather(
        *(service.save_notes(user, made.id, f"Notes {tab}.", 0, tab) for tab in "abcd"),
        return_exceptions=True,
    )
    assert [type(outcome) for outcome in outcomes].count(ChangedElsewhere) == 3
    with pytest.raises(ChangedElsewhere):
        await service.save_notes(user, made.id, "Notes without a tab.", 0)
    async with database.read() as session:
        aside = await versions_of(session, made.scorecard.id, "notes")
        assert await versions_of(session, made.scorecard.id, "feedback") == []
    assert {version.kind for version in aside} == {"elsewhere"}
    texts = [version.text for version in aside]
    everything = [(await scorecard(database, made)).notes, *texts]
    assert sorted(everything) == [*(f"Notes {tab}." for tab in "abcd"), "Notes without a tab."]


async def test_revisions_of_what_is_anothers_are_none(database: Database) -> None:
    made = await make_interview(database, scorecard={"notes_revision": 3, "feedback_revision": 2})
    owner = as_user(made.interviewer)
    colleague = as_user(await make_user(database, company_id=owner.company_id))
    elsewhere = CurrentUser(
        owner.id, (await make_user(database)).company_id, owner.name, owner.email, "admin"
    )
    assert await service.revisions(owner, made.id) == (3, 2)
    for person in (colleague, elsewhere):
        assert await service.revisions(person, made.id) == (0, 0)
    assert await service.revisions(owner, "absent") == (0, 0)


async def test_what_a_database_cannot_hold_is_saved_without_it(database: Database) -> None:
    made = await make_interview(database, ratings={})
    user, competency = as_user(made.interviewer), made.competencies[0]
    await service.save_notes(user, made.id, "a\0b\ud83d 👩🏽‍💻", 0)
    await service.give_reason(user, made.id, competency.id, "c\0d\udc7d")
    assert (await scorecard(database, made)).notes == "ab? 👩🏽‍💻"
    assert await ratings(database, made) == {competency.name: (None, "cd?")}


async def test_a_competency_is_rated_from_one_to_four_and_back_to_none(database: Database) -> None:
    made = await make_interview(database, ratings={})
    user, competency = as_user(made.interviewer), made.competencies[0]
    for rating in (1, 2, 3, 4, None):
        await service.rate(user, made.id, competency.id, rating)
        assert await ratings(database, made) == {competency.name: (rating, "")}
    for wrong in (0, 5, -1, 2.5, "3"):
        with pytest.raises(Invalid, match="from 1 to 4"):
            await service.rate(user, made.id, competency.id, wrong)  # pyright: ignore[reportArgumentType]
    assert await ratings(database, made) == {competency.name: (None, "")}


async def test_not_assessed_is_said_on_purpose_and_taken_back_by_any_rating(
    database: Database,
) -> None:
    made = await make_interview(database, ratings={})
    user, competency = as_user(made.interviewer), made.competencies[0]

    async def shown() -> str:
        return (await service.record(user, made.id)).competencies[0].rating

    steps: list[tuple[int | None, bool, str]] = [
        (None, True, "na"),
        (3, False, "3"),
        (None, True, "na"),
        (None, False, ""),
        (2, True, "2"),
    ]
    for rating, not_assessed, expected in steps:
        await service.rate(user, made.id, competency.id, rating, not_assessed=not_assessed)
        assert await shown() == expected


async def test_an_administrator_is_told_what_an_interview_was_and_nothing_recorded_in_it(
    database: Database,
) -> None:
    made = await make_interview(database, scorecard={"feedback": "Half a thought."})
    admin = as_user(await make_admin(database, company_id=made.interviewer.company_id))
    shown = await service.heading(admin, made.id)
    assert (shown.candidate, shown.job) == (made.candidate.name, made.job.title)
    told = str(shown)
    for secret in (made.scorecard.notes, "Half a thought.", made.candidate.cv_text, "'yes'"):
        assert secret not in told
    with pytest.raises(Forbidden):
        await service.heading(as_user(made.interviewer), made.id)
    for person, interview_id in ((as_user(await make_admin(database)), made.id), (admin, "no")):
        with pytest.raises(NotFound):
            await service.heading(person, interview_id)


async def test_a_rating_and_its_reason_do_not_disturb_each_other(database: Database) -> None:
    made = await make_interview(database, ratings={})
    user, competency = as_user(made.interviewer), made.competencies[1]
    await service.give_reason(user, made.id, competency.id, "Asked twice.")
    await service.rate(user, made.id, competency.id, 3)
    await service.rate(user, made.id, competency.id, None)
    assert await ratings(database, made) == {competency.name: (None, "Asked twice.")}
    with pytest.raises(Invalid, match=r"5,000 characters; this has 5,001"):
        await service.give_reason(user, made.id, competency.id, "x" * 5001)


async def test_a_competency_of_another_job_is_not_found(database: Database) -> None:
    made = await make_interview(database, ratings={})
    other = await make_job(database, made.interviewer.company_id)
    user = as_user(made.interviewer)
    for competency_id in (other.competencies[0].id, "absent"):
        with pytest.raises(NotFound):
            await service.rate(user, made.id, competency_id, 3)
        with pytest.raises(NotFound):
            await service.give_reason(user, made.id, competency_id, "Because.")
    assert await ratings(database, made) == {}


async def test_a_recommendation_is_one_of_four_or_none(database: Database) -> None:
    made = await make_interview(database, recommendation=None)
    user = as_user(made.interviewer)
    for recommendation in ("strong_no", "no", "yes", "strong_yes", ""):
        await service.recommend(user, made.id, recommendation)
        assert (await scorecard(database, made)).recommendation == (recommendation or None)
    for wrong in ("maybe", "YES", "Strong yes"):
        with pytest.raises(Invalid, match="A recommendation is"):
            await service.recommend(user, made.id, wrong)


Change = Callable[[CurrentUser, MadeInterview], Awaitable[Any]]
CHANGES: dict[str, Change] = {
    "save_notes": lambda user, made: service.save_notes(user, made.id, "Mine now.", 0),
    "rate": lambda user, made: service.rate(user, made.id, made.competencies[0].id, 1),
    "give_reason": lambda user, made: service.give_reason(
        user, made.id, made.competencies[0].id, "Mine now."
    ),
    "recommend": lambda user, made: service.recommend(user, made.id, "strong_no"),
}


@pytest.mark.parametrize("name", CHANGES)
async def test_what_was_submitted_is_final(database: Database, name: str) -> None:
    made = await make_interview(database, scorecard={"submitted_at": clock.now()})
    before = await scorecard(database, made), await ratings(database, made)
    with pytest.raises(AlreadySubmitted):
        await CHANGES[name](as_user(made.interviewer), made)
    assert (await scorecard(database, made), await ratings(database, made)) == before


@pytest.mark.parametrize("name", [*CHANGES, "record"])
async def test_nobody_reaches_what_is_anothers(database: Database, name: str) -> None:
    made = await make_interview(database)
    owner = as_user(made.interviewer)
    colleague = as_user(await make_user(database, company_id=owner.company_id))
    stranger = as_user(await make_user(database))
    elsewhere = CurrentUser(owner.id, stranger.company_id, owner.name, owner.email, "admin")
    reach = CHANGES.get(name, lambda user, made: service.record(user, made.id))
    before = await scorecard(database, made), await ratings(database, made)
    for person in (colleague, stranger, elsewhere):
        with pytest.raises(NotFound):
            await reach(person, made)
    assert (await scorecard(database, made), await ratings(database, made)) == before
