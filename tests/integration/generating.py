"""What the tests of generations share: a person with an interview, and a real pipeline to run."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self, TypeVar

from sqlalchemy.pool import QueuePool
from sqlmodel import col, select

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.models import Company, Draft, LimitValue, LlmCall, SystemLog, User
from feedback_app.db.session import Database
from feedback_app.feedback import service
from feedback_app.feedback.operation import OPERATION, brief_of
from feedback_app.feedback.prompts import feedback_prompt
from feedback_app.feedback.queries import scorecard_rows
from feedback_app.hiring import service as hiring
from feedback_app.hiring.operation import OPERATION as JOB_METADATA
from feedback_app.hiring.operation import JobFacts
from feedback_app.hiring.operation import brief_of as job_brief_of
from feedback_app.llm.admission.limits import LimitName
from feedback_app.llm.client.completion import CompletionClient
from feedback_app.llm.client.openai_client import OpenAIClient
from feedback_app.llm.events import (
    ChunkEvent,
    CompleteEvent,
    EndedEvent,
    Event,
    ReasoningEvent,
    StatusEvent,
)
from feedback_app.llm.generation.following import stop_running
from feedback_app.llm.generation.supervisor import Generations, set_generations
from feedback_app.llm.ledger.token_estimates import estimate_prompt_tokens
from feedback_app.llm.operation import Brief, Operation, Run
from feedback_app.llm.owner import Owner
from feedback_app.llm.stream.event_log import EventLog, StreamHub
from feedback_app.llm.stream.redis_streams import RedisStreamHub
from tests.factories import MadeInterview, MadeJob, make_admin, make_interview, make_job, store
from tests.integration.completing import TWELVE_TOKENS, settings
from tests.upstream import FEEDBACK, Scenario, tokens_of

FOLLOW_WITHIN_S = 30

S = TypeVar("S", bound="Stage")

HELD = Scenario(hold_after=12)
"""Twelve tokens, then silence until released."""


def as_user(user: User) -> CurrentUser:
    """The acting user that a session of this person resolves to."""
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


@dataclass(frozen=True, slots=True)
class Stage:
    """One interviewer with one interview, and the supervisor that drafts its feedback."""

    database: Database
    generations: Generations
    made: MadeInterview

    @property
    def user(self) -> CurrentUser:
        return as_user(self.made.interviewer)

    @property
    def interview_id(self) -> str:
        return self.made.id

    @property
    def owner(self) -> Owner:
        return service.owner_of(self.user, self.interview_id)

    def run_with(self, load: Callable[[], Awaitable[Brief]]) -> Run:
        """A start that loads its facts so."""
        return Run(OPERATION, self.owner, load)

    async def start(self) -> str:
        return await service.start(self.user, self.interview_id)

    async def stop(self) -> bool:
        return await stop_running(self.owner)

    def log(self, call_id: str) -> EventLog:
        log = self.generations.hub.get(call_id)
        assert log is not None
        return log

    async def run(self) -> list[Event]:
        """Start a generation and follow it to its end."""
        return await follow(self.log(await self.start()))

    async def calls(self) -> list[LlmCall]:
        async with self.database.read() as session:
            return list((await session.exec(select(LlmCall).order_by(col(LlmCall.id)))).all())

    async def call(self) -> LlmCall:
        """The one row of the ledger."""
        (row,) = await self.calls()
        return row

    async def draft(self) -> Draft:
        """The one draft."""
        async with self.database.read() as session:
            return (await session.exec(select(Draft))).one()

    async def system_log(self) -> list[SystemLog]:
        async with self.database.read() as session:
            return list((await session.exec(select(SystemLog))).all())

    @classmethod
    async def made_in(cls, database: Database, supervisor: Generations) -> Self:
        return cls(database, supervisor, await make_interview(database))

    @property
    def operation(self) -> Operation:
        return OPERATION

    def answer_of(self, text: str) -> str:
        """What the operation's model answers in place of this text of a draft."""
        return text

    async def prompt_tokens(self) -> int:
        """The estimate for this interview's prompt."""
        async with self.database.read() as session:
            assessment = await scorecard_rows.load_assessment(session, self.user, self.interview_id)
        return estimate_prompt_tokens(feedback_prompt(assessment))

    def connections_out(self) -> int:
        pool = self.database.engine.pool
        assert isinstance(pool, QueuePool)
        return pool.checkedout()


DESCRIPTION = """Senior backend engineer
What we are looking for
- Solid SQL
- Go or Python
"""
METADATA = (
    '{"title": "Senior backend engineer", "level": "senior", "competencies": '
    '[{"name": "SQL", "description": "Writes queries that stay fast."}, '
    '{"name": "Schreibweise: 日本語 и 😀", "description": "Many scripts."}], '
    '"must_haves": ["Solid SQL", "Go or Python", "'
    + '", "'.join(f"{number} more things" for number in range(9))
    + '"]}'
)


