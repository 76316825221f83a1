"""Everything that lives as long as a worker process, opened before its first request.

None of it may be created at import: with Redis, Reflex forks its workers after importing the app.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import (
    AbstractAsyncContextManager,
    AsyncExitStack,
    asynccontextmanager,
    nullcontext,
)
from logging import getLogger

from feedback_app.alerts.shutdowns import DailyShutdownCheck
from feedback_app.alerts.watcher import Alerts
from feedback_app.auth import demo_accounts
from feedback_app.core import interpreter, logging
from feedback_app.core.settings import Settings, get_settings
from feedback_app.db.session import Database, database, set_database
from feedback_app.db.system_log import SystemLogWriter, set_writer
from feedback_app.feedback.reading import load_word_lists
from feedback_app.llm.audit import audit
from feedback_app.llm.client.offline import OfflineClient
from feedback_app.llm.client.openai_client import OpenAIClient
from feedback_app.llm.generation.supervisor import Generations, set_generations
from feedback_app.llm.stream.event_log import StreamHub
from feedback_app.llm.stream.redis_streams import RedisStreamHub
from feedback_app.retention.purge import DailyPurge

_log = getLogger(__name__)


@asynccontextmanager
async def lifespan() -> AsyncIterator[None]:
    """Open everything in the order of dependence; close in reverse, whatever happened."""
    settings = get_settings()
    logging.configure(settings)
    if settings.is_behind_unknown_proxy:
        _log.warning(
            "PUBLIC_URL leads here by way of a proxy, but TRUSTED_PROXY_HOPS is 0: "
            "at the sign-in everybody counts as one address"
        )
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(_database(settings.DATABASE_URL))
        await _align_demo_accounts(settings)
        await stack.enter_async_context(_system_log())
        await stack.enter_async_context(_generations(settings))
        await stack.enter_async_context(_alerts(settings))
        await stack.enter_async_context(_shutdown_check(settings))
        await stack.enter_async_context(_purge(settings))
        await asyncio.to_thread(load_word_lists)
        interpreter.tune()
        trimming = asyncio.create_task(interpreter.give_memory_back(), name="trim")
        try:
            yield
        finally:
            trimming.cancel()


async def _align_demo_accounts(settings: Settings) -> None:
    """Disable the demo's accounts, whose passwords are public, when the demo ends."""
    if settings.DEMO:
        await demo_accounts.reopen()
        return
    closed = await demo_accounts.close()
    if closed.accounts:
        _log.warning(
            "the demo is off: disabled its %d accounts, ended %d of their sessions and tokens",
            closed.accounts,
            closed.sessions,
        )


@asynccontextmanager
async def _generations(settings: Settings) -> AsyncIterator[None]:
    client = OfflineClient() if settings.offline else OpenAIClient(settings)
    async with _hub(settings) as hub:
        opened = Generations(settings, database(), client, hub)
        set_generations(opened)
        await opened.open()
        auditing = asyncio.create_task(_audit(opened), name="audit")
        try:
            yield
        finally:
            auditing.cancel()
            await asyncio.wait([auditing])
            # Pages that follow a draft are shown how it ends, for which they need the generations.
            await opened.aclose()
            set_generations(None)


@asynccontextmanager
async def _alerts(settings: Settings) -> AsyncIterator[None]:
    opened = Alerts(settings, database())
    opened.open()
    try:
        yield
    finally:
        await opened.aclose()


@asynccontextmanager
async def _shutdown_check(settings: Settings) -> AsyncIterator[None]:
    opened = DailyShutdownCheck(settings, database())
    opened.open()
    try:
        yield
    finally:
        await opened.aclose()


@asynccontextmanager
async def _purge(settings: Settings) -> AsyncIterator[None]:
    opened = DailyPurge(settings, database())
    opened.open()
    try:
        yield
    finally:
        await opened.aclose()


def _hub(settings: Settings) -> AbstractAsyncContextManager[StreamHub]:
    return RedisStreamHub(settings.REDIS_URL) if settings.REDIS_URL else nullcontext(StreamHub())


async def _audit(opened: Generations) -> None:
    """Check what earlier processes left in the ledger; whatever the outcome, the app runs."""
    try:
        findings = await audit(database(), opened.live_calls)
    except Exception:
        # An audit only reports, and nobody awaits its task, so its errors are logged here.
        _log.exception("the ledger could not be audited")
        return
    for finding in findings:
        _log.warning("ledger: call %s: %s", finding.call_id, finding.sentence)


@asynccontextmanager
async def _database(url: str) -> AsyncIterator[None]:
    opened = Database(url)
    set_database(opened)
    try:
        yield
    finally:
        set_database(None)
        await opened.aclose()


@asynccontextmanager
async def _system_log() -> AsyncIterator[None]:
    writer = SystemLogWriter(database())
    writer.start()
    set_writer(writer)
    try:
        yield
    finally:
        set_writer(None)
        await writer.aclose()
