"""Makes feedback final, reopens it, and shows who else has written about the candidate.

A submission can be taken back freely for ten minutes; later it takes a reason. Both are recorded.
Colleagues' feedback is readable only after one's own is submitted, so that nobody is influenced by
another's view; administrators read only what is submitted.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import timedelta

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden, Invalid, NotFound
from feedback_app.core.text import storable
from feedback_app.db.models import Competency, CompetencyRating, Scorecard, ScorecardEvent
from feedback_app.db.session import database
from feedback_app.feedback import reading
from feedback_app.feedback.assessment import RATING_LABELS, RECOMMENDATION_LABELS, Recommendation
from feedback_app.feedback.editing import blocks_of
from feedback_app.feedback.evidence.departing import departure, recorded_in
from feedback_app.feedback.queries import draft_rows, scorecard_rows
from feedback_app.feedback.schemas import Colleague, Panel, Review
from feedback_app.live.settled import grouped
from feedback_app.llm.text.blocks import without_citations
from feedback_app.ui import wording

FREELY_WITHIN = timedelta(minutes=10)
"""How long after its submission feedback can be reopened without a reason."""
MAX_REASON_CHARACTERS = 500
SUBMITTED, REOPENED = "submitted", "reopened"


async def review(user: CurrentUser, interview_id: str) -> Review:
    """What to check before submitting.

    Raises:
        NotFound: not an interview of this person.
    """
    async with database().read() as session:
        record = await scorecard_rows.record_of(session, user, interview_id)
        scorecard = record.scorecard
        rated = await scorecard_rows.competencies_of(session, scorecard)
        origin = (await draft_rows.sources_of(session, user, scorecard)).origin
        left = await scorecard_rows.left_to_write(session, user, clock.now(), interview_id)
    assessment = await reading.ready(record)
    asked = await reading.questions_about(record)
    warnings = list(_missing(rated))
    if origin is not None and origin.notes.strip() != assessment.notes.strip():
        warnings.append("Your notes have changed since this was drafted.")
    recorded = recorded_in(assessment)
    if departs := await asyncio.to_thread(departure, scorecard.feedback, recorded):
        warnings.append(departs)
    warnings += [question.question for question in asked.contradictions]
    if left_out := sum(not remark.put_back for remark in asked.remarks):
        are = "remark is" if left_out == 1 else "remarks are"
        warnings.append(f"{left_out} {are} about the person, not the work: left out of drafts.")
    return Review(
        refusals=_refusals(scorecard),
        warnings=warnings,
        recommendation=_verdict(scorecard),
        ratings=_ratings(rated),
        left=len(left),
    )


async def submit(user: CurrentUser, interview_id: str) -> str:
    """Make the feedback final; return the id of the next interview to write about, or "".

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: it is already final.
        Invalid: there is no feedback, or no recommendation, yet.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        if refusals := _refusals(scorecard):
            raise Invalid(refusals[0])
        scorecard.submitted_at, scorecard.feedback_kept = clock.now(), True
        session.add(scorecard)
        session.add(ScorecardEvent(scorecard_id=scorecard.id, user_id=user.id, kind=SUBMITTED))
        if scorecard.feedback_call_id:
            await draft_rows.mark_saved_call(
                session, user, interview_id, scorecard.feedback_call_id
            )
        left = await scorecard_rows.left_to_write(session, user, clock.now(), interview_id)
    return left[0] if left else ""


async def next_to_write(user: CurrentUser, interview_id: str) -> str:
    """The interview to write about after this one; empty if none is left."""
    async with database().read() as session:
        left = await scorecard_rows.left_to_write(session, user, clock.now(), interview_id)
    return left[0] if left else ""


async def reopen(user: CurrentUser, interview_id: str, reason: str = "") -> None:
    """Take a submission back, so that the feedback can be changed and submitted again.

    Raises:
        NotFound: not an interview of this person.
        Invalid: it is not submitted, or was so long ago that a reason is needed.
    """
    reason = storable(reason.strip())
    if len(reason) > MAX_REASON_CHARACTERS:
        raise Invalid(f"A reason may have {MAX_REASON_CHARACTERS} characters.")
    async with database().write() as session:
        scorecard = await scorecard_rows.scorecard_of(session, user, interview_id, lock=True)
        if scorecard.submitted_at is None:
            raise Invalid("This feedback is not submitted.")
        if not reason and not within_grace(scorecard):
            raise Invalid("Say why it is opened again: it was submitted more than 10 minutes ago.")
        scorecard.submitted_at = None
        session.add(scorecard)
        session.add(
            ScorecardEvent(scorecard_id=scorecard.id, user_id=user.id, kind=REOPENED, reason=reason)
        )


