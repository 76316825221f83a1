"""What the writer is asked about their own record, what their answers change, and what is sent."""

from dataclasses import dataclass
from typing import Any

import pytest

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import AlreadySubmitted, Invalid
from feedback_app.db.models import CompetencyRating, Scorecard
from feedback_app.db.session import Database
from feedback_app.feedback import editing, reading, service
from feedback_app.feedback.queries import scorecard_rows
from feedback_app.feedback.schemas import Questions
from feedback_app.llm.client.offline import OfflineClient
from tests.factories import MadeInterview, MadeJob, make_interview, make_job, make_user
from tests.integration.generating import as_user, ending_of, follow, stage
from tests.upstream import Upstream

UNPLACED = "Brought printed screens, which nobody does"
GUESSED = "Debugging: guessed for 20 minutes"
PREGNANT = "She is pregnant and tires easily."
AGE = "He is 52 years old."
NOTES = "\n".join(
    (
        f"- {UNPLACED}",
        "SQL: explains a query plan line by line",
        PREGNANT,
        "SQL: found the missing index at once",
        "Planning: has booked travel for forty people in two days",
        GUESSED,
    )
)
RATINGS = {"SQL": 3, "Planning": 3, "Debugging": 4}
REASONS = {"SQL": f"Quick. {AGE}", "Planning": "Calm."}


async def make_record(database: Database, user: Any = None, **values: Any) -> MadeInterview:
    """An interview with two remarks, a line to place, and a note against a rating."""
    user = user or await make_user(database)
    job = await make_job(database, user.company_id, competencies=tuple(RATINGS))
    defaults: dict[str, Any] = {"notes": NOTES, "ratings": RATINGS, "reasons": REASONS}
    return await make_interview(database, user, job=job, **defaults | values)


@dataclass(frozen=True, slots=True)
class Record:
    """One person's record and the database it is in."""

    database: Database
    made: MadeInterview

    @property
    def user(self) -> CurrentUser:
        return as_user(self.made.interviewer)

    def competency(self, name: str) -> str:
        return next(c.id for c in self.made.competencies if c.name == name)

    async def asked(self) -> Questions:
        return await reading.questions(self.user, self.made.id)

    async def scorecard(self) -> Scorecard:
        async with self.database.read() as session:
            return await session.get_one(Scorecard, self.made.scorecard.id)

    async def rating(self, name: str) -> int | None:
        async with self.database.read() as session:
            key = (self.made.scorecard.id, self.competency(name))
            return (await session.get_one(CompetencyRating, key)).rating


@pytest.fixture
async def of(database: Database) -> Record:
    return Record(database, await make_record(database))


async def test_remarks_are_shown_to_the_writer_with_where_they_stand_and_why(of: Record) -> None:
    remarks = (await of.asked()).remarks
    assert [(r.text, r.where, r.line, r.put_back) for r in remarks] == [
        (PREGNANT, "Line 3", "3", False),
        (AGE, "Reason for SQL", "0", False),
    ]
    assert all(remark.reason.endswith(".") for remark in remarks)


async def test_what_is_drafted_from_has_no_remark_and_the_same_lines(of: Record) -> None:
    async with of.database.read() as session:
        loaded = await reading.ready(await scorecard_rows.record_of(session, of.user, of.made.id))
    lines = loaded.notes.split("\n")
    assert len(lines) == NOTES.count("\n") + 1
    assert "pregnant" not in loaded.notes
    assert lines[5] == GUESSED
    assert [c.reason.strip() for c in loaded.competencies] == ["Quick.", "Calm.", ""]


