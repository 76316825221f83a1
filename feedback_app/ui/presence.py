"""Whether the tab that a background handler works for is still there."""

import reflex as rx
from reflex_base.registry import RegistrationContext


async def is_open(state: rx.State) -> bool:
    """Whether the state's tab is connected, to whichever worker.

    A change sent to a closed tab is lost, and Reflex logs a warning each time.
    """
    sockets = RegistrationContext.get().app.event_namespace
    if sockets is None:
        return False
    return await sockets._token_manager.is_token_connected(state.router.session.client_token)
