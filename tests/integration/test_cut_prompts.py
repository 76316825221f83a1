"""A server that reads only a part of the prompt: who is told, and that nobody else ever is."""

import pytest

from feedback_app.db.models import Scorecard
from feedback_app.db.session import Database
from feedback_app.db.tables.alerts import AlertKind, AlertLevel
from feedback_app.feedback import service
from feedback_app.llm.ledger import watching
from feedback_app.llm.ledger.watching import Settled
from feedback_app.usage.trace import service as traces
from tests.factories import make_admin
from tests.integration.alerting import alerts
from tests.integration.generating import HELD, Stage, as_user, follow, stage, until_text
from tests.integration.test_alert_watcher import until, watched
from tests.upstream import FAULTS, Scenario, Upstream

LINE = "She asked what happens to a payment that is sent twice, and drew the answer on the board.\n"
NOTES = LINE * 336


async def take_long_notes(on: Stage) -> None:
    """Give the stage's interview so long notes that its prompt is about 9,000 tokens."""
    async with on.database.write() as session:
        card = await session.get_one(Scorecard, on.made.scorecard.id)
        card.notes = NOTES
        session.add(card)
    assert 8_800 < await on.prompt_tokens() < 9_200


async def notice(on: Stage) -> str:
    """What the page says beside the newest draft."""
    latest = (await service.view(on.user, on.interview_id)).latest
    assert latest is not None
    return latest.meta.notice


async def test_a_cut_prompt_is_told_at_the_draft_in_the_trace_and_to_administrators_once(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(FAULTS["cut-prompt"])
    async with stage(database, upstream.base_url) as on, watched(database):
        await take_long_notes(on)
        for _ in range(2):
            await on.run()
        row, other = await on.calls()
        assert (row.status, row.prompt_tokens, row.tokens_estimated) == ("complete", 4_096, False)
        least = row.sent_tokens_at_least
        assert 6_000 < least < 9_000
        assert await notice(on) == (
            f"The AI model read only 4,096 of at least {least:,} tokens, so it may have missed "
            "some of your text. Shorten it, or ask an administrator to let the model's server read "
            "more at once."
        )
        admin = as_user(await make_admin(database, company_id=on.user.company_id))
        view = (await traces.trace(admin, row.id)).view
        told = f"The server read only 4,096 of at least {least:,} tokens of the prompt"
        assert told in [step.label for step in view.timeline.steps]
        facts = {fact.label: fact for group in view.groups for fact in group.facts}
        assert facts["Prompt"].value == "4,096"
        assert f"at least {least:,} tokens" in facts["Prompt"].note
        await until(database)
        assert other.sent_tokens_at_least == least
    (alert,) = await alerts(database)
    assert (alert.kind, alert.level) == (AlertKind.CUT_PROMPT, AlertLevel.WARNING)
    assert (alert.subject, alert.measured) == ("gpt-4o-mini-2024-07-18", 4_096)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Scenario(usage="never"), id="no usage"),
        pytest.param(Scenario(usage="zeros", prompt_tokens=4_096), id="a count that is not of it"),
        pytest.param(Scenario(prompt_tokens=6_500), id="fewer tokens than we estimate"),
        pytest.param(Scenario(prompt_tokens=14_000), id="more tokens than we estimate"),
        pytest.param(Scenario(prompt_tokens=900), id="what was not cached"),
    ],
)
async def test_no_other_answer_to_long_notes_is_called_cut(
    database: Database, upstream: Upstream, answer: Scenario
) -> None:
    upstream.play(answer)
    told: list[watching.Happening] = []
    watching.set_watcher(told.append)
    async with stage(database, upstream.base_url) as on:
        await take_long_notes(on)
        await on.run()
        row = await on.call()
        assert (row.status, row.sent_tokens_at_least) == ("complete", 0)
        assert await notice(on) == ""
        assert "prompt_cut" not in [mark["event"] for mark in (await on.draft()).timings]
    watching.set_watcher(None)
    assert told == [Settled(row.company_id)]


async def test_a_stopped_call_whose_prompt_was_cut_says_so_too(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(usage="with_each", hold_after=HELD.hold_after, prompt_tokens=4_096))
    async with stage(database, upstream.base_url) as on:
        await take_long_notes(on)
        log = on.log(await on.start())
        await until_text(log)
        assert await on.stop()
        await follow(log)
        row = await on.call()
    assert (row.status, row.prompt_tokens) == ("cancelled", 4_096)
    assert row.sent_tokens_at_least > 6_000
