"""What becomes of the answers of a model that does as it is told, and of one that does not."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from feedback_app.db.session import Database
from feedback_app.feedback import service
from feedback_app.feedback.schemas import DraftView
from feedback_app.feedback.verdict import PLACE
from feedback_app.interviews import service as interviews
from feedback_app.llm.text.citations import unpacked
from tests.integration.generating import Stage, ending_of, stage, text_of
from tests.upstream import Upstream, saying
from tests.upstream.texts import OBEDIENT, SLOPPY

ENGLISH = "\n".join(f"She explained step {number} of the design." for number in range(1, 13))
GERMAN = "\n".join(
    f"Sie hat den Schritt {number} gut erklärt und begründet." for number in range(9)
)
JAPANESE = "彼女は設計を丁寧に説明しました。\nテストも書きました。"
REASONS = "Strong on system design (4) and ownership (4); concerns in debugging (2)."


@asynccontextmanager
async def told(
    database: Database, upstream: Upstream, notes: str, recommendation: str = "yes"
) -> AsyncIterator[Stage]:
    """A stage whose interviewer wrote these notes and recommends so."""
    async with stage(database, upstream.base_url) as on:
        seen, _ = await interviews.revisions(on.user, on.interview_id)
        await interviews.save_notes(on.user, on.interview_id, notes, seen)
        await interviews.recommend(on.user, on.interview_id, recommendation)
        design, _, craft = on.made.competencies
        await interviews.rate(on.user, on.interview_id, design.id, 4)
        await interviews.rate(on.user, on.interview_id, craft.id, 3)
        yield on


async def drafted(on: Stage) -> DraftView:
    events = await on.run()
    draft = await on.draft()
    assert text_of(events) == draft.text
    return await service.draft(on.user, ending_of(events).llm_call_id)


@pytest.mark.parametrize("group", [1, 3, 1000])
async def test_the_answer_of_an_obedient_model_is_the_draft_with_the_recorded_verdict(
    group: int, database: Database, upstream: Upstream
) -> None:
    upstream.play(saying(OBEDIENT, group=group))
    async with told(database, upstream, ENGLISH) as on:
        draft = await drafted(on)
        assert draft.text.startswith(f"**Yes.** {REASONS}\n\n## Strengths\n\n- **System design**")
        assert "[" not in draft.text
        assert draft.meta.departs == ""
        lines = [cited for _, cited in unpacked((await on.draft()).cites)]
        assert lines == ["3", "3", "5", "7", "11", "9", "9", "7"]


@pytest.mark.parametrize(
    ("notes", "recommendation", "opening"),
    [
        (ENGLISH, "strong_no", f"**Strong no.** {REASONS}"),
        (GERMAN, "yes", f"**Ja.** {REASONS}"),
        (GERMAN, "strong_no", f"**Klares Nein.** {REASONS}"),
        (JAPANESE, "yes", f"**採用を推奨。** {REASONS}"),
        (ENGLISH, "", REASONS),
    ],
)
async def test_the_verdict_is_the_recorded_one_in_the_language_of_the_notes(
    notes: str, recommendation: str, opening: str, database: Database, upstream: Upstream
) -> None:
    upstream.play(saying(OBEDIENT))
    async with told(database, upstream, notes, recommendation) as on:
        draft = await drafted(on)
        assert draft.text.partition("\n")[0] == opening
        assert PLACE in upstream.requests[0].body["messages"][0]["content"]


@pytest.mark.parametrize("group", [1, 3, 1000])
async def test_of_the_answer_of_a_sloppy_model_the_page_shows_text_and_says_where_it_departs(
    group: int, database: Database, upstream: Upstream
) -> None:
    upstream.play(saying(SLOPPY, group=group))
    async with told(database, upstream, ENGLISH) as on:
        draft = await drafted(on)
        assert draft.text.startswith("As an AI language model")
        assert "```" not in draft.text
        lines = [cited for _, cited in unpacked((await on.draft()).cites)]
        assert lines == ["3", "3", "7", "12"]
        assert not any(mark in draft.text for mark in ("[3", "[line", "[7", "[12"))
        assert "says “Strong yes”, but your recommendation is “Yes”" in draft.meta.departs
