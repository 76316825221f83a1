"""Lets the system end connections whose client has stopped reading, where it can.

Data that an endpoint has sent waits in Granian and in the network's buffers, where no deadline of
ours applies. Linux ends a connection whose data waits for too long (`TCP_USER_TIMEOUT`, RFC 5482);
each inherits that from its listening socket, which Granian creates without exposing it.
"""

import asyncio
import logging
import os
import socket
from pathlib import Path

from feedback_app.core.settings import get_settings

_log = logging.getLogger(__name__)

_OPEN = Path("/proc/self/fd")
_LOOKS, _LOOK_EVERY_S = 600, 0.05


async def give_up_what_is_unread() -> None:
    """Set this for all connections once this process listens, soon after its start."""
    for _ in range(_LOOKS):
        if give_up_unread_after(get_settings().SOCKET_SEND_WITHIN_S):
            return
        await asyncio.sleep(_LOOK_EVERY_S)
    _log.warning(
        "no listening socket was found: clients that stop reading will not be disconnected"
    )


def give_up_unread_after(seconds: float) -> bool:
    """Set the timeout on this process's listening sockets; return whether there are any.

    None can be found on systems other than Linux, where a proxy in front must have such a limit.
    """
    if not hasattr(socket, "TCP_USER_TIMEOUT") or not _OPEN.is_dir():
        return True
    found = False
    for entry in list(_OPEN.iterdir()):
        listener = _listener(entry)
        if listener is not None:
            with listener:
                timeout_ms = round(seconds * 1000)
                listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout_ms)
            found = True
    return found


def _listener(entry: Path) -> socket.socket | None:
    """The socket of a descriptor, through a duplicate, if TCP connections are accepted on it.

    Only sockets are touched: closing any descriptor of a file ends all locks that the process has
    on it (POSIX), which SQLite relies on.
    """
    try:
        if not str(entry.readlink()).startswith("socket:"):
            return None
        found = socket.socket(fileno=os.dup(int(entry.name)))
    except OSError:
        return None
    is_tcp = found.family in {socket.AF_INET, socket.AF_INET6} and found.type == socket.SOCK_STREAM
    if is_tcp and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        return found
    found.close()
    return None