async def test_a_remark_that_was_put_back_may_be_used_until_it_is_left_out_again(
    of: Record,
) -> None:
    remark, other = (await of.asked()).remarks
    await reading.put_back(of.user, of.made.id, remark.key, True)
    await reading.put_back(of.user, of.made.id, remark.key, True)
    assert (await of.scorecard()).put_back == [remark.key]
    assert [r.put_back for r in (await of.asked()).remarks] == [True, False]
    async with of.database.read() as session:
        loaded = await reading.ready(await scorecard_rows.record_of(session, of.user, of.made.id))
    assert PREGNANT in loaded.notes
    assert AGE not in str(loaded)
    await reading.put_back(of.user, of.made.id, other.key, True)
    for one in (remark, other):
        await reading.put_back(of.user, of.made.id, one.key, False)
    assert (await of.scorecard()).put_back == []
    async with of.database.read() as session:
        assert (
            PREGNANT
            not in (
                await reading.ready(await scorecard_rows.record_of(session, of.user, of.made.id))
            ).notes
        )


async def test_a_model_is_sent_no_remark_unless_the_writer_put_it_back(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        made = await make_record(database, on.made.interviewer)
        for wanted in (False, True):
            if wanted:
                for remark in (await reading.questions(on.user, made.id)).remarks:
                    await reading.put_back(on.user, made.id, remark.key, True)
            call_id = await service.start(on.user, made.id)
            await follow(on.log(call_id))
            sent = str(upstream.requests[-1].body["messages"])
            assert "found the missing index" in sent
            assert ("pregnant" in sent, AGE in sent) == (wanted, wanted)
            draft = await service.draft(on.user, call_id)
            assert draft.meta.status == "complete"


async def test_the_drafter_writes_of_no_remark_unless_the_writer_put_it_back(
    database: Database,
) -> None:
    async with stage(database, client=OfflineClient()) as on:
        notes = "SQL: explains a query plan.\nSQL: she is pregnant, which slows her down."
        made = await make_record(database, on.made.interviewer, notes=notes, reasons={})
        for wanted in (False, True):
            if wanted:
                for remark in (await reading.questions(on.user, made.id)).remarks:
                    await reading.put_back(on.user, made.id, remark.key, True)
            events = await follow(on.log(await service.start(on.user, made.id)))
            assert ("pregnant" in str(ending_of(events))) == wanted


async def test_a_line_that_was_placed_is_not_asked_about_again(of: Record) -> None:
    (line,) = (await of.asked()).unplaced
    assert (line.line, line.text) == ("1", UNPLACED)
    assert await reading.place(of.user, of.made.id, line.key, of.competency("Planning")) is None
    asked = await of.asked()
    assert (asked.unplaced, asked.has_answers) == ([], True)
    assert (await of.scorecard()).placements == {line.key: of.competency("Planning")}
    with pytest.raises(Invalid, match="placed already"):
        await reading.place(of.user, of.made.id, line.key, "")


async def test_a_line_that_was_left_out_is_not_asked_about_again(of: Record) -> None:
    (line,) = (await of.asked()).unplaced
    assert await reading.place(of.user, of.made.id, line.key, "") is None
    assert (await of.asked()).unplaced == []
    await reading.start_over(of.user, of.made.id)
    asked = await of.asked()
    assert [one.key for one in asked.unplaced] == [line.key]
    assert not asked.has_answers


async def test_placing_a_line_rewrites_that_part_of_the_draft_and_can_be_undone(
    database: Database,
) -> None:
    async with stage(database, client=OfflineClient()) as on:
        of = Record(database, await make_record(database, on.made.interviewer))
        call_id = await service.start(of.user, of.made.id)
        await follow(on.log(call_id))
        taken = await editing.take_draft(of.user, of.made.id, call_id)
        assert taken is not None
        assert "printed screens" not in taken.markdown
        edited = [block for block in taken.blocks if "query plan" not in block.text]
        before = await editing.save(of.user, of.made.id, edited, taken.revision)
        (line,) = (await of.asked()).unplaced
        placed = await reading.place(of.user, of.made.id, line.key, of.competency("Planning"))
        assert placed is not None
        assert "rinted screens" in placed.markdown
        assert "query plan" not in placed.markdown, "what the writer took out stays out"
        assert any(
            "1" in span.cite.split(",") for block in placed.blocks for span in block.spans
        ), "it shows the line it rests on"
        assert (await editing.undo(of.user, of.made.id)).markdown == before.markdown
        assert [one.key for one in (await of.asked()).unplaced] == [line.key], "it is asked again"
        assert (await editing.undo(of.user, of.made.id)).markdown == placed.markdown
        assert (await of.asked()).unplaced == []


async def test_an_answer_settles_a_contradiction_and_changes_the_rating_where_it_says_so(
    of: Record,
) -> None:
    (asked,) = (await of.asked()).contradictions
    assert "Debugging" in asked.question
    await reading.answer(of.user, of.made.id, asked.key, "keep")
    assert (await of.asked()).contradictions == []
    assert await of.rating("Debugging") == 4
    await reading.start_over(of.user, of.made.id)
    assert [one.key for one in (await of.asked()).contradictions] == [asked.key]
    await reading.answer(of.user, of.made.id, asked.key, "rate:2")
    assert await of.rating("Debugging") == 2
    assert (await of.asked()).contradictions == []


KEYS = ["", "absent", "0" * 16, "x" * 100_000, "a\0b"]
CODES = ["", "rate:4", "rate:9", "rate:", "rate:-1", "drop"]


@pytest.mark.parametrize("key", KEYS)
async def test_a_key_made_by_hand_is_refused_and_nothing_is_kept(of: Record, key: str) -> None:
    before = await of.scorecard()
    for act in (
        reading.put_back(of.user, of.made.id, key, True),
        reading.put_back(of.user, of.made.id, key, False),
        reading.place(of.user, of.made.id, key, of.competency("SQL")),
        reading.answer(of.user, of.made.id, key, "keep"),
    ):
        with pytest.raises(Invalid):
            await act
    assert await of.scorecard() == before


@pytest.mark.parametrize("code", CODES)
async def test_an_answer_that_was_not_offered_is_refused(of: Record, code: str) -> None:
    (asked,) = (await of.asked()).contradictions
    with pytest.raises(Invalid):
        await reading.answer(of.user, of.made.id, asked.key, code)
    assert await of.rating("Debugging") == 4
    assert (await of.scorecard()).answers == {}


async def test_a_line_is_placed_under_no_competency_of_another_job(of: Record) -> None:
    (line,) = (await of.asked()).unplaced
    other: MadeJob = await make_job(of.database, of.user.company_id)
    for competency_id in (other.competencies[0].id, "absent"):
        with pytest.raises(Invalid, match="no such competency"):
            await reading.place(of.user, of.made.id, line.key, competency_id)
    assert (await of.scorecard()).placements == {}


async def test_a_remark_put_back_is_the_writers_alone(of: Record) -> None:
    remark, _ = (await of.asked()).remarks
    await reading.put_back(of.user, of.made.id, remark.key, True)
    theirs = await make_record(of.database)
    asked = await reading.questions(as_user(theirs.interviewer), theirs.id)
    assert [one.put_back for one in asked.remarks] == [False, False]


async def test_nothing_is_answered_once_it_is_submitted(of: Record) -> None:
    asked = await of.asked()
    async with of.database.write() as session:
        card = await session.get_one(Scorecard, of.made.scorecard.id)
        card.submitted_at = clock.now()
        session.add(card)
    before = await of.scorecard()
    for act in (
        reading.put_back(of.user, of.made.id, asked.remarks[0].key, True),
        reading.place(of.user, of.made.id, asked.unplaced[0].key, ""),
        reading.answer(of.user, of.made.id, asked.contradictions[0].key, "keep"),
        reading.start_over(of.user, of.made.id),
    ):
        with pytest.raises(AlreadySubmitted):
            await act
    assert await of.scorecard() == before
