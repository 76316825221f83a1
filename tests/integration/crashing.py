"""Ends the served app in the midst of its work, again and again, and notes what each left behind.

A campaign is one database, one upstream and one port. In each round a server that has just come up
gets several generations, each at another moment of its life when the server is killed, while one
person keeps saving; the next start, which has to mend what is left, serves the next round.
"""

import asyncio
import random
import time
from bisect import bisect_right
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    suppress,
)
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, count
from pathlib import Path
from typing import Any, Literal

from socketio.exceptions import SocketIOError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import Draft, LlmCall, LogComponent, Scorecard, SystemLog
from feedback_app.db.session import Database
from feedback_app.feedback.prompts import feedback_prompt
from feedback_app.feedback.queries import scorecard_rows
from feedback_app.llm.ledger.token_estimates import estimate_prompt_tokens
from tests.databases import free_port
from tests.e2e.serving import RunningApp, start, wait_until_up
from tests.factories import MadeInterview, make_call, make_interview, make_user
from tests.integration.generating import as_user
from tests.integration.tabs import FEEDBACK, INTERVIEW, LIVE, Tab, sign_in, tab
from tests.upstream import Scenario, Seen, Upstream, feedback_tokens

Moment = Literal["admission", "before the first token", "mid-stream", "settlement"]

ANSWER = feedback_tokens(400)
"""What the model answers to everybody."""
_ENDS = list(accumulate(len(token) for token in ANSWER))
ROUND_S = 2.4
"""How long a round's generations have before the end."""
AT_ONCE_S = 0.06
"""Admission and settlement take about this long: what is to be in them begins within this lead."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One generation: asked for `lead_s` before the end, to be at `moment` then."""

    lead_s: float
    moment: Moment
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Left:
    """What one generation left behind; no row where it was not admitted yet."""

    moment: Moment
    row: LlmCall | None
    draft: Draft | None
    logged: int
    """Rows of the system log about it."""
    prompt_tokens: int
    """Estimated from its prompt."""
    sent_at: list[float]
    """When the model sent each token, in Unix seconds."""

    @property
    def text(self) -> str:
        """What was kept of its answer."""
        return self.draft.text if self.draft else ""

    def lost_s(self, ended_at: float) -> float:
        """How long before the end the first token was sent that was not kept; 0 if all were."""
        kept = bisect_right(_ENDS, len(self.text))
        return max(0.0, ended_at - self.sent_at[kept]) if kept < len(self.sent_at) else 0.0


@dataclass(frozen=True, slots=True)
class Saves:
    """The saving that went on: what was confirmed, what was found."""

    confirmed: int
    """The number of the last save whose confirmation came; 0 before the first."""
    origins: tuple[str, str]
    """The drafts that odd and even saves began as."""
    scorecard: Scorecard
    marked: list[str]
    """The calls marked as saved."""


@dataclass(frozen=True, slots=True)
class Round:
    """One end of the server and what was found after it."""

    ended_at: float
    """Unix seconds, just before the signal."""
    took_s: float
    """Until the process was gone."""
    lag_s: float
    """How late this machine ran timers during the round."""
    left: list[Left]
    running: list[str]
    """Calls that are still `running`."""
    saves: Saves
    told: dict[str, Any]
    """What the page of one killed generation shows after the restart."""
    retried: tuple[LlmCall, Draft] | None
    """Its retry."""

    @property
    def killed(self) -> list[Left]:
        """The generations that did not end by themselves."""
        return [left for left in self.left if left.row is None or left.row.status == "interrupted"]


def save_text(number: int) -> str:
    """The feedback that the save of this number keeps; long, so that a part of it would show."""
    return f"Save {number}." + f" {number}" * 5000


