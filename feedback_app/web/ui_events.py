"""Work before each UI event: its request id, whose state it is, its row in the log."""

import reflex as rx
from reflex.app import App
from reflex.event import Event
from reflex.state import BaseState, StateUpdate
from reflex_base.registry import RegistrationContext

from feedback_app.auth import sessions
from feedback_app.auth.guards import session_hash
from feedback_app.auth.state import AuthState
from feedback_app.core.context import current_request_id, new_request_id
from feedback_app.core.markers import is_typing, is_unlogged, words_of
from feedback_app.db.faults import is_unavailable
from feedback_app.db.models import LogComponent, SystemLog
from feedback_app.db.system_log import enqueue
from feedback_app.interviews.state import InterviewState
from feedback_app.web.typing_pauses import TypingPauses

_HYDRATIONS = {"hydrate", "hydrate_and_load"}
_FIRST_ONLY = "hashes"
"""Present in the hydration of a page that begins, absent in that of one that reconnects."""
_SETVAR = "setvar"
"""Reflex registers it on every state; nothing of ours sends it, so anyone who does is refused."""


class OwnState(rx.Middleware):
    """Gives each event its request id, and empties a tab's state if it belongs to somebody else.

    A tab keeps its state token across sign-out and sign-in, and for an hour after it was closed;
    what its person saw must reach nobody else, nor them once they may no longer see it. Runs before
    anything is sent: hydration is the first event of a socket.
    """

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        new_request_id()
        name = event.name.rpartition(".")[2]
        if name == _SETVAR:
            return StateUpdate()
        auth = await state.get_state(AuthState)
        current = session_hash(auth) or ""
        if name not in _HYDRATIONS:
            return await self._others(state, auth, current)
        if event.payload.get(_FIRST_ONLY) is not None:
            # A page that was just loaded has no editors yet: they must not start with old texts.
            (await state.get_state(InterviewState)).loaded = False
        right = await _right(current)
        if auth._session != current or (right is not None and auth._right != right):
            state._get_root_state().reset()
            auth._session, auth._right = current, right or ""
        if event.payload.get(_FIRST_ONLY) is None:
            auth.returns += 1
        return None

    @staticmethod
    async def _others(state: BaseState, auth: AuthState, current: str) -> StateUpdate | None:
        """Let an event pass if the tab belongs to its session; otherwise clear the tab's state."""
        if auth._session == current:
            return None
        is_anothers = auth._session != ""
        if is_anothers:
            state._get_root_state().reset()
        auth._session = current
        return StateUpdate() if is_anothers else None


async def _right(token_hash: str) -> str | None:
    """Names the person, company and role of a session; empty for none, `None` if unknown."""
    try:
        user = await sessions.resolve(token_hash)
    except Exception as fault:
        if not is_unavailable(fault):
            raise
        return None
    return f"{user.id} {user.company_id} {user.role}" if user else ""


class UiEventRows(rx.Middleware):
    """Queues one `ui` row for each event a person caused: no arguments, the page as its route.

    Events of people who are not signed in leave none: anybody can send any number of them. Its
    action is the words the handler was declared with, or its name where it has none. Typing leaves
    a row when it begins and no more until it has paused. Reflex's own events and those marked
    `generation_event` or `own_event` leave none.
    """

    def __init__(self) -> None:
        self._pauses = TypingPauses()

    async def preprocess(self, app: App, state: BaseState, event: Event) -> StateUpdate | None:
        registered = RegistrationContext.get().event_handlers.get(event.name)
        if registered is None or not registered.states or is_unlogged(registered.handler.fn):
            return None
        owner = registered.states[0]
        if owner.__module__.startswith(("reflex.", "reflex_")):
            return None
        handler = registered.handler.fn
        action = words_of(handler) or f"{owner.__name__}.{handler.__name__}"
        who = await _who(session_hash(state))
        if who is None:
            return None
        if is_typing(handler):
            # Hashed, because somebody who sends events by hand may make a path of any length.
            page = hash(state.router.url.path)
            if not self._pauses.begins((who.user_id, page, action)):
                return None
        enqueue(
            SystemLog(
                component=LogComponent.UI,
                action=action,
                path=state.router.route_id or None,
                status="received",
                request_id=current_request_id(),
                company_id=who.company_id,
                user_id=who.user_id,
            )
        )
        return None


async def _who(token_hash: str | None) -> sessions.Identity | None:
    """Whose event this is; `None` if nobody's, or if the database does not answer."""
    known = sessions.identity(token_hash)
    if known is not None or not token_hash:
        return known
    try:
        await sessions.resolve(token_hash)
    except Exception as fault:
        if not is_unavailable(fault):
            raise
    return sessions.identity(token_hash)
