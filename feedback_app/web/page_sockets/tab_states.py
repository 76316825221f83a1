"""Tabs that nobody signed in on leave nothing behind; Reflex keeps a tab's state for an hour."""

from collections.abc import Container

from reflex.istate.manager.memory import StateManagerMemory
from reflex.state import BaseState
from reflex_base.registry import RegistrationContext

from feedback_app.auth.state import AuthState


def forget_strangers() -> None:
    """Drop the state of every tab of this process that is gone and that nobody signed in on.

    With Redis the states are there, not in this process, and end by Redis's own clock.
    """
    app = RegistrationContext.get().app
    if isinstance(app.state_manager, StateManagerMemory) and app.event_namespace is not None:
        forget(app.state_manager, app.event_namespace._token_manager.token_to_socket)


def forget(manager: StateManagerMemory, connected: Container[str]) -> None:
    """The same for this manager, in which tabs go by their tokens."""
    gone = [
        token
        for key, (_, token) in manager._token_expires_at.items()
        if key not in connected and _is_a_strangers(manager.states.get(key))
    ]
    for token in gone:
        lock = manager._states_locks.get(token.lock_key)
        if lock is None or not lock.locked():
            manager._purge_token(token)


def _is_a_strangers(root: object) -> bool:
    if not isinstance(root, BaseState):
        return False
    auth = root.substates.get(AuthState.get_name())
    return isinstance(auth, AuthState) and not auth._session
