"""One `api` row of the system log for each ordinary HTTP request, and its request id."""

import time

from starlette.requests import HTTPConnection
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from feedback_app.auth.cookies import session_token
from feedback_app.auth.sessions import CurrentUser, Identity, hash_token, identity
from feedback_app.core.context import new_request_id
from feedback_app.core.markers import is_llm_operation, is_sign_in_attempt, is_unlogged
from feedback_app.db.models import LogComponent, SystemLog
from feedback_app.db.system_log import count_anonymous, enqueue
from feedback_app.web.page_paths import PageRouter, page_pattern

UNKNOWN_PATH = "(unknown)"


class RequestLog:
    """ASGI middleware. Endpoints marked `llm_operation` or `unlogged` leave no row.

    Neither do static files and Reflex's own endpoints. Requests of people not signed in are only
    counted, except sign-in attempts and requests that ended in a fault of ours. A path is logged as
    the pattern of its route, so no id and no query string ever reaches the log.
    """

    def __init__(self, app: ASGIApp, *, page_router: PageRouter) -> None:
        self._app = app
        self._page_router = page_router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        request_id = new_request_id()
        scope.setdefault("state", {})
        path = scope["path"]
        status = 500
        started = time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {
                    **message,
                    "headers": [
                        *message.get("headers", ()),
                        (b"x-request-id", request_id.encode()),
                    ],
                }
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        finally:
            if scope["type"] == "http":
                pattern = self._pattern(scope, path, status)
                if pattern is not None:
                    duration_ms = round((time.perf_counter() - started) * 1000)
                    _log(scope, pattern, status, duration_ms, request_id)

    def _pattern(self, scope: Scope, path: str, status: int) -> str | None:
        """The pattern to log, or `None` if the request is not logged."""
        route = scope.get("route")
        if isinstance(route, Route | WebSocketRoute):
            if route.path.startswith(_REFLEX):
                return None
            endpoint = route.endpoint
            return None if is_llm_operation(endpoint) or is_unlogged(endpoint) else route.path
        if path.startswith(_REFLEX):
            return None
        page = page_pattern(self._page_router, path)
        if page is not None:
            return page
        return UNKNOWN_PATH if status == 404 else None


def _log(scope: Scope, pattern: str, status: int, duration_ms: int, request_id: str) -> None:
    who = _who(scope)
    if who is None and status < 500 and not is_sign_in_attempt(_endpoint(scope)):
        count_anonymous()
        return
    enqueue(
        SystemLog(
            component=LogComponent.API,
            action=pattern,
            method=scope["method"][:10],
            path=pattern,
            status=str(status),
            duration_ms=duration_ms,
            request_id=request_id,
            company_id=who.company_id if who else None,
            user_id=who.user_id if who else None,
        )
    )


def _endpoint(scope: Scope) -> object:
    route = scope.get("route")
    return route.endpoint if isinstance(route, Route) else None


_REFLEX = ("/ping", "/_event", "/_health", "/_upload", "/_all_routes")


def _who(scope: Scope) -> Identity | None:
    user = scope["state"].get("acting_user")
    if isinstance(user, CurrentUser):
        return Identity(user.id, user.company_id)
    token = session_token(HTTPConnection(scope))
    return identity(hash_token(token)) if token else None