def within_grace(scorecard: Scorecard) -> bool:
    """Whether a submission can still be taken back without a reason."""
    submitted = scorecard.submitted_at
    return submitted is not None and clock.now() - submitted < FREELY_WITHIN


async def candidate(user: CurrentUser, interview_id: str) -> str:
    """The name of the candidate of an interview of the company."""
    async with database().read() as session:
        return await scorecard_rows.candidate_of(session, user, interview_id)


async def panel(user: CurrentUser, interview_id: str) -> Panel:
    """Who else wrote about this candidate for this job; after one's own submission, also what.

    Raises:
        NotFound: not an interview of this person.
    """
    async with database().read() as session:
        own = await scorecard_rows.scorecard_of(session, user, interview_id)
        others = await scorecard_rows.colleagues_of(session, user, interview_id)
        submitted = [found for found in others if found[0].submitted_at is not None]
        rated: list[Rated] = []
        if own.submitted_at is not None:
            rated = [
                await scorecard_rows.competencies_of(session, card) for card, _, _ in submitted
            ]
    readable = await asyncio.to_thread(_colleagues, submitted, rated)
    return Panel(len(submitted), len(others) - len(submitted), readable)


async def submitted_on(user: CurrentUser, interview_id: str) -> Panel:
    """What was submitted about an interview of an administrator's company.

    Raises:
        Forbidden: the person is not an administrator.
        NotFound: no such interview, or another company's.
    """
    if not user.is_admin:
        raise Forbidden
    async with database().read() as session:
        found = await scorecard_rows.scorecards_on(session, user, interview_id)
        if not found:
            raise NotFound
        submitted = [parts for parts in found if parts[0].submitted_at is not None]
        rated = [await scorecard_rows.competencies_of(session, card) for card, _, _ in submitted]
    readable = await asyncio.to_thread(_colleagues, submitted, rated)
    return Panel(len(submitted), len(found) - len(submitted), readable)


def _refusals(scorecard: Scorecard) -> list[str]:
    refusals: list[str] = []
    if not scorecard.feedback.strip():
        refusals.append("Write your feedback before you submit it.")
    if not scorecard.recommendation:
        refusals.append("Give your own recommendation before you submit.")
    return refusals


Rated = Iterable[tuple[Competency, CompetencyRating | None]]


def _missing(rated: Rated) -> Iterable[str]:
    for competency, rating in rated:
        if rating is None or (rating.rating is None and not rating.not_assessed):
            yield f"{competency.name} is not rated."
        elif rating.rating is not None and not rating.reason.strip():
            yield f"{competency.name} has no reason."


def _verdict(scorecard: Scorecard) -> str:
    if not scorecard.recommendation:
        return ""
    return RECOMMENDATION_LABELS[Recommendation(scorecard.recommendation)]


def _ratings(rated: Rated) -> list[tuple[str, str, str]]:
    return [
        (competency.name, _step(rating), rating.reason.strip() if rating else "")
        for competency, rating in rated
    ]


def _step(rating: CompetencyRating | None) -> str:
    if rating is None or (rating.rating is None and not rating.not_assessed):
        return "Not rated"
    if rating.rating is None:
        return "Not assessed"
    return f"{rating.rating} · {RATING_LABELS[rating.rating]}"


def _colleagues(
    submitted: Sequence[tuple[Scorecard, str, str]], rated: Sequence[Rated]
) -> list[Colleague]:
    """The readable part of the scorecards whose ratings were read."""
    return [_colleague(*each, ratings) for each, ratings in zip(submitted, rated, strict=False)]


def _colleague(scorecard: Scorecard, name: str, kind: str, rated: Rated) -> Colleague:
    blocks = blocks_of(scorecard.feedback, scorecard.feedback_blocks)
    return Colleague(
        id=scorecard.id,
        name=name,
        kind=kind,
        recommendation=_verdict(scorecard),
        ratings=_ratings(rated),
        when=wording.moment(scorecard.submitted_at),
        blocks=grouped(without_citations(blocks)),
    )
