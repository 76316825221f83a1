"""Drafts that name the lines they rest on: never in the text, always kept beside it."""

import pytest

from feedback_app.db.models import Draft
from feedback_app.db.session import Database
from feedback_app.feedback import editing, service
from feedback_app.feedback.assessment import Recommendation
from feedback_app.feedback.editing import Written
from feedback_app.feedback.evidence.departing import Recorded
from feedback_app.feedback.showing import Beside, typed
from feedback_app.feedback.state import FeedbackState
from feedback_app.feedback.typed_text import _Kept
from feedback_app.live.view import fill_slots
from feedback_app.llm.text.blocks import block_from_dict
from feedback_app.llm.text.citations import unpacked
from feedback_app.llm.text.markdown import parse_blocks
from feedback_app.ui.autosave import Save, Typed
from tests.integration.generating import (
    Stage,
    ended_of,
    ending_of,
    follow,
    stage,
    text_of,
    until_text,
)
from tests.integration.serving_api import events_of, served_api, text_in
from tests.integration.states import state_of
from tests.upstream import Scenario, Upstream, saying, tokens_of

ANSWER = """\
## Strengths

- **System design**: Drew the ledger as two append-only tables. [1]
- Would rather reject a payment than guess its currency. [2, 9]

## Concerns

- **Debugging**: Needed two hints. [3]
"""
TEXT = """\
## Strengths

- **System design**: Drew the ledger as two append-only tables.
- Would rather reject a payment than guess its currency.

## Concerns

- **Debugging**: Needed two hints.
"""
CITES = [
    (TEXT.index("tables.") + len("tables."), "1"),
    (TEXT.index("currency.") + len("currency."), "2"),
    (TEXT.index("hints.") + len("hints."), "3"),
]
"""The notes have three lines: nothing can rest on a ninth."""
STATEMENTS = [
    ("Drew the ledger as two append-only tables.", "1"),
    ("Would rather reject a payment than guess its currency.", "2"),
    ("Needed two hints.", "3"),
]
UP_TO_THE_LAST = len(tokens_of(ANSWER.partition("- **Debugging**")[0]))
"""How many tokens stand before the last statement."""
PARTIAL = TEXT.partition("- **Debugging**")[0].rstrip()


def statements(draft: Draft) -> list[tuple[str, str]]:
    """What the draft's blocks say of the lines they rest on."""
    blocks = [block_from_dict(block) for block in draft.blocks]
    return [
        (span.text.strip(" :"), span.cite) for block in blocks for span in block.spans if span.cite
    ]


@pytest.mark.parametrize("group", [1, 3, 1000])
async def test_an_answer_is_told_without_its_marks_and_kept_with_them(
    database: Database, upstream: Upstream, group: int
) -> None:
    upstream.play(saying(ANSWER, group=group))
    async with stage(database, upstream.base_url) as on:
        events = await on.run()
        draft = await on.draft()
        assert text_of(events) == draft.text == TEXT
        assert unpacked(draft.cites) == unpacked(ending_of(events).cites) == CITES
        assert statements(draft) == STATEMENTS


