"""Health checks: whether the process is alive, and whether the services it needs answer."""

import asyncio
from collections.abc import Awaitable, Callable

from redis.asyncio import Redis
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from feedback_app import routes
from feedback_app.core.markers import unlogged
from feedback_app.core.settings import get_settings
from feedback_app.db.session import database

_LIMIT_S = 2.0


@unlogged
async def healthz(_request: Request) -> JSONResponse:
    """200 while the process serves."""
    return JSONResponse({"status": "ok"})


@unlogged
async def readyz(_request: Request) -> JSONResponse:
    """200 when database and, where configured, Redis answer; else 503 naming what does not."""
    checks = {"database": _database}
    if get_settings().REDIS_URL:
        checks["redis"] = _redis
    answers = await asyncio.gather(*(_answers(check) for check in checks.values()))
    state = {name: "ok" if up else "down" for name, up in zip(checks, answers, strict=True)}
    ready = all(answers)
    return JSONResponse(
        {"status": "ok" if ready else "unavailable", "checks": state},
        status_code=200 if ready else 503,
    )


HEALTH_ROUTES = [
    Route(routes.HEALTHZ, healthz, methods=["GET"]),
    Route(routes.READYZ, readyz, methods=["GET"]),
]


async def _answers(check: Callable[[], Awaitable[None]]) -> bool:
    try:
        async with asyncio.timeout(_LIMIT_S):
            await check()
    except Exception:
        return False
    return True


async def _database() -> None:
    await database().ping()


async def _redis() -> None:
    client = Redis.from_url(
        get_settings().REDIS_URL or "", socket_timeout=_LIMIT_S, socket_connect_timeout=_LIMIT_S
    )
    async with client:
        await client.execute_command("PING")