class Campaign:
    """Rounds on one database; run them inside `opened`."""

    def __init__(self, database_url: str, home: Path, rng: random.Random) -> None:
        self._url, self._home, self._rng = database_url, home, rng
        self._port = free_port()
        self._numbers = count(1)
        self._confirmed = 0

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Everything in place and the first server up."""
        (self._home / "web" / "build" / "client").mkdir(parents=True)
        self._database = Database(self._url)
        self._person = await make_user(self._database)
        self._saved = await make_interview(self._database, self._person)
        first, second = [await make_call(self._database, self._saved) for _ in range(2)]
        self._origins = (first.id, second.id)
        async with Upstream() as self._upstream:
            self._app = self._start()
            try:
                await asyncio.to_thread(wait_until_up, self._app)
                self._cookie = await sign_in(self._app.url, self._person.email)
                yield
            finally:
                self._app.end()
                await self._database.aclose()

    async def killed_rounds(self, moments: int) -> list[Round]:
        """Kill and restart until so many generations were killed."""
        rounds: list[Round] = []
        while sum(len(done.killed) for done in rounds) < moments:
            ended = await self._until_the_end(RunningApp.kill)
            self._app = self._start()
            await asyncio.to_thread(wait_until_up, self._app)
            found = await self._find(ended)
            rounds.append(await self._retry(found))
        return rounds

    async def stopped_round(self) -> Round:
        """Ask the server to stop; what is found before anything starts again."""
        return await self._find(await self._until_the_end(RunningApp.end))

    def _start(self) -> RunningApp:
        return start(
            self._port,
            self._url,
            self._home,
            {
                "OPENAI_BASE_URL": self._upstream.base_url,
                "REFLEX_WEB_WORKDIR": str(self._home / "web"),
            },
        )

    def _plans(self) -> list[Plan]:
        lead, answer = self._rng.uniform, Scenario(tokens=ANSWER)
        silent = replace(answer, stall_before_headers=True)
        waiting = replace(answer, first_delay_s=60)
        plans = [
            Plan(lead(0, AT_ONCE_S), "admission", answer),
            Plan(lead(0.2, ROUND_S), "before the first token", self._rng.choice([silent, waiting])),
            *(
                Plan(lead(0.2, ROUND_S), "mid-stream", replace(answer, tokens_per_second=pace))
                for pace in (20, 60, 120)
            ),
            *(
                Plan(lead(0.8, ROUND_S), "settlement", replace(answer, hold_after=held))
                for held in (200, 380)
            ),
        ]
        return sorted(plans, key=lambda plan: -plan.lead_s)

    async def _until_the_end(self, end: Callable[[RunningApp], None]) -> "_Ended":
        plans = self._plans()
        made = [await make_interview(self._database, self._person) for _ in plans]
        self._upstream.reset()
        self._upstream.queue(*(plan.scenario for plan in plans))
        async with AsyncExitStack() as stack:
            tabs = [await stack.enter_async_context(self._tab()) for _ in plans]
            await stack.enter_async_context(self._saving())
            lags = await stack.enter_async_context(_measured_lags())
            until = time.monotonic() + ROUND_S
            acts: list[tuple[float, Callable[[], Awaitable[None]]]] = [
                (plan.lead_s, partial(page.send, f"{LIVE}.generate", {"subject_id": each.id}))
                for plan, each, page in zip(plans, made, tabs, strict=True)
            ]
            release = partial(asyncio.to_thread, self._upstream.release)
            acts.append((self._rng.uniform(0, AT_ONCE_S), release))
            for lead_s, act in sorted(acts, key=lambda pair: -pair[0]):
                await _wait(until - lead_s)
                await act()
            await _wait(until)
            ended_at = time.time()
            await asyncio.to_thread(end, self._app)
            took_s = time.time() - ended_at
            return _Ended(ended_at, took_s, max(lags), plans, made, self._confirmed)

    def _tab(self) -> AbstractAsyncContextManager[Tab]:
        return tab(self._app.url, self._cookie)

    @asynccontextmanager
    async def _saving(self) -> AsyncIterator[None]:
        """One person saves again and again, each time another draft with words of their own."""
        async with self._tab() as page:
            await page.send(f"{INTERVIEW}.load", {}, path=f"/interviews/{self._saved.id}")
            await page.until(FEEDBACK, lambda shown: shown.get("interview_id") == self._saved.id)
            saving = asyncio.create_task(self._save(page))
            try:
                yield
            finally:
                saving.cancel()
                with suppress(asyncio.CancelledError, SocketIOError):
                    await saving

    async def _save(self, page: Tab) -> None:
        for number in self._numbers:
            await page.send(f"{FEEDBACK}.replace_with", {"call_id": self._origins[number % 2]})
            began = await page.until(FEEDBACK, lambda shown: "editor_key" in shown)
            typed = {
                "interview_id": self._saved.id,
                "document": _typed(save_text(number)),
                "stamp": number,
                "base": began["revision"],
            }
            await page.send(f"{FEEDBACK}.edit", typed)
            await page.until(FEEDBACK, partial(_is_saved, number))
            self._confirmed = number

    async def _find(self, ended: "_Ended") -> Round:
        requests = (await self._upstream.idle()).requests
        async with self._database.read() as session:
            running = await session.exec(select(LlmCall.id).where(LlmCall.status == "running"))
            left = [
                await self._left(session, plan, made, requests)
                for plan, made in zip(ended.plans, ended.made, strict=True)
            ]
            card = await session.get_one(Scorecard, self._saved.scorecard.id)
            marked = await session.exec(select(LlmCall.id).where(col(LlmCall.saved_as_feedback)))
            saves = Saves(ended.confirmed, self._origins, card, list(marked.all()))
            return Round(
                ended.at, ended.took_s, ended.lag_s, left, list(running.all()), saves, {}, None
            )

    async def _left(
        self, session: AsyncSession, plan: Plan, made: MadeInterview, requests: list[Seen]
    ) -> Left:
        calls = await session.exec(select(LlmCall).where(LlmCall.subject_id == made.id))
        row = calls.one_or_none()
        draft = await session.get(Draft, row.id) if row else None
        entries = await session.exec(
            select(SystemLog).where(
                SystemLog.component == LogComponent.LLM,
                SystemLog.llm_call_id == (row.id if row else None),
            )
        )
        assessment = await scorecard_rows.load_assessment(session, as_user(self._person), made.id)
        prompt = feedback_prompt(assessment)
        sent_at = [at for seen in requests if _is_for(seen, made) for at in seen.sent_at]
        return Left(
            plan.moment, row, draft, len(entries.all()), estimate_prompt_tokens(prompt), sent_at
        )

    async def _retry(self, found: Round) -> Round:
        """Open the page of one killed generation and click Retry there."""
        killed = self._rng.choice([left.row for left in found.killed if left.row])
        self._upstream.reset()
        self._upstream.play(Scenario(tokens=ANSWER))
        async with self._tab() as page:
            await page.send(f"{INTERVIEW}.load", {}, path=f"/interviews/{killed.subject_id}")
            told = await page.until(LIVE, lambda live: "phase" in live)
            await page.send(f"{LIVE}.generate", {"subject_id": killed.subject_id})
            await page.until(LIVE, lambda live: live.get("phase") in {"complete", "error"})
        async with self._database.read() as session:
            rows = await session.exec(
                select(LlmCall, Draft)
                .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
                .where(LlmCall.subject_id == killed.subject_id, LlmCall.id != killed.id)
            )
            return replace(found, told=told, retried=rows.one_or_none())


@dataclass(frozen=True, slots=True)
class _Ended:
    at: float
    took_s: float
    lag_s: float
    plans: list[Plan]
    made: list[MadeInterview]
    confirmed: int


def _typed(text: str) -> dict[str, Any]:
    """One paragraph as the editor sends it."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "content": [paragraph]}


def _is_saved(number: int, shown: dict[str, Any]) -> bool:
    save = shown.get("save_state") or {}
    return (save.get("acked"), save.get("status")) == (number, "saved")


def _is_for(seen: Seen, made: MadeInterview) -> bool:
    record = seen.body["messages"][-1]["content"]
    return f"Candidate: {made.candidate.name}\n" in record


async def _wait(until: float) -> None:
    await asyncio.sleep(max(0.0, until - time.monotonic()))


@asynccontextmanager
async def _measured_lags() -> AsyncIterator[list[float]]:
    """How late each of a row of timers is, in seconds."""
    lags = [0.0]

    async def measure() -> None:
        while True:
            due = time.monotonic() + 0.02
            await _wait(due)
            lags.append(time.monotonic() - due)

    measuring = asyncio.create_task(measure())
    try:
        yield lags
    finally:
        measuring.cancel()
