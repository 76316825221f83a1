"""Every fault of a model as its page shows it, over the page's real socket to the served app."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

import pytest
from sqlmodel import select

from feedback_app.db.models import LlmCall
from feedback_app.db.session import Database
from feedback_app.feedback.document import to_html
from feedback_app.feedback.prompts import feedback_prompt
from feedback_app.feedback.queries import scorecard_rows
from feedback_app.live.view import SLOTS, wire_block
from feedback_app.llm.ledger.token_estimates import estimate_prompt_tokens
from feedback_app.llm.text.markdown import parse_blocks
from tests.databases import Databases, free_port, temporary_home
from tests.e2e.serving import RunningApp, serving
from tests.factories import MadeInterview, make_interview
from tests.integration.generating import as_user
from tests.integration.tabs import FEEDBACK, INTERVIEW, LIVE, plain, sign_in, tab
from tests.integration.test_generation_faults import CASES, MAX_OUTPUT_TOKENS, Case, check_row
from tests.upstream import Upstream

_BEFORE = {"o": [], "t": "", "reasoning": "", "error": "", "editor": "", "may_retry": True}
"""What the page shows before its first draft; only what changes is sent."""


@dataclass(frozen=True, slots=True)
class Served:
    app: RunningApp
    upstream: Upstream


@pytest.fixture(scope="module")
def served(databases: Databases) -> Iterator[Served]:
    """One server for all cases; its pages' files are not needed."""
    with ExitStack() as stack:
        upstream = stack.enter_context(Upstream())
        url = stack.enter_context(databases.fresh("sqlite"))
        home = stack.enter_context(temporary_home("faults"))
        (home / "web" / "build" / "client").mkdir(parents=True)
        env = {
            "OPENAI_BASE_URL": upstream.base_url,
            "LLM_CONNECT_TIMEOUT_S": "2.5",
            "LLM_FIRST_TOKEN_TIMEOUT_S": "2.5",
            "LLM_IDLE_TIMEOUT_S": "2.5",
            "LLM_MAX_OUTPUT_TOKENS": str(MAX_OUTPUT_TOKENS),
            "STREAM_FLUSH_MS": "10",
            "REFLEX_WEB_WORKDIR": str(home / "web"),
        }
        app = stack.enter_context(serving(free_port(), url, home, env))
        yield Served(app, upstream)
        assert "Traceback" not in app.log
        assert "disconnected client" not in app.log


@pytest.fixture
def database_url(served: Served) -> str:
    return served.app.database_url


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
async def test_the_page_shows_each_fault_with_its_phase_its_sentence_and_the_text_so_far(
    database: Database, served: Served, case: Case
) -> None:
    *first, last = case.answers
    served.upstream.reset()
    served.upstream.queue(*first)
    served.upstream.play(last)
    made = await make_interview(database)
    shown, phases = await _generated(served.app.url, made)
    end = "error" if case.error else "complete"
    assert phases == [*case.stages, end]
    assert shown["error"] == (case.error.sentence if case.error else "")
    blocks = [block for number in range(SLOTS) for block in shown.get(f"b{number}", [])]
    assert blocks == [_as_sent(block) for block in parse_blocks(case.text)]
    assert (shown["o"], shown["t"]) == ([], "")
    assert shown["reasoning"] == case.reasoning
    assert shown["editor"] == ("" if case.error else to_html(parse_blocks(case.text)))
    assert shown["may_retry"] == (case.error is None or case.error.retryable)
    row, prompt = await _ledger(database, made)
    check_row(row, prompt, case)
    assert shown["meta"]["call_id"] == row.id
    assert shown["meta"]["status"] == row.status
    assert len((await served.upstream.idle()).requests) == case.retries + 1


async def _generated(url: str, made: MadeInterview) -> tuple[dict[str, Any], list[str]]:
    """What a page shows when its draft has ended, and the phases that it was in."""
    cookie = await sign_in(url, made.interviewer.email)
    async with tab(url, cookie) as page:
        await page.send(f"{INTERVIEW}.load", {}, path=f"/interviews/{made.id}")
        await page.until(LIVE, lambda live: live.get("phase") == "idle")
        before = len(page.deltas)
        await page.send(f"{LIVE}.generate", {"subject_id": made.id})
        await page.until(LIVE, lambda live: bool(live.get("meta", {}).get("call_id")))
        shown: dict[str, Any] = dict(_BEFORE)
        phases: list[str] = []
        for delta in page.deltas[before:]:
            live = plain(delta.get(LIVE, {}))
            shown |= live
            if live.get("phase", "") not in {"", *phases[-1:]}:
                phases.append(live["phase"])
            feedback = plain(delta.get(FEEDBACK, {}))
            shown["editor"] = feedback.get("html", shown["editor"])
    return shown, phases


def _as_sent(block: Any) -> list[Any]:
    kind, marker, runs = wire_block(block)
    return [kind, marker, [list(run) for run in runs]]


async def _ledger(database: Database, made: MadeInterview) -> tuple[LlmCall, int]:
    """The interview's call, and the estimate of its prompt's tokens."""
    async with database.read() as session:
        row = (await session.exec(select(LlmCall).where(LlmCall.subject_id == made.id))).one()
        assessment = await scorecard_rows.load_assessment(
            session, as_user(made.interviewer), made.id
        )
    return row, estimate_prompt_tokens(feedback_prompt(assessment))
