"""A webhook receiver on this machine that answers as it is told and keeps what it was sent."""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One request."""

    path: str
    headers: dict[str, str]
    """With lower-case names."""
    body: bytes


class Receiver:
    """Answers 204, or what `answers` says, one entry for each request; 0 is no answer at all."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}/hook"
        self.answers: deque[int] = deque()
        self.deliveries: list[Delivery] = []
        self.asked = threading.Event()
        """Set with each request."""
        self.released = threading.Event()
        """Ends the requests that are left without an answer."""


@contextmanager
def receiving(port: int = 0) -> Iterator[Receiver]:
    """A receiver on `port`, or on a free one."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.deliveries.append(Delivery(self.path, headers, self.rfile.read(length)))
            receiver.asked.set()
            status = receiver.answers.popleft() if receiver.answers else 204
            if status == 0:
                receiver.released.wait()
                return
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", receiver.url + "/elsewhere")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    receiver = Receiver(server.server_port)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.released.set()
        server.shutdown()
        server.server_close()
        thread.join()
