"""The page's questions to the writer about their own notes, and the handling of their answers.

Remarks about the person are removed from what a draft is made from, unless the writer puts one
back. The writer places lines that belong under no competency, and explains statements that
contradict a rating; the part of the draft that a placed line concerns is rewritten at once.
"""

import asyncio
from dataclasses import replace
from datetime import date

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import Invalid
from feedback_app.core.threads import soon
from feedback_app.db.models import CompetencyRating
from feedback_app.db.session import database
from feedback_app.feedback import editing
from feedback_app.feedback.assessment import Assessment, CompetencyAssessment
from feedback_app.feedback.drafter.compose import compose_loose, compose_sides, verdict_of
from feedback_app.feedback.drafter.reading import Reading, read
from feedback_app.feedback.editing import Written, written
from feedback_app.feedback.evidence.placing import put_point, take_out
from feedback_app.feedback.personal import Remark, find_remarks, without_remarks
from feedback_app.feedback.queries import scorecard_rows
from feedback_app.feedback.queries.scorecard_rows import Record
from feedback_app.feedback.schemas import (
    ContradictionView,
    Questions,
    RemarkView,
    UnplacedView,
)
from feedback_app.llm.text.blocks import Block
from feedback_app.llm.text.citations import marked, without_marks
from feedback_app.llm.text.markdown import parse_blocks

_NOTHING = Assessment(
    candidate="",
    job="",
    department="",
    kind="",
    held_on=date(2000, 1, 1),
    interviewer="",
    competencies=(),
    notes="She solved it.",
    recommendation=None,
)
MOST_ANSWERS = 500
"""How many remarks put back, lines placed and questions answered one scorecard stores."""


def load_word_lists() -> None:
    """Load the word lists for remarks and notes, so that nobody's first draft waits for them."""
    find_remarks("A word.")
    read(_NOTHING)


def for_drafting(assessment: Assessment, put_back: frozenset[str]) -> Assessment:
    """The record as a draft may use it: without remarks about the person. Line numbers stay."""
    return replace(
        assessment,
        verdict=verdict_of(assessment),
        notes=without_remarks(assessment.notes, kept=put_back),
        competencies=tuple(
            replace(c, reason=without_remarks(c.reason, kept=put_back))
            for c in assessment.competencies
        ),
    )


async def ready(record: Record) -> Assessment:
    """The part of the record that a draft may use; call it once the session is closed."""
    return await asyncio.to_thread(for_drafting, record.assessment, record.put_back)


async def questions(user: CurrentUser, interview_id: str) -> Questions:
    """The questions about the person's record now.

    Raises:
        NotFound: not an interview of this person.
    """
    async with database().read() as session:
        record = await scorecard_rows.record_of(session, user, interview_id)
    return await questions_about(record)


async def questions_about(record: Record) -> Questions:
    """The questions about the record."""
    return await asyncio.to_thread(_questions, record)


async def put_back(user: CurrentUser, interview_id: str, key: str, wanted: bool) -> None:
    """Let drafts use a remark about the person after all, or leave it out again.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
        Invalid: there is no such remark.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        assessment = await scorecard_rows.load_assessment(session, user, interview_id)
        found = await soon(_remarks, assessment)
        if key not in {remark.key for remark, _ in found}:
            raise Invalid("This remark is not in your notes any more.")
        kept = [one for one in scorecard.put_back if one != key]
        scorecard.put_back = [*kept, key][-MOST_ANSWERS:] if wanted else kept
        session.add(scorecard)


async def place(
    user: CurrentUser, interview_id: str, key: str, competency_id: str
) -> Written | None:
    """Put a line under a competency, or with none leave it out; return the text if that changed it.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
        Invalid: there is no such line to place, or no such competency.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        record = await scorecard_rows.record_of(session, user, interview_id)
        assessment = await soon(for_drafting, record.assessment, record.put_back)
        reading = await soon(read, assessment)
        if key not in {line.key for line in reading.unplaced}:
            raise Invalid("This line is placed already, or not in your notes any more.")
        competency = next((c for c in assessment.competencies if c.id == competency_id), None)
        if competency_id and competency is None:
            raise Invalid("The job has no such competency.")
        before = scorecard.placements
        scorecard.placements = _with(before, key, competency_id)
        session.add(scorecard)
        text = await written(scorecard)
    if not text.call_id:
        return None
    blocks = await asyncio.to_thread(
        _with_line_placed, text.blocks, key, assessment, scorecard.placements, competency
    )
    if blocks == text.blocks:
        return None
    return await editing.rewrite(user, interview_id, blocks, before)


