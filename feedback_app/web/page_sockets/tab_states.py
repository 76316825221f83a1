"""Drops the states of closed tabs early; Reflex keeps each for an hour.

A tab that returns later is loaded from the database again, as after a restart.
"""

from collections import Counter
from collections.abc import Container, Mapping
from typing import NamedTuple

from redis.asyncio import Redis
from redis.exceptions import RedisError
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken
from reflex.state import BaseState, State
from reflex.utils.token_manager import RedisTokenManager
from reflex_base.registry import RegistrationContext

from feedback_app.auth import sessions
from feedback_app.auth.state import AuthState
from feedback_app.core import clock
from feedback_app.core.settings import get_settings
from feedback_app.web.page_sockets.connection import served

STRANGERS_KEPT_S = 15.0
"""How long Redis keeps the state of a tab on which nobody signed in: a process may still hold it
for some seconds before it writes it there."""
MOST_GONE_OF_ONE = 20
"""Closed tabs of one person whose state is still kept; the oldest makes room."""


class _Gone(NamedTuple):
    since: float
    of: str
    """The id of the tab's person; empty if nobody was signed in."""


class GoneTabs:
    """When each closed tab that has not returned was closed, by its token, in that order."""

    def __init__(self) -> None:
        self._gone: dict[str, _Gone] = {}

    def look(self, tabs: Mapping[str, str], connected: Container[str]) -> None:
        """Update which of all tabs are connected now; `tabs` names the person of each."""
        now = clock.monotonic()
        gone = {token: of for token, of in tabs.items() if token not in connected}
        # Those that were already gone come first, in the order they went.
        earlier = {token: tab.since for token, tab in self._gone.items() if token in gone}
        self._gone = {token: _Gone(since, gone[token]) for token, since in earlier.items()}
        self._gone |= {t: _Gone(now, of) for t, of in gone.items() if t not in earlier}

    def went(self, token: str, of: str) -> None:
        """Record that a tab was closed."""
        self._gone.pop(token, None)
        self._gone[token] = _Gone(clock.monotonic(), of)

    def drop(self, token: str) -> None:
        """Forget a tab."""
        self._gone.pop(token, None)

    def due(self, kept_s: float, strangers_kept_s: float) -> list[str]:
        """The tabs to be forgotten: closed for too long, or too many of one person's."""
        now, seen = clock.monotonic(), Counter[str]()
        found: list[str] = []
        for token, tab in reversed(self._gone.items()):
            seen[tab.of] += bool(tab.of)
            longest_s = kept_s if tab.of else strangers_kept_s
            if tab.since <= now - longest_s or seen[tab.of] > MOST_GONE_OF_ONE:
                found.append(token)
        return found


_gone = GoneTabs()
"""The closed tabs of this process."""


def note_departures() -> None:
    """From now on record the tabs of this worker that are closed, if their states are in Redis."""
    app = RegistrationContext.get().app
    if app.event_namespace is None:
        return
    manager = app.event_namespace._token_manager
    if not isinstance(manager, RedisTokenManager):
        return
    disconnect = manager.disconnect_token

    async def disconnect_and_note(token: str, sid: str) -> None:
        await disconnect(token, sid)
        socket = served.get()
        _gone.went(token, (socket.user_id if socket else None) or "")

    manager.disconnect_token = disconnect_and_note


async def forget_gone_tabs() -> None:
    """Drop the state of every closed tab: a stranger's soon, a person's after a while."""
    app = RegistrationContext.get().app
    if app.event_namespace is None:
        return
    tokens, kept_s = app.event_namespace._token_manager, get_settings().TAB_STATES_KEPT_S
    if isinstance(app.state_manager, StateManagerMemory):
        forget(app.state_manager, tokens.token_to_socket, _gone, kept_s)
    elif isinstance(app.state_manager, StateManagerRedis):
        for token in _gone.due(kept_s, min(kept_s, STRANGERS_KEPT_S)):
            try:
                if not await tokens.is_token_connected(token):
                    await delete_state(app.state_manager.redis, token)
            except RedisError:
                return  # The rest is checked again.
            _gone.drop(token)


def forget(
    manager: StateManagerMemory, connected: Container[str], gone: GoneTabs, kept_s: float
) -> None:
    """Drop this manager's states of closed tabs; one whose state is in use waits."""
    gone.look({key: _whose(root) for key, root in manager.states.items()}, connected)
    for key in gone.due(kept_s, 0.0):
        _, token = manager._token_expires_at.get(key, (0, None))
        lock = manager._states_locks.get(token.lock_key) if token else None
        if token is not None and (lock is None or not lock.locked()):
            manager._purge_token(token)


async def delete_state(redis: Redis, token: str) -> None:
    """Delete a tab's state from Redis.

    Raises:
        RedisError: Redis is away.
    """
    tab = BaseStateToken(ident=token, cls=State)
    await redis.delete(*(tab._state_key(state) for state in _with_substates(State)))


def _with_substates(state: type[BaseState]) -> list[type[BaseState]]:
    return [state, *(each for sub in state.get_substates() for each in _with_substates(sub))]


def _whose(root: object) -> str:
    """The person a tab was drawn for, according to the database; empty for nobody.

    A cookie alone proves nothing: anybody can make one up.
    """
    auth = root.substates.get(AuthState.get_name()) if isinstance(root, BaseState) else None
    if not isinstance(auth, AuthState):
        return ""
    known = sessions.identity(auth._session)
    return auth._right.partition(" ")[0] or (known.user_id if known else "")
