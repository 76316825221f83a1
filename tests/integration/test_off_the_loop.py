"""What reads a whole text runs in another thread than everybody's event loop."""

import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from feedback_app.core.clock import now
from feedback_app.db.session import Database
from feedback_app.feedback import editing, operation, service, showing, submitting
from feedback_app.llm.client.offline import OfflineClient
from feedback_app.llm.ledger import ledger
from feedback_app.llm.text.markdown import parse_blocks
from tests.factories import make_interview
from tests.integration.generating import as_user, stage

Watch = Callable[[ModuleType, str], list[bool]]


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    """Records of a module's function, for each call, whether it ran on the event loop's thread."""

    def begin(module: ModuleType, name: str) -> list[bool]:
        read = getattr(module, name)
        calls: list[bool] = []

        def watched(*args: Any, **named: Any) -> Any:
            calls.append(threading.current_thread() is threading.main_thread())
            return read(*args, **named)

        monkeypatch.setattr(module, name, watched)
        return calls

    return begin


async def test_a_prompt_is_built_beside_the_loop(database: Database, watch: Watch) -> None:
    calls = watch(operation, "feedback_prompt")
    async with stage(database, client=OfflineClient(None)) as on:
        await service.evidence(on.user, on.interview_id)
        await on.run()
    assert len(calls) == 2
    assert not any(calls)


async def test_an_answer_becomes_blocks_beside_the_loop(database: Database, watch: Watch) -> None:
    calls = watch(ledger, "parse_blocks")
    async with stage(database, client=OfflineClient(None)) as on:
        await on.run()
        assert (await on.draft()).blocks
    assert calls == [False]


async def test_what_the_page_says_of_a_text_is_worked_out_beside_the_loop(
    database: Database, watch: Watch
) -> None:
    names = ((showing, "_shown"), (service, "_draft_view"), (service, "_history"))
    calls = {name: watch(module, name) for module, name in (*names, (editing, "blocks_of"))}
    async with stage(database, client=OfflineClient(None)) as on:
        await on.run()
        call_id = (await on.call()).id
        await editing.take_draft(on.user, on.interview_id, call_id)
        await service.view(on.user, on.interview_id)
        await service.evidence(on.user, on.interview_id)
        await service.draft(on.user, call_id)
    assert all(calls.values())
    assert not any(on_loop for of_one in calls.values() for on_loop in of_one)


async def test_what_colleagues_submitted_is_made_ready_beside_the_loop(
    database: Database, watch: Watch
) -> None:
    calls = watch(submitting, "_colleagues")
    made = await make_interview(database, scorecard={"feedback": "One.", "submitted_at": now()})
    await submitting.panel(as_user(made.interviewer), made.id)
    assert calls == [False]


async def test_feedback_becomes_markdown_beside_the_loop(database: Database, watch: Watch) -> None:
    calls = watch(editing, "to_markdown")
    made = await make_interview(database)
    user = as_user(made.interviewer)
    await editing.save(user, made.id, parse_blocks("One."), 0)
    await editing.rewrite(user, made.id, parse_blocks("Two."), {})
    assert calls
    assert not any(calls)
