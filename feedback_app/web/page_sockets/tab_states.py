"""The states of tabs that are gone are soon forgotten; Reflex keeps each for an hour.

A tab that comes back later is drawn anew from the database, as after a restart.
"""

from collections.abc import Container, Iterable

from redis.asyncio import Redis
from redis.exceptions import RedisError
from reflex.istate.manager.memory import StateManagerMemory
from reflex.istate.manager.redis import StateManagerRedis
from reflex.istate.manager.token import BaseStateToken
from reflex.state import BaseState, State
from reflex.utils.token_manager import RedisTokenManager
from reflex_base.registry import RegistrationContext

from feedback_app.auth.state import AuthState
from feedback_app.core import clock
from feedback_app.core.settings import get_settings
from feedback_app.web.page_sockets.connection import served

STRANGERS_KEPT_S = 15.0
"""How long Redis keeps the state of a tab that nobody signed in on: a process may still hold it
for some seconds before it writes it there."""


class GoneTabs:
    """When each tab went that has not come back, by its token, in the order they went."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def look(self, tokens: Iterable[str], connected: Container[str]) -> None:
        """Take over which of all tabs are connected now."""
        now = clock.monotonic()
        self._since = {
            token: self._since.get(token, now) for token in tokens if token not in connected
        }

    def went(self, token: str, seconds_ago: float = 0.0) -> None:
        """Note that a tab went."""
        self._since[token] = clock.monotonic() - seconds_ago

    def drop(self, token: str) -> None:
        """Think of a tab no more."""
        self._since.pop(token, None)

    def longer_than(self, seconds: float) -> list[str]:
        """The tabs that went so long ago or longer."""
        latest = clock.monotonic() - seconds
        return [token for token, since in self._since.items() if since <= latest]


_gone = GoneTabs()
"""Those of this process."""


def note_departures() -> None:
    """From now on note the tabs of this worker that go, where their states are in Redis."""
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
        is_strangers = socket is None or socket.user_id is None
        kept_s = get_settings().TAB_STATES_KEPT_S
        _gone.went(token, max(0.0, kept_s - STRANGERS_KEPT_S) if is_strangers else 0.0)

    manager.disconnect_token = disconnect_and_note


async def forget_gone_tabs() -> None:
    """Drop the state of every tab that is gone: a stranger's at once, a person's after a while."""
    app = RegistrationContext.get().app
    if app.event_namespace is None:
        return
    tokens, kept_s = app.event_namespace._token_manager, get_settings().TAB_STATES_KEPT_S
    if isinstance(app.state_manager, StateManagerMemory):
        forget(app.state_manager, tokens.token_to_socket, _gone, kept_s)
    elif isinstance(app.state_manager, StateManagerRedis):
        for token in _gone.longer_than(kept_s):
            try:
                if not await tokens.is_token_connected(token):
                    await delete_state(app.state_manager.redis, token)
            except RedisError:
                return  # What is left is looked at again.
            _gone.drop(token)


def forget(
    manager: StateManagerMemory, connected: Container[str], gone: GoneTabs, kept_s: float
) -> None:
    """Drop what this manager holds of gone tabs; one whose state is at work waits."""
    gone.look(manager.states, connected)
    due = set(gone.longer_than(kept_s))
    for key in gone.longer_than(0):
        _, token = manager._token_expires_at.get(key, (0, None))
        if token is None or not (key in due or _is_a_strangers(manager.states.get(key))):
            continue
        lock = manager._states_locks.get(token.lock_key)
        if lock is None or not lock.locked():
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


def _is_a_strangers(root: object) -> bool:
    if not isinstance(root, BaseState):
        return False
    auth = root.substates.get(AuthState.get_name())
    return isinstance(auth, AuthState) and not auth._session
