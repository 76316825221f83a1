"""Submitting feedback, opening it again, and who may read it then."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import AlreadySubmitted, Forbidden, Invalid, NotFound
from feedback_app.db.models import Scorecard, ScorecardEvent, User
from feedback_app.db.session import Database
from feedback_app.feedback import submitting
from feedback_app.feedback.schemas import Panel
from feedback_app.interviews import service as interviews
from feedback_app.llm.text.citations import packed
from tests.factories import (
    MadeInterview,
    MadeJob,
    add_interviewer,
    make_admin,
    make_call,
    make_candidate,
    make_interview,
    make_job,
    make_user,
)
from tests.integration.generating import as_user
from tests.saving import save_feedback

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)
TEXT = "She asked before drawing."
IN_BETWEEN = timedelta(minutes=9, seconds=59)
TOO_LATE = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def at() -> Iterator[Callable[[timedelta], None]]:
    """It is noon; moves the clock to so long after."""
    clock.set_now(lambda: NOON)
    yield lambda after: clock.set_now(lambda: NOON + after)
    clock.set_now(None)


async def kept(database: Database, made: MadeInterview) -> Scorecard:
    async with database.read() as session:
        return await session.get_one(Scorecard, made.scorecard.id)


async def events(database: Database, made: MadeInterview) -> list[tuple[str, str, str]]:
    """Who did what to the scorecard and why, in order."""
    async with database.read() as session:
        rows = await session.exec(
            select(ScorecardEvent)
            .where(ScorecardEvent.scorecard_id == made.scorecard.id)
            .order_by(col(ScorecardEvent.id))
        )
    return [(event.user_id, event.kind, event.reason) for event in rows.all()]


def written(**values: Any) -> dict[str, Any]:
    """Columns of a scorecard that is ready to be submitted."""
    return {"feedback": TEXT, **values}


async def test_submitting_is_recorded_and_final(database: Database) -> None:
    made = await make_interview(database)
    user, call = as_user(made.interviewer), await make_call(database, made)
    await save_feedback(user, made.id, TEXT, call.id)
    await submitting.submit(user, made.id)
    card = await kept(database, made)
    assert (card.submitted_at, card.feedback, card.feedback_kept) == (NOON, TEXT, True)
    assert await events(database, made) == [(user.id, "submitted", "")]
    with pytest.raises(AlreadySubmitted):
        await submitting.submit(user, made.id)
    assert len(await events(database, made)) == 1


async def test_two_submissions_at_once_are_one(database: Database) -> None:
    made = await make_interview(database, scorecard=written())
    user = as_user(made.interviewer)
    outcomes = await asyncio.gather(
        *(submitting.submit(user, made.id) for _ in range(4)), return_exceptions=True
    )
    assert sorted(map(type, outcomes), key=str) == [*3 * [AlreadySubmitted], str]
    assert len(await events(database, made)) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda user, made, first: interviews.rate(user, made.id, first, 1),
        lambda user, made, first: interviews.give_reason(user, made.id, first, "Late."),
        lambda user, made, first: interviews.recommend(user, made.id, "strong_no"),
    ],
    ids=["rating", "reason", "recommendation"],
)
async def test_what_comes_while_it_is_submitted_is_refused(
    database: Database, change: Callable[[CurrentUser, MadeInterview, str], Awaitable[None]]
) -> None:
    made = await make_interview(database, scorecard=written())
    first = (await interviews.record(as_user(made.interviewer), made.id)).competencies[0].id
    async with database.write() as session:
        scorecard = await session.get_one(Scorecard, made.scorecard.id, with_for_update=True)
        scorecard.submitted_at = NOON
        session.add(scorecard)
        await session.flush()
        coming = asyncio.ensure_future(change(as_user(made.interviewer), made, first))
        await asyncio.wait([coming], timeout=0.3)
    with pytest.raises(AlreadySubmitted):
        await coming


@pytest.mark.parametrize(
    ("feedback", "recommendation", "refusals"),
    [
        ("", "yes", ["Write your feedback before you submit it."]),
        (" \n", "yes", ["Write your feedback before you submit it."]),
        (TEXT, None, ["Give your own recommendation before you submit."]),
        (
            "",
            None,
            [
                "Write your feedback before you submit it.",
                "Give your own recommendation before you submit.",
            ],
        ),
    ],
)
async def test_what_is_unfinished_is_refused_in_the_review_and_at_the_submission(
    database: Database, feedback: str, recommendation: str | None, refusals: list[str]
) -> None:
    made = await make_interview(
        database, recommendation=recommendation, scorecard={"feedback": feedback}
    )
    user = as_user(made.interviewer)
    assert (await submitting.review(user, made.id)).refusals == refusals
    with pytest.raises(Invalid, match=refusals[0]):
        await submitting.submit(user, made.id)
    assert (await kept(database, made)).submitted_at is None
    assert await events(database, made) == []


async def test_a_review_names_the_verdict_what_is_missing_and_what_changed(
    database: Database,
) -> None:
    made = await make_interview(
        database,
        ratings={"System design": 4, "Collaboration": 2},
        reasons={"System design": "Drew two tables."},
        notes="Drew two tables.",
    )
    user = as_user(made.interviewer)
    call = await make_call(database, made, draft={"notes": "Drew one table."})
    await save_feedback(user, made.id, TEXT, call.id)
    await interviews.rate(user, made.id, made.competencies[2].id, None, not_assessed=True)
    review = await submitting.review(user, made.id)
    assert (review.refusals, review.recommendation, review.left) == ([], "Yes", 0)
    assert review.ratings == [
        ("System design", "4 · Outstanding", "Drew two tables."),
        ("Collaboration", "2 · Mixed", ""),
        ("Code quality", "Not assessed", ""),
    ]
    assert "Collaboration has no reason." in review.warnings
    assert "Your notes have changed since this was drafted." in review.warnings
    assert not any("System design" in warning for warning in review.warnings)
    assert not any("Code quality" in warning for warning in review.warnings)


async def test_a_review_of_what_is_drafted_from_these_notes_says_nothing_of_them(
    database: Database,
) -> None:
    made = await make_interview(database, notes="Drew two tables.\n", ratings={})
    user = as_user(made.interviewer)
    call = await make_call(database, made, draft={"notes": "Drew two tables."})
    await save_feedback(user, made.id, TEXT, call.id)
    warnings = (await submitting.review(user, made.id)).warnings
    assert not any("changed" in warning for warning in warnings)
    assert "Code quality is not rated." in warnings


async def test_a_review_counts_the_remarks_that_are_left_out(database: Database) -> None:
    made = await make_interview(
        database, notes="She is pregnant.\nDrew two tables.\nHe is 52 years old."
    )
    warnings = (await submitting.review(as_user(made.interviewer), made.id)).warnings
    assert "2 remarks are about the person, not the work: left out of drafts." in warnings


async def test_the_next_one_is_the_longest_held_of_ones_own_that_is_open(
    database: Database,
) -> None:
    first = await make_interview(
        database, held_at=NOON - timedelta(days=5), scorecard=written(submitted_at=NOON)
    )
    me = first.interviewer
    made = await make_interview(database, me, held_at=NOON - timedelta(days=4), scorecard=written())
    newer = await make_interview(database, me, held_at=NOON - timedelta(days=1))
    older = await make_interview(database, me, held_at=NOON - timedelta(days=3))
    await make_interview(database, me, held_at=NOON + timedelta(minutes=1))
    await make_interview(
        database,
        await make_user(database, company_id=me.company_id),
        held_at=NOON - timedelta(days=9),
    )
    user = as_user(me)
    assert (await submitting.review(user, made.id)).left == 2
    assert await submitting.next_to_write(user, made.id) == older.id
    assert await submitting.submit(user, made.id) == older.id
    for each in (older, newer):
        await save_feedback(user, each.id, TEXT)
    assert await submitting.submit(user, older.id) == newer.id
    assert await submitting.submit(user, newer.id) == ""


async def test_a_submission_is_taken_back_freely_within_ten_minutes(
    database: Database, at: Callable[[timedelta], None]
) -> None:
    made = await make_interview(database, scorecard=written())
    user = as_user(made.interviewer)
    with pytest.raises(Invalid, match="not submitted"):
        await submitting.reopen(user, made.id)
    await submitting.submit(user, made.id)
    at(IN_BETWEEN)
    assert submitting.within_grace(await kept(database, made))
    await submitting.reopen(user, made.id)
    card = await kept(database, made)
    assert (card.submitted_at, card.feedback) == (None, TEXT)
    assert await events(database, made) == [
        (user.id, "submitted", ""),
        (user.id, "reopened", ""),
    ]


async def test_later_a_submission_is_taken_back_with_a_reason_that_is_recorded(
    database: Database, at: Callable[[timedelta], None]
) -> None:
    made = await make_interview(database, scorecard=written())
    user = as_user(made.interviewer)
    await submitting.submit(user, made.id)
    at(TOO_LATE)
    assert not submitting.within_grace(await kept(database, made))
    for reason in ("", " \n "):
        with pytest.raises(Invalid, match="Say why"):
            await submitting.reopen(user, made.id, reason)
    with pytest.raises(Invalid, match="500 characters"):
        await submitting.reopen(user, made.id, "x" * 501)
    assert (await kept(database, made)).submitted_at == NOON
    await submitting.reopen(user, made.id, " A wrong\0 name. ")
    assert (await kept(database, made)).submitted_at is None
    await submitting.submit(user, made.id)
    assert await events(database, made) == [
        (user.id, "submitted", ""),
        (user.id, "reopened", "A wrong name."),
        (user.id, "submitted", ""),
    ]
    assert (await kept(database, made)).submitted_at == NOON + TOO_LATE


@dataclass(frozen=True, slots=True)
class Hiring:
    """A candidate for a job, whom several people of a company interview."""

    made: MadeInterview
    job: MadeJob
    colleague: User
    theirs: Scorecard


async def hiring(database: Database, **theirs: Any) -> Hiring:
    """The person's own interview, and a colleague's of the same candidate for the same job."""
    me = await make_user(database)
    colleague = await make_user(database, company_id=me.company_id, name="Nora Quist")
    job = await make_job(database, me.company_id)
    made = await make_interview(database, me, job=job, scorecard=written())
    other = await make_interview(
        database,
        colleague,
        job=job,
        candidate=made.candidate,
        kind="Culture interview",
        recommendation="strong_no",
        ratings={"Collaboration": 1},
        scorecard=written(feedback="Talked over everybody.", **theirs),
    )
    return Hiring(made, job, colleague, other.scorecard)


async def test_of_colleagues_only_how_many_is_told_before_ones_own_submission(
    database: Database,
) -> None:
    of = await hiring(database, submitted_at=NOON)
    user = as_user(of.made.interviewer)
    waiting = await make_user(database, company_id=user.company_id)
    await add_interviewer(database, of.made, waiting, feedback="Half a thought.")
    assert await submitting.panel(user, of.made.id) == Panel(submitted=1, waiting=1, readable=[])
    await submitting.submit(user, of.made.id)
    panel = await submitting.panel(user, of.made.id)
    assert (panel.submitted, panel.waiting) == (1, 1)
    (read,) = panel.readable
    assert (read.name, read.kind) == ("Nora Quist", "Culture interview")
    assert read.recommendation == "Strong no"
    assert read.ratings[1] == ("Collaboration", "1 · Poor", "")
    assert "Talked over everybody." in str(read.blocks)
    assert "Half a thought." not in str(panel)
    await submitting.reopen(user, of.made.id)
    assert (await submitting.panel(user, of.made.id)).readable == []


async def test_what_colleagues_wrote_rests_on_nothing_that_others_can_see(
    database: Database,
) -> None:
    of = await hiring(database)
    theirs = await make_interview(
        database, of.colleague, job=of.job, candidate=of.made.candidate, scorecard=written()
    )
    cites = packed([(len(TEXT), "2")])
    call = await make_call(database, theirs, text=TEXT, draft={"cites": cites})
    await save_feedback(as_user(of.colleague), theirs.id, TEXT, call.id)
    await submitting.submit(as_user(of.colleague), theirs.id)
    user = as_user(of.made.interviewer)
    await submitting.submit(user, of.made.id)
    panel = await submitting.panel(user, of.made.id)
    assert TEXT in str(panel)
    assert "#n" not in str(panel)
    assert theirs.scorecard.notes not in str(panel)


async def test_feedback_on_other_jobs_candidates_or_in_other_companies_is_not_in_the_panel(
    database: Database,
) -> None:
    of = await hiring(database, submitted_at=NOON)
    user, company = as_user(of.made.interviewer), of.made.interviewer.company_id
    secret: dict[str, Any] = {"scorecard": written(feedback="A secret.", submitted_at=NOON)}
    other_job = await make_job(database, company)
    await make_interview(
        database, of.colleague, job=other_job, candidate=of.made.candidate, **secret
    )
    other_candidate = await make_candidate(database, company)
    await make_interview(database, of.colleague, job=of.job, candidate=other_candidate, **secret)
    stranger = await make_user(database)
    elsewhere = await make_interview(
        database, stranger, job=of.job, candidate=of.made.candidate, **secret
    )
    assert elsewhere.interview.company_id != company
    await submitting.submit(user, of.made.id)
    panel = await submitting.panel(user, of.made.id)
    assert panel.submitted == 1
    assert "A secret." not in str(panel)


async def test_administrators_read_what_was_submitted_and_nothing_else(
    database: Database,
) -> None:
    made = await make_interview(
        database, scorecard=written(feedback="The submitted text.", submitted_at=NOON)
    )
    company = made.interviewer.company_id
    colleague = await make_user(database, company_id=company)
    await add_interviewer(database, made, colleague, feedback="Half a thought.", notes="Mine.")
    admin = as_user(await make_admin(database, company_id=company))
    panel = await submitting.submitted_on(admin, made.id)
    assert (panel.submitted, panel.waiting) == (1, 1)
    assert "The submitted text." in str(panel)
    for secret in ("Half a thought.", "Mine.", made.scorecard.notes):
        assert secret not in str(panel)
    with pytest.raises(Forbidden):
        await submitting.submitted_on(as_user(colleague), made.id)
    for absent in (as_user(await make_admin(database)), admin):
        with pytest.raises(NotFound):
            await submitting.submitted_on(absent, made.id if absent != admin else "absent")
