"""The dashboard, a page of calls and an export over a ledger of 1,000,000 calls in a year."""

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psutil
from sqlmodel import func, select
from starlette.applications import Starlette

from bench import machine
from bench.ledger_rows import NOW, Office, make_days, make_offices
from bench.ledger_store import settle_down, store_days, store_offices
from feedback_app.auth import sessions
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.db.models import LoginSession, UsageDay, UsageRollup
from feedback_app.db.session import Database, set_database
from feedback_app.usage.calls import service as calls
from feedback_app.usage.dashboard.service import dashboard
from feedback_app.usage.filters import filter_from
from feedback_app.web.export import EXPORT_ROUTES
from tests.databases import Databases, Postgres, temporary_home

MAX_P95_MS = 150.0
MAX_GROWTH_MB = 50.0

_LEFT_OUT = (
    "the network and the browser: functions are called in this process, the export through its "
    "route without a socket",
    "other users: one request at a time",
    "drafts and log rows of the calls, which nothing measured here reads",
)


@dataclass(frozen=True, slots=True)
class Timed:
    """One request, many times over."""

    name: str
    p50_ms: float
    p95_ms: float
    limit_ms: float | None


@dataclass(frozen=True, slots=True)
class Exported:
    rows: int
    seconds: float
    growth_mb: float


def add_options(options: argparse._ArgumentGroup) -> None:
    options.add_argument("--calls", type=int, default=1_000_000, help="in the ledger")
    options.add_argument("--requests", type=int, default=40, help="of each kind, at least 30")
    options.add_argument(
        "--only", choices=["sqlite", "postgresql"], help="measure this database alone"
    )


def run(options: argparse.Namespace) -> list[str]:
    """Print a table for each database; the goals that were missed."""
    clock.set_now(lambda: NOW)
    missed: list[str] = []
    print(f"A ledger of {options.calls:,} calls in a year. {machine.facts()}")
    for kind in [options.only] if options.only else ["sqlite", "postgresql"]:
        with temporary_home("bench") as home:
            missed += asyncio.run(_measure(kind, home, options.calls, max(30, options.requests)))
    print("Left out:")
    for sentence in _LEFT_OUT:
        print(f"  {sentence}")
    clock.set_now(None)
    return missed


async def _measure(kind: str, home: Path, count: int, runs: int) -> list[str]:
    server = Postgres(home)
    if kind == "postgresql":
        server.start()
    try:
        with Databases(home, lambda: server).fresh(kind) as url:
            return await _measure_at(kind, url, count, runs)
    finally:
        server.stop()


async def _measure_at(kind: str, url: str, count: int, runs: int) -> list[str]:
    offices = make_offices()
    async with _open(url) as database:
        started = time.perf_counter()
        await store_offices(database, offices)
        await store_days(database, url, make_days(offices, count))
        await settle_down(database)
        seconds = time.perf_counter() - started
        async with database.read() as session:
            hours = (await session.exec(select(func.count()).select_from(UsageRollup))).one()
            days = (await session.exec(select(func.count()).select_from(UsageDay))).one()
        print(f"\n{kind}: stored in {seconds:.0f} s; {hours:,} sums by hour, {days:,} by day")
        timed = [await _timed(*request, runs) for request in _requests(offices[0])]
        exported = await _exported(database, offices[0])
    _print(timed, exported)
    return _missed(kind, timed, exported)


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    set_database(database)
    try:
        yield database
    finally:
        set_database(None)
        await database.aclose()


Request = tuple[str, Callable[[], Awaitable[Any]], float | None]


