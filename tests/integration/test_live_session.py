"""Whom the live panel shows a draft to: the person whose tab it is, for as long as signed in."""

import asyncio
from typing import Any

import pytest

from feedback_app.auth import sessions
from feedback_app.db.session import Database
from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.live import generator as live
from tests.integration.generating import HELD, Stage, follow, stage, until_text
from tests.integration.outages import WITHIN_S, until
from tests.integration.states import state_of
from tests.integration.test_usage_page import signed_in
from tests.upstream import Upstream


async def opened(on: Stage) -> tuple[Live, "asyncio.Task[Any]"]:
    """The panel of a tab of the stage's interviewer, and what follows for it."""
    state = await state_of(Live, await signed_in(on.database, on.made.interviewer))
    (await state.get_state(FeedbackState)).interview_id = on.interview_id
    following = asyncio.create_task(Live.follow.fn(state))
    hub = on.generations.hub
    await until(lambda: on.owner.run_key in hub._waiting)
    return state, following


async def test_a_tab_whose_session_ended_while_it_waited_sees_nothing_of_the_next_draft(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        state, following = await opened(on)
        await sessions.revoke_all(on.user.id)
        log = on.log(await on.start())
        await until_text(log)
        assert "/login" in str(await asyncio.wait_for(following, WITHIN_S))
        assert (state.phase, state.message, state.t) == ("idle", "", "")
        upstream.release()
        await follow(log)


async def test_a_tab_whose_session_ends_midway_is_shown_no_more_than_a_few_seconds(
    database: Database, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "CHECK_SESSION_EVERY_S", 0.05)
    monkeypatch.setattr(live, "TICK_S", 0.01)
    upstream.play(HELD)
    async with stage(database, upstream.base_url) as on:
        state, following = await opened(on)
        log = on.log(await on.start())
        await until(lambda: state.phase == "streaming")
        await sessions.revoke_all(on.user.id)
        assert "/login" in str(await asyncio.wait_for(following, WITHIN_S))
        upstream.release()
        await follow(log)
        assert (state.phase, state.t) == ("idle", "")