def _with_line_placed(
    blocks: list[Block],
    key: str,
    assessment: Assessment,
    placements: dict[str, str],
    competency: CompetencyAssessment | None,
) -> list[Block]:
    """A text that includes a line under its competency, or no longer does."""
    told_alone = compose_loose(assessment).get(key, "")
    blocks = take_out(blocks, parse_blocks(_marked(told_alone, assessment)))
    if competency is None:
        return blocks
    placed = replace(assessment, placements=placements)
    before = compose_sides(assessment, competency.id)
    after = compose_sides(placed, competency.id)
    for side, (old, new) in enumerate(zip(before, after, strict=True)):
        if old != new:
            blocks = put_point(
                blocks,
                competency.name,
                parse_blocks(_marked(old, placed)),
                parse_blocks(_marked(new, placed)),
                speaks_for=side == 0,
            )
    return blocks


async def answer(user: CurrentUser, interview_id: str, key: str, code: str) -> None:
    """Settle a contradiction between a rating and the notes.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
        Invalid: there is no such question, or no such answer to it.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        record = await scorecard_rows.record_of(session, user, interview_id)
        assessment = await soon(for_drafting, record.assessment, record.put_back)
        reading = await soon(read, assessment)
        asked = next((c for c in reading.contradictions if c.key == key), None)
        if asked is None or code not in dict(asked.answers):
            raise Invalid("This question has been settled already.")
        scorecard.answers = _with(scorecard.answers, key, code)
        session.add(scorecard)
        if code.startswith("rate:"):
            row = await session.get(CompetencyRating, (scorecard.id, asked.competency_id))
            if row is not None:
                row.rating, row.not_assessed = int(code.removeprefix("rate:")), False
                session.add(row)


async def start_over(user: CurrentUser, interview_id: str) -> None:
    """Forget where lines were placed and what was answered, so that the questions are asked again.

    Raises:
        NotFound: not an interview of this person.
        AlreadySubmitted: the feedback is final.
    """
    async with database().write() as session:
        scorecard = await scorecard_rows.open_scorecard_of(session, user, interview_id)
        scorecard.placements, scorecard.answers = {}, {}
        session.add(scorecard)


def _with(kept: dict[str, str], key: str, value: str) -> dict[str, str]:
    newest = {**{k: v for k, v in kept.items() if k != key}, key: value}
    return dict(list(newest.items())[-MOST_ANSWERS:])


def _marked(markdown: str, assessment: Assessment) -> str:
    lines = assessment.notes.count("\n") + 1
    text, citations = without_marks(f"- {markdown}" if markdown else "", lines)
    return marked(text, citations)


def _remarks(assessment: Assessment) -> list[tuple[Remark, str]]:
    """Every remark about the person, each with its position in words."""
    found = [(remark, f"Line {remark.line}") for remark in find_remarks(assessment.notes)]
    for competency in assessment.competencies:
        where = f"Reason for {competency.name}"
        found += [(replace(r, line=0), where) for r in find_remarks(competency.reason)]
    return found


def _left_out(count: int, of: int) -> str:
    are = "remark is" if of == 1 else "remarks are"
    about = f"{of} {are} about the person, not the work; "
    if count == of:
        return about + ("it is left out" if of == 1 else "they are left out")
    if count == 0:
        return about + ("put back by you" if of == 1 else "all put back by you")
    return about + (f"{count} is left out" if count == 1 else f"{count} are left out")


def _grouped(to_do: list[str]) -> list[str]:
    """What is missing, with competencies that lack the same thing named together."""
    names: dict[str, list[str]] = {}
    for words in to_do:
        name, _, missing = words.rpartition(": ")
        names.setdefault(missing, []).append(name)
    return [f"{', '.join(those)}: {missing}" for missing, those in names.items()]


def _questions(record: Record) -> Questions:
    assessment, wanted = record.assessment, record.put_back
    reading: Reading = read(for_drafting(assessment, wanted))
    remarks = _remarks(assessment)
    return Questions(
        left_out=_left_out(sum(remark.key not in wanted for remark, _ in remarks), len(remarks)),
        remarks=[
            RemarkView(
                key=remark.key,
                line=str(remark.line),
                where=where,
                text=remark.text,
                reason=remark.reason,
                put_back=remark.key in wanted,
            )
            for remark, where in remarks
        ],
        unplaced=[
            UnplacedView(str(line.line), line.text, line.key, list(line.guesses))
            for line in reading.unplaced
        ],
        contradictions=[
            ContradictionView(c.key, str(c.line), c.question, [list(a) for a in c.answers])
            for c in reading.contradictions
        ],
        to_do=[
            *_grouped([words for c, words in reading.to_do if c not in record.not_assessed]),
            *(["your recommendation"] if assessment.recommendation is None else []),
        ],
        has_answers=bool(assessment.placements or assessment.answers),
        competencies=[[c.id, c.name] for c in assessment.competencies],
    )
