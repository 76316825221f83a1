"""Very many starts at once: one process's part, callable here or as a process of its own.

As a process (`python -m tests.integration.rush`) it takes one JSON object a line on its input and
answers each with one on its output: first the settings, then `start` with interviews, or `release`.
"""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from feedback_app.core.errors import AppError
from feedback_app.core.settings import Settings
from feedback_app.db.session import Database
from feedback_app.feedback.operation import OPERATION
from feedback_app.llm.client.completion import (
    CompletionEvent,
    CompletionRequest,
    Finished,
    ResponseOpened,
    TextDelta,
    Usage,
)
from feedback_app.llm.generation.supervisor import Generations
from feedback_app.llm.ledger.token_estimates import estimate_prompt_tokens
from feedback_app.llm.operation import Brief, Run
from feedback_app.llm.stream.event_log import StreamHub
from feedback_app.llm.stream.redis_streams import RedisStreamHub
from tests.factories import call_owner
from tests.integration import completing

ROOT = Path(__file__).resolve().parents[2]
PROMPT_TOKENS = estimate_prompt_tokens(completing.request().messages)
OUTPUT_TOKENS = 1200
USED = Usage(PROMPT_TOKENS, OUTPUT_TOKENS)
"""Every answer uses all it may, so that a budget has nothing to spare."""


class HeldClient:
    """Answers nothing more than a word until it is let go."""

    provider = "openai"

    def __init__(self) -> None:
        self.gate = asyncio.Event()

    async def stream(self, request: CompletionRequest) -> AsyncGenerator[CompletionEvent, None]:
        yield ResponseOpened()
        yield TextDelta("Designed")
        await self.gate.wait()
        yield Finished("stop", request.model, USED)

    async def aclose(self) -> None:
        self.gate.set()


class Rush:
    """The starts of one process."""

    def __init__(self, generations: Generations, client: HeldClient) -> None:
        self._generations, self._client = generations, client
        self._begun: list[str] = []

    async def start(self, company_id: str, user_id: str, interviews: Sequence[str]) -> list[str]:
        """Start a draft for each at once: the code of each refusal, `""` for each that began."""
        self._client.gate.clear()
        return list(
            await asyncio.gather(*(self._start(company_id, user_id, each) for each in interviews))
        )

    async def release(self) -> None:
        """Let all that began end, and be settled."""
        self._client.gate.set()
        for call_id in self._begun:
            log = self._generations.hub.get(call_id)
            while log is not None and not log.ended:
                await log.batch(len(log.events))
        self._begun.clear()

    async def _start(self, company_id: str, user_id: str, interview_id: str) -> str:
        owner = call_owner(company_id, user_id, interview_id)
        try:
            self._begun.append(await self._generations.start(Run(OPERATION, owner, _load)))
        except AppError as refusal:
            return refusal.code
        return ""


async def _load() -> Brief:
    return completing.brief()


@asynccontextmanager
async def rush(database: Database, settings: Settings) -> AsyncIterator[Rush]:
    """This process's part, over a hub of its own."""
    client = HeldClient()
    async with AsyncExitStack() as stack:
        hub = StreamHub()
        if settings.REDIS_URL:
            hub = await stack.enter_async_context(RedisStreamHub(settings.REDIS_URL))
        generations = Generations(settings, database, client, hub)
        try:
            yield Rush(generations, client)
        finally:
            await generations.aclose()


class RushProcess:
    """The same in a process of its own. An async context manager."""

    def __init__(self, settings: dict[str, Any]) -> None:
        self._settings = settings

    async def __aenter__(self) -> "RushProcess":
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.integration.rush",
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        await self._ask(self._settings)
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def start(self, company_id: str, user_id: str, interviews: Sequence[str]) -> list[str]:
        return await self._ask({"start": [company_id, user_id, list(interviews)]})

    async def release(self) -> None:
        await self._ask({"release": True})

    async def _ask(self, what: dict[str, Any]) -> Any:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(what).encode() + b"\n")
        await self._process.stdin.drain()
        return json.loads(await self._process.stdout.readline())


async def _serve() -> None:
    lines = asyncio.StreamReader(limit=2**20)
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    settings = Settings(_env_file=None, **json.loads(await lines.readline()))  # pyright: ignore[reportCallIssue]
    database = Database(settings.DATABASE_URL)
    async with rush(database, settings) as here:
        _answer(None)
        while asked := await lines.readline():
            work = json.loads(asked)
            _answer(await here.start(*work["start"]) if "start" in work else await here.release())
    await database.aclose()


def _answer(answer: Any) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(_serve())