async def test_the_page_takes_over_what_the_statements_rest_on(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(saying(ANSWER))
    async with stage(database, upstream.base_url) as on:
        await on.run()
        call = await on.call()
        taken = await editing.take_draft(on.user, on.interview_id, call.id)
        assert taken is not None
        assert taken.markdown == TEXT.strip()
        found = [(s.text.strip(" :"), s.cite) for b in taken.blocks for s in b.spans if s.cite]
        shown = await service.draft(on.user, call.id)
        assert found == STATEMENTS
        assert shown.slots == fill_slots(taken.blocks)


async def test_the_api_sends_no_mark_and_its_offsets_add_up(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(saying(ANSWER, tokens_per_second=200))
    async with served_api(database, upstream.base_url, STREAM_FLUSH_MS=5) as api:
        headers = await api.headers()
        async with api.stream(headers=headers) as followed:
            live = await events_of(followed)
        call_id = live[0]["llm_call_id"]
        api.on.generations.hub.forget(call_id)
        async with api.stream(f"?call={call_id}&after=0", headers=headers) as followed:
            assert await events_of(followed) == live, "what is replayed is the same"
        chunks = [event for event in live if event["type"] == "chunk"]
        assert len(chunks) > 3
        told = 0
        for chunk in chunks:
            assert chunk["offset"] == told
            told += len(chunk["content"])
        assert text_in(live) == live[-1]["feedback"] == TEXT
        assert "cites" not in str(live)
        assert (await api.generate()).json()["feedback"] == TEXT


def held_before_the_last() -> Scenario:
    return saying(ANSWER, hold_after=UP_TO_THE_LAST)


async def until_the_last(on: Stage) -> str:
    """Start a draft and wait until all before the last statement is told; the call's id."""
    call_id = await on.start()
    await until_text(on.log(call_id), len(PARTIAL))
    return call_id


async def test_a_stopped_draft_keeps_what_its_statements_rest_on(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(held_before_the_last())
    async with stage(database, upstream.base_url) as on:
        call_id = await until_the_last(on)
        assert await on.stop()
        ended = ended_of(await follow(on.log(call_id)))
        draft = await on.draft()
        assert ended.partial == draft.text
        assert draft.text.startswith(PARTIAL)
        assert unpacked(draft.cites) == unpacked(ended.cites) == CITES[:2]
        assert statements(draft) == STATEMENTS[:2]


async def test_a_draft_whose_process_dies_keeps_what_its_statements_rest_on(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(held_before_the_last())
    async with stage(database, upstream.base_url) as on:
        await until_the_last(on)
        await on.generations._checkpoint()
        kept = await on.draft()
        assert kept.text.startswith(PARTIAL)
        assert unpacked(kept.cites) == CITES[:2]
        await on.generations.aclose()
        draft = await on.draft()
        assert (await on.call()).status == "interrupted"
        assert unpacked(draft.cites) == CITES[:2]
        assert statements(draft) == STATEMENTS[:2]


@pytest.mark.parametrize(
    "bracket", ["rows[3]", "[3](https://example.test)", "see [sic]", "[12345678]", "[3 of 4]"]
)
async def test_brackets_that_are_no_marks_stay_in_the_text(
    database: Database, upstream: Upstream, bracket: str
) -> None:
    text = f"She wrote {bracket} on the board."
    upstream.play(saying(text))
    async with stage(database, upstream.base_url) as on:
        events = await on.run()
        assert text_of(events) == text
        assert (await on.draft()).cites == ""


async def test_a_tab_that_shows_another_tabs_draft_knows_what_it_was_drafted_from(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(saying(ANSWER))
    async with stage(database, upstream.base_url) as on:
        await on.run()
        call = await on.call()
        await editing.take_draft(on.user, on.interview_id, call.id)
        panel = await state_of(FeedbackState, None)
        panel._show_newer(await service.view(on.user, on.interview_id))
        assert panel._beside.sent is not None
        assert panel.used


async def test_a_text_that_was_read_beside_older_facts_changes_nothing_said_of_newer_ones(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        panel = await state_of(FeedbackState, None)
        panel._show(on.interview_id, await service.view(on.user, on.interview_id))
        older, newer = panel._beside, Beside(recorded=Recorded(Recommendation.NO, {}))
        text = Written(parse_blocks("**Yes.** She drew."), "**Yes.** She drew.", 5, "")
        panel._beside, panel.departs = newer, "told already"
        for beside, departs in ((older, "told already"), (newer, None)):
            kept = _Kept(Save(1, "saved"), await typed(text, beside), beside)
            panel._show_kept(on.interview_id, Typed({}, 1, 0), kept)
            assert panel.words == "3 words"
            assert departs is None or panel.departs == departs
        assert "no" in panel.departs.casefold()