def _requests(office: Office) -> list[Request]:
    """What is measured, of the largest company, with the milliseconds allowed."""
    admin = office.admin
    user = CurrentUser(admin.id, admin.company_id, admin.name, admin.email, admin.role)
    person, department = office.people[2].id, office.departments[0].id

    def figures(**query: str) -> Callable[[], Awaitable[Any]]:
        return lambda: dashboard(user, filter_from(query), budget_microusd=500_000_000)

    def page(**query: str) -> Callable[[], Awaitable[Any]]:
        return lambda: calls.page(user, filter_from(query))

    year = {
        "period": "custom",
        "from": f"{NOW - timedelta(days=364):%Y-%m-%d}",
        "to": f"{NOW:%Y-%m-%d}",
    }
    return [
        ("dashboard, 30 days", figures(), MAX_P95_MS),
        ("dashboard, 30 days, one person", figures(person=person), MAX_P95_MS),
        ("dashboard, 90 days", figures(period="90d"), None),
        ("calls, two filters", page(person=person, status="error"), MAX_P95_MS),
        ("calls, two other filters", page(model="house-7b", department=department), MAX_P95_MS),
        ("calls, two filters, dearest first", page(status="error", sort="-cost"), MAX_P95_MS),
        ("calls, 30 days, dearest first", page(sort="-cost"), MAX_P95_MS),
        ("calls, 30 days, text", page(q="candidate 77"), None),
        ("calls, a year, two filters", page(**year, person=person, status="error"), None),
        ("calls, a year, dearest first", page(**year, sort="-cost"), None),
    ]


async def _timed(
    name: str, ask: Callable[[], Awaitable[Any]], limit_ms: float | None, runs: int
) -> Timed:
    await ask()
    took = []
    for _ in range(runs):
        started = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - started) * 1000)
    return Timed(name, median(took), quantiles(took, n=20)[-1], limit_ms)


async def _exported(database: Database, office: Office) -> Exported:
    """Fetch a quarter's CSV, of more than 100,000 rows, from the route as a browser would."""
    token = "an administrator's token"
    async with database.write() as session:
        session.add(
            LoginSession(
                token_hash=sessions.hash_token(token),
                user_id=office.admin.id,
                expires_at=NOW + timedelta(hours=1),
            )
        )
    app = Starlette(routes=EXPORT_ROUTES)
    await _fetch(app, token, days=5)
    process = psutil.Process()
    before = process.memory_info().rss
    highest = before
    lines = 0

    def seen(body: bytes) -> None:
        nonlocal highest, lines
        lines += body.count(b"\n")
        highest = max(highest, process.memory_info().rss)

    started = time.perf_counter()
    await _fetch(app, token, days=95, seen=seen)
    return Exported(lines - 1, time.perf_counter() - started, (highest - before) / 1_000_000)


async def _fetch(
    app: Starlette, token: str, *, days: int, seen: Callable[[bytes], object] = len
) -> None:
    query = f"period=custom&from={NOW - timedelta(days=days):%Y-%m-%d}&to={NOW:%Y-%m-%d}"
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/admin/usage/export.csv",
        "query_string": query.encode(),
        "headers": [(b"cookie", f"{sessions.COOKIE}={token}".encode())],
        "state": {},
    }
    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start" and message["status"] != 200:
            raise RuntimeError(f"the export answered {message['status']}")
        seen(message.get("body", b""))

    await app(scope, receive, send)


def _print(timed: list[Timed], exported: Exported) -> None:
    width = max(len(request.name) for request in timed)
    print(f"  {'milliseconds':<{width}}  {'p50':>7}  {'p95':>7}  {'allowed':>7}")
    for request in timed:
        allowed = f"{request.limit_ms:.0f}" if request.limit_ms else "–"
        print(
            f"  {request.name:<{width}}  {request.p50_ms:>7.1f}  {request.p95_ms:>7.1f}  "
            f"{allowed:>7}"
        )
    print(
        f"  CSV of {exported.rows:,} rows in {exported.seconds:.1f} s; the process grew by "
        f"{exported.growth_mb:.1f} MB ({MAX_GROWTH_MB:.0f} allowed)"
    )


def _missed(kind: str, timed: list[Timed], exported: Exported) -> list[str]:
    missed = [
        f"{kind}: {request.name} took {request.p95_ms:.0f} ms (p95); {request.limit_ms:.0f} are "
        "allowed."
        for request in timed
        if request.limit_ms is not None and request.p95_ms > request.limit_ms
    ]
    if exported.growth_mb > MAX_GROWTH_MB:
        missed.append(
            f"{kind}: the export let the process grow by {exported.growth_mb:.0f} MB; "
            f"{MAX_GROWTH_MB:.0f} are allowed."
        )
    return missed
