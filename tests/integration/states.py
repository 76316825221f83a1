"""Reflex states outside of a running app, as if a socket with a session had opened them."""

from typing import TypeVar

import reflex as rx
from reflex.state import State

_S = TypeVar("_S", bound=rx.State)


async def state_of(cls: type[_S], token_hash: str | None, *, path: str = "/") -> _S:
    """A fresh state tree's `cls`, its router data taken from such a socket."""
    root = State(_reflex_internal_init=True)  # pyright: ignore[reportCallIssue]
    open_socket(root, token_hash, path=path)
    return await root.get_state(cls)


def open_socket(root: State, token_hash: str | None, *, path: str = "/") -> None:
    """Give a state tree the router data of a newly opened socket."""
    cookie = {"cookie": f"debrief_session={token_hash}"} if token_hash else {}
    data = {
        "pathname": path,
        "asPath": path,
        "token": "tab",
        "headers": {"origin": "http://localhost:3000", **cookie},
    }
    root._update_router_vars(data, {})
    root.router_data = data
