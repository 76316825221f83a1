"""The tests' end of the upstream: starts it, scripts it, reads what it saw."""

import asyncio
import http.client
import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import urlsplit

from tests.upstream.scenario import Scenario
from tests.upstream.server import Seen

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class State:
    """What the upstream knows at one moment."""

    requests: list[Seen]
    """In order of arrival, since the last reset."""
    open_connections: int
    """TCP connections that have asked for a completion and are not closed."""
    connections_made: int
    lists: int
    """How often the list of models was asked for."""

    @property
    def open_requests(self) -> list[Seen]:
        return [seen for seen in self.requests if seen.ending is None]


class Upstream:
    """A running upstream process. Use it as a context manager, plain or async.

    Calls take about a millisecond and block; those that wait for something have an
    asynchronous twin (`idle`, `received`) for tests whose client runs in the same loop.
    """

    def __init__(self, port: int = 0) -> None:
        self._port = port
        self._process: subprocess.Popen[str] | None = None
        self.address = ""
        """`http://host:port`, known once started."""

    @property
    def base_url(self) -> str:
        """What `OPENAI_BASE_URL` takes."""
        return f"{self.address}/v1"

    def start(self) -> "Upstream":
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.upstream", "--port", str(self._port)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.address = self._process.stdout.readline().strip()
        if not self.address:
            raise RuntimeError(f"the upstream ended with {self._process.wait()}")
        return self

    def stop(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._process = None

    def play(self, scenario: Scenario, *, model: str | None = None) -> None:
        """Answer so from now on: every request, or those for one model."""
        self._call("POST", "play", {"scenario": scenario.as_json(), "model": model})

    def queue(self, *scenarios: Scenario) -> None:
        """Answer the next requests with these, one each, before the default."""
        self._call("POST", "queue", [scenario.as_json() for scenario in scenarios])

    def list_models(self, scenario: Scenario) -> None:
        """Answer requests for the list of models so: by its status and error, its body or a stall.

        A scenario with none of these answers the list itself, with each model's `shutdown_date`.
        """
        self._call("POST", "list", scenario.as_json())

    def release(self, *, model: str | None = None) -> None:
        """End the hold of all requests received so far, or of those for one model."""
        self._call("POST", "release", {"model": model})

    def reset(self) -> None:
        """Forget scenarios, queue and closed requests."""
        self._call("POST", "reset", {})

    def state(self) -> State:
        return self._state("", 0)

    def _state(self, awaited: str, timeout_s: float) -> State:
        query = f"state?within_s={timeout_s}&{awaited}"
        answer = self._call("GET", query, timeout_s=timeout_s)
        seen = [Seen(**fields) for fields in answer.pop("requests")]
        return State(requests=seen, **answer)

    @property
    def requests(self) -> list[Seen]:
        """Every request since the last reset."""
        return self.state().requests

    def wait_until_idle(self, timeout_s: float = 5) -> State:
        """Wait until no request is open; fails after `timeout_s`."""
        state = self._state("idle=1", timeout_s)
        assert not state.open_requests, f"not idle in {timeout_s} s: {state}"
        return state

    def wait_for_requests(self, count: int, timeout_s: float = 5) -> State:
        """Wait until `count` requests have arrived since the last reset."""
        state = self._state(f"requests={count}", timeout_s)
        assert len(state.requests) >= count, f"no {count} requests in {timeout_s} s: {state}"
        return state

    async def idle(self, timeout_s: float = 5) -> State:
        """`wait_until_idle` without blocking the loop."""
        return await asyncio.to_thread(self.wait_until_idle, timeout_s)

    async def received(self, count: int, timeout_s: float = 5) -> State:
        """`wait_for_requests` without blocking the loop."""
        return await asyncio.to_thread(self.wait_for_requests, count, timeout_s)

    def _call(self, method: str, path: str, body: object = None, timeout_s: float = 0) -> Any:
        address = urlsplit(self.address).netloc
        connection = http.client.HTTPConnection(address, timeout=timeout_s + 10)
        try:
            connection.request(method, f"/_control/{path}", json.dumps(body))
            response = connection.getresponse()
            answer = json.load(response)
            assert response.status == 200, answer
            return answer
        finally:
            connection.close()

    def __enter__(self) -> "Upstream":
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    async def __aenter__(self) -> "Upstream":
        return await asyncio.to_thread(self.start)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.stop)
