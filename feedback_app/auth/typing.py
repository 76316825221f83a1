"""The guard of handlers that keep what somebody types: typed text never waits for the database."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec

from feedback_app.auth.guards import act_for, require_user, shown
from feedback_app.core.errors import Unavailable
from feedback_app.core.markers import mark_guarded
from feedback_app.db import outage
from feedback_app.db.faults import as_app_error, is_unavailable
from feedback_app.ui.autosave import Autosave, Typed
from feedback_app.ui.notice import NoticeState

_P = ParamSpec("_P")
Handler = Callable[_P, Awaitable[None]]

_taking: set[asyncio.Task[Any]] = set()
"""Referenced here, because the loop holds its tasks weakly."""


def guarded_typing(
    typed_in: Callable[..., tuple[str, Typed]],
) -> Callable[[Handler[_P]], Handler[_P]]:
    """Guard a background handler of an `Autosave`, which keeps the text in its arguments.

    `typed_in` extracts from the arguments what was typed, and its key. That is taken over before
    any query, if the page shows the text it belongs to: a newer call that supersedes this one finds
    it. While the database does not answer, the handler is retried, so that what was typed is kept
    in the end even if nobody types on.
    """

    def guard(handler: Handler[_P]) -> Handler[_P]:
        @functools.wraps(handler)
        async def call(*args: _P.args, **kwargs: _P.kwargs) -> Any:
            state: Any = args[0]
            typing = typed_in(*args[1:], **kwargs)
            keep = functools.partial(handler, *args, **kwargs)
            try:
                await _keep(state, typing, keep)
            except Exception as fault:
                return await shown(fault, state)

        return mark_guarded(call)

    return guard


async def _keep(state: Autosave, typing: tuple[str, Typed], keep: Callable[[], Any]) -> None:
    # Shielded: a call that is superseded while another handler has the state must still take it.
    taking = asyncio.create_task(_take_if_shown(state, *typing), name="typed")
    _taking.add(taking)
    taking.add_done_callback(_taking.discard)
    is_taken = await asyncio.shield(taking)
    while True:
        try:
            act_for(await require_user(state))
            if not is_taken:
                async with state:
                    state._take(*typing)
                is_taken = True
            await keep()
            break
        except Exception as fault:
            if not is_unavailable(fault):
                raise
            await _tell_outage(state, fault)
        await asyncio.sleep(outage.ASK_AGAIN_S)
    if state._outage_told:
        async with state:
            state._outage_told = False
            notice = await state.get_state(NoticeState)
            if notice.message == Unavailable.sentence:
                notice.message = ""


async def _take_if_shown(state: Autosave, key: str, typed: Typed) -> bool:
    """Take over what was typed, if the page was shown that text; return whether it was."""
    async with state:
        if is_shown := state._shows(key):
            state._take(key, typed)
    return is_shown


async def _tell_outage(state: Autosave, fault: Exception) -> None:
    if state._outage_told:
        return
    async with state:
        state._outage_told = True
        (await state.get_state(NoticeState)).message = as_app_error(fault).message
