"""Who may act: the one way every event handler and every HTTP route checks its caller.

An event handler is declared as

    @rx.event
    @guarded
    async def save(self, text: str): ...

and calls `acting_user()` for the user that `guarded` found in the database for this very event.
`guarded` sends people who are not signed in to the sign-in page and shows every other `AppError` as
the page's notice; a handler that wants to show an error elsewhere catches it itself. It works on
coroutines and async generators, background ones included; anything unforeseen goes on to the app's
exception handler. Handlers that keep what somebody types have a guard of their own, `auth.typing`.
A test checks that every handler is guarded or marked `public`.
"""

import functools
import inspect
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar, cast, overload

import reflex as rx
from reflex.istate.proxy import StateProxy
from reflex.state import BaseState
from starlette.requests import HTTPConnection

from feedback_app import routes
from feedback_app.auth import sessions
from feedback_app.auth.cookies import session_token, session_value
from feedback_app.auth.keys import api_keys
from feedback_app.auth.keys.api_keys import Scope
from feedback_app.auth.routes import is_same_origin
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import zones
from feedback_app.core.errors import AppError, Forbidden, NotSignedIn
from feedback_app.core.markers import mark_guarded
from feedback_app.db.faults import as_app_error, is_unavailable
from feedback_app.db.models import SessionKind
from feedback_app.ui.notice import NoticeState

_P = ParamSpec("_P")
_R = TypeVar("_R")

_acting: ContextVar[CurrentUser | None] = ContextVar("acting_user", default=None)


def acting_user() -> CurrentUser:
    """The user on whose behalf the current guarded handler runs.

    Raises:
        NotSignedIn: outside of a guarded handler.
    """
    user = _acting.get()
    if user is None:
        raise NotSignedIn
    return user


def act_for(user: CurrentUser) -> None:
    """Let the running handler act for a user that was just found; guards alone call this."""
    _acting.set(user)


def session_hash(state: BaseState) -> str | None:
    """The hash of the session cookie this state's socket was opened with."""
    return session_value(state.router.headers.cookie)


async def require_user(state: rx.State) -> CurrentUser:
    """Return the signed-in user of a state's socket, as the database has them now.

    From here on, the event shows times in that user's zone.

    Raises:
        NotSignedIn: nobody is signed in, or the session has ended.
    """
    user = await sessions.resolve(session_hash(state))
    if user is None:
        raise NotSignedIn
    zones.show_times_in(user.time_zone)
    return user


async def require_admin(state: rx.State) -> CurrentUser:
    """The signed-in administrator.

    Raises:
        NotSignedIn: nobody is signed in.
        Forbidden: the user is not an administrator.
    """
    user = await require_user(state)
    if not user.is_admin:
        raise Forbidden
    return user


async def user_from_request(
    connection: HTTPConnection, *, scope: Scope = "read", given_token: str | None = None
) -> CurrentUser:
    """The user whom a request or a WebSocket handshake acts for, as the database has them now.

    A bearer token takes precedence, then `given_token`, a bearer token that came another way, then
    the session cookie; the first one present must be valid. A key to the API is taken as a bearer
    token too, if it has the scope.

    Raises:
        NotSignedIn: there is no live session, and no such key.
        Forbidden: the cookie came with a request from another site, or the key lacks the scope.
    """
    bearer, kind = bearer_token(connection), SessionKind.API
    token = given_token if bearer is None else bearer
    if token is None:
        token, kind = session_token(connection), SessionKind.BROWSER
    if token and kind == SessionKind.API and token.startswith(api_keys.PREFIX):
        user = await _holder_of(token, scope)
    else:
        user = await sessions.resolve(sessions.hash_token(token), kind) if token else None
    if user is None:
        raise NotSignedIn
    if kind == SessionKind.BROWSER and not is_same_origin(connection):
        raise Forbidden("This request comes from another site. Send a bearer token instead.")
    connection.state.acting_user = user
    return user


async def _holder_of(key: str, scope: Scope) -> CurrentUser | None:
    holder = await api_keys.resolve(key)
    if holder is not None and scope not in holder.scopes:
        raise Forbidden(f"This key may not do that: it was made without the scope {scope!r}.")
    return holder.user if holder else None


def bearer_token(connection: HTTPConnection) -> str | None:
    """The token of the `Authorization` header, `None` if it has no bearer token."""
    scheme, _, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


@overload
def guarded(handler: Callable[_P, _R], /) -> Callable[_P, _R]: ...
@overload
def guarded(*, admin: bool) -> Callable[[Callable[_P, _R]], Callable[_P, _R]]: ...
def guarded(handler: Callable[..., Any] | None = None, /, *, admin: bool = False) -> Any:
    """Let only a signed-in user, or with `admin` only an administrator, run a handler."""
    if handler is None:
        return functools.partial(_guard, admin=admin)
    return _guard(handler, admin=admin)


def _guard(handler: Callable[..., Any], *, admin: bool) -> Callable[..., Any]:
    require = require_admin if admin else require_user
    if inspect.isasyncgenfunction(handler):

        @functools.wraps(handler)
        async def stream(self: rx.State, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
            try:
                act_for(await require(self))
                async with aclosing(handler(self, *args, **kwargs)) as events:
                    async for event in events:
                        yield event
            except Exception as fault:
                yield await shown(fault, self)

        return mark_guarded(stream)
    if inspect.iscoroutinefunction(handler):

        @functools.wraps(handler)
        async def call(self: rx.State, *args: Any, **kwargs: Any) -> Any:
            try:
                act_for(await require(self))
                return await handler(self, *args, **kwargs)
            except Exception as fault:
                return await shown(fault, self)

        return mark_guarded(call)
    raise TypeError(f"{handler.__qualname__} must be async to be guarded")


async def shown(fault: Exception, state: rx.State) -> Any:
    """The event that shows the fault to the person; re-raises an unforeseen one."""
    if not isinstance(fault, AppError) and not is_unavailable(fault):
        raise fault
    error = as_app_error(fault)
    if isinstance(error, NotSignedIn):
        page = state.router.url
        path = page.path.rstrip("/") or routes.INTERVIEWS
        here = f"{path}?{page.query}" if page.query else path
        ended = error.code if session_hash(state) else ""
        next_path = "" if here == routes.INTERVIEWS else here
        await _empty(state)
        return rx.redirect(routes.login(next_path=next_path, error=ended), replace=True)
    return cast(Any, NoticeState.show)(error.message)


async def _empty(state: rx.State) -> None:
    """Clear from a tab's state what was shown to somebody who may no longer see anything."""
    if not isinstance(state, StateProxy):
        state._get_root_state().reset()
        return
    async with state:
        state.__wrapped__._get_root_state().reset()
