"""What is said to the sockets that a process listens on, and that nothing else is touched."""

import fcntl
import socket
import subprocess
import sys
from pathlib import Path

from feedback_app.web.listeners import give_up_unread_after

_TRIES_TO_LOCK = """
import fcntl, sys
with open(sys.argv[1], "r+b") as file:
    try:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit(7)
"""


def limit_ms(of: socket.socket) -> int:
    return of.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)


def test_connections_take_the_limit_over_from_the_socket_they_come_in_on() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        before = socket.create_connection(server.getsockname())
        assert give_up_unread_after(2.5)
        with before, socket.create_connection(server.getsockname()):
            first, _ = server.accept()
            second, _ = server.accept()
            with first, second:
                assert [limit_ms(each) for each in (server, second)] == [2_500, 2_500]


def test_the_locks_that_this_process_has_on_files_stay(tmp_path: Path) -> None:
    path = tmp_path / "locked"
    path.write_bytes(b"x")
    with path.open("r+b") as file:
        fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        with socket.create_server(("127.0.0.1", 0)):
            assert give_up_unread_after(2.5)
        other = subprocess.run([sys.executable, "-c", _TRIES_TO_LOCK, str(path)], check=False)
    assert other.returncode == 7