@dataclass(frozen=True, slots=True)
class JobStage(Stage):
    """The same for an administrator who has a job's description read."""

    job: MadeJob
    admin: User

    @classmethod
    async def made_in(cls, database: Database, supervisor: Generations) -> Self:
        made = await make_interview(database)
        company = await _company_of(database, made)
        job = await make_job(database, company.id, description=DESCRIPTION)
        return cls(database, supervisor, made, job, await make_admin(database, company))

    @property
    def user(self) -> CurrentUser:
        return as_user(self.admin)

    @property
    def owner(self) -> Owner:
        return hiring.owner_of(self.user, self.job.job.id)

    @property
    def operation(self) -> Operation:
        return JOB_METADATA

    def answer_of(self, text: str) -> str:
        tokens = tokens_of(METADATA)
        return {FEEDBACK: METADATA, TWELVE_TOKENS: "".join(tokens[:12])}.get(text, text)

    async def start(self) -> str:
        return await hiring.start(self.user, self.job.job.id)

    async def prompt_tokens(self) -> int:
        job = self.job.job
        brief = job_brief_of(JobFacts(job.title, job.description, job.department_id))
        return estimate_prompt_tokens(brief.messages)


async def _company_of(database: Database, made: MadeInterview) -> Company:
    async with database.read() as session:
        return await session.get_one(Company, made.interviewer.company_id)


async def limit(on: Stage, name: LimitName, value: int | None, user_id: str | None = None) -> None:
    """Set a limit of the stage's company, or one of its people's."""
    company_id = on.made.interviewer.company_id
    await store(
        on.database, LimitValue(company_id=company_id, user_id=user_id, name=name, value=value)
    )


class HeldLoad:
    """Loads what the stage's draft is made from, but not before it is let go."""

    def __init__(self, on: Stage) -> None:
        self._on = on
        self._gate = asyncio.Event()
        self.begun = asyncio.Event()

    async def __call__(self) -> Brief:
        self.begun.set()
        await self._gate.wait()
        async with self._on.database.read() as session:
            on = self._on
            assessment = await scorecard_rows.load_assessment(session, on.user, on.interview_id)
        return await brief_of(assessment)

    def let_go(self) -> None:
        self._gate.set()


@asynccontextmanager
async def stage(
    database: Database,
    base_url: str | None = None,
    *,
    client: CompletionClient | None = None,
    kind: type[S] = Stage,
    **changes: Any,
) -> AsyncIterator[S]:
    """A supervisor over the real client of `base_url`, unless `client` is given."""
    configured = settings(base_url, **changes)
    url = configured.REDIS_URL
    async with RedisStreamHub(url) if url else nullcontext(StreamHub()) as hub:
        supervisor = Generations(configured, database, client or OpenAIClient(configured), hub)
        set_generations(supervisor)
        try:
            yield await kind.made_in(database, supervisor)
        finally:
            set_generations(None)
            await supervisor.aclose()


async def follow(log: EventLog, after: int = 0) -> list[Event]:
    """Every event after `seq`, to the end of the log."""
    seen: list[Event] = []
    async with asyncio.timeout(FOLLOW_WITHIN_S):
        while not seen or not isinstance(seen[-1], CompleteEvent | EndedEvent):
            seen += await log.batch(after + len(seen))
    return seen


async def until_text(log: EventLog, length: int = 1) -> str:
    """Wait until at least this many characters have been told; the text so far."""
    after = 0
    async with asyncio.timeout(FOLLOW_WITHIN_S):
        while len(text_of(log.events)) < length:
            after += len(await log.batch(after))
    return text_of(log.events)


def text_of(events: list[Event]) -> str:
    return "".join(event.content for event in events if isinstance(event, ChunkEvent))


def reasoning_of(events: list[Event]) -> str:
    return "".join(event.content for event in events if isinstance(event, ReasoningEvent))


def stages_of(events: list[Event]) -> list[str]:
    """The stages in order, runs of one stage told once."""
    stages = [event.status for event in events if isinstance(event, StatusEvent)]
    return [new for old, new in zip([None, *stages], stages, strict=False) if new != old]


def ending_of(events: list[Event]) -> CompleteEvent | EndedEvent:
    assert isinstance(events[-1], CompleteEvent | EndedEvent)
    return events[-1]


def ended_of(events: list[Event]) -> EndedEvent:
    """The ending of a generation that did not complete."""
    assert isinstance(events[-1], EndedEvent)
    return events[-1]


def gpt_4o_mini_microusd(prompt: int, completion: int, cached: int = 0) -> int:
    """OpenAI's list price: $0.15, $0.60 and, cached, $0.075 per million tokens."""
    exact = (
        Decimal("0.15") * (prompt - cached)
        + Decimal("0.075") * cached
        + Decimal("0.60") * completion
    )
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


async def until_read(log: EventLog) -> None:
    """Wait until nothing more is read from the model for this call."""
    name = f"generation-{log.call_id}"
    if reading := [task for task in asyncio.all_tasks() if task.get_name() == name]:
        await asyncio.wait(reading, timeout=FOLLOW_WITHIN_S)
