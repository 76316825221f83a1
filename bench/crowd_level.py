"""What is read off the processes of the `crowd` benchmark, and what one level comes to."""

import asyncio
import http.client
import json
import time
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

import psutil
from sqlmodel import col, select

from bench.crowd_pages import Shown
from bench.crowd_script import letters, number_of, tokens_of
from feedback_app.db.models import CallStatus, Draft, LlmCall
from feedback_app.db.session import Database

SETTLED_WITHIN_S = 20.0


@dataclass(frozen=True, slots=True)
class Spread:
    """Milliseconds."""

    p50: float
    p95: float
    p99: float

    @staticmethod
    def of(values: Sequence[float]) -> "Spread":
        """Of at least two values."""
        cuts = quantiles(values, n=100, method="inclusive")
        return Spread(median(values), cuts[94], cuts[98])


@dataclass(frozen=True, slots=True)
class Level:
    """What was measured at one number of streams."""

    streams: int
    lag: Spread
    """From the model's write of a token to the page's receipt of it."""
    pace: float
    """Tokens a second that the model really sent, median of the streams."""
    event_idle: Spread
    event: Spread
    healthz_idle: Spread
    healthz: Spread
    cores: dict[str, float]
    """Used while all streams ran, by process."""
    kept_waiting: float
    """Share of that time in which the app's event loop could have run and had no core."""
    rss_mb: float
    """Of the app's worker while all streams ran."""
    rss_per_stream_mb: float
    """What the level added to it, shared among its pages and streams."""
    flushes_per_s: float
    """Of one page."""
    bytes_per_character: float
    lost: int
    """Drafts that did not reach their page, or their row in the ledger, whole."""
    load: float
    """The machine's, of the last minute, when the streams had ended."""
    floor: float = 0.0
    """Cores that a bare program uses which passes on as many streams."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What processes had used at one moment."""

    at: float
    cpu_s: dict[str, float]
    rss_mb: float
    """Of the app's largest process, its worker."""
    waited_s: float
    """How long that process's event loop had waited for a core."""


class Processes:
    """The processes of a run by what they are called; each counts with its descendants."""

    def __init__(self, **pids: int) -> None:
        self._groups = {
            name: [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            for name, pid in pids.items()
        }

    def read(self) -> Reading:
        cpu_s: dict[str, float] = {}
        for name, group in self._groups.items():
            times = [process.cpu_times() for process in group]
            cpu_s[name] = sum(one.user + one.system for one in times)
        worker = max(self._groups["app"], key=lambda process: process.memory_info().rss)
        rss_mb = worker.memory_info().rss / 2**20
        return Reading(time.time(), cpu_s, rss_mb, _waited_s(worker.pid))


def _waited_s(pid: int) -> float:
    """How long a process's main thread was ready to run and did not; 0 where Linux is not."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except OSError:
        return 0.0


def cores(before: Reading, after: Reading) -> dict[str, float]:
    """Cores that each process used between two readings."""
    elapsed_s = after.at - before.at
    return {name: (after.cpu_s[name] - used) / elapsed_s for name, used in before.cpu_s.items()}


def sent_moments(port: int) -> dict[int, list[float]]:
    """When the model sent each token of each stream since it was last asked."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/sent")
        sent = json.loads(connection.getresponse().read())
    finally:
        connection.close()
    return {int(number): moments for number, moments in sent.items()}


def lags_ms(shown: Shown, sent: Sequence[float]) -> list[float]:
    """How long each token with a letter or digit took to its page; the others cannot be told.

    Raises:
        RuntimeError: a token never came.
    """
    counts = [count for _, count in shown.arrivals]
    # What a page shows may shrink for a moment while an open block is parsed anew.
    for place in range(1, len(counts)):
        counts[place] = max(counts[place], counts[place - 1])
    lags: list[float] = []
    upto = 0
    for token, moment in zip(tokens_of(shown.number, len(sent)), sent, strict=True):
        size = len(letters(token))
        upto += size
        first = bisect_left(counts, upto)
        if first == len(counts):
            raise RuntimeError(f"a page never showed letter {upto} of stream {shown.number}")
        if size:
            lags.append((shown.arrivals[first][0] - moment) * 1000)
    return lags


async def whole_rows(database_url: str, interviews: Sequence[str], tokens: int) -> int:
    """How many of these interviews have one call, complete, with all its tokens and its text.

    Waits for calls that still run: a page may be told the end of a draft before it is settled.
    """
    until = time.monotonic() + SETTLED_WITHIN_S
    database = Database(database_url)
    try:
        while True:
            async with database.read() as session:
                rows = await session.exec(
                    select(LlmCall, Draft.text)
                    .join(Draft, col(Draft.llm_call_id) == LlmCall.id)
                    .where(col(LlmCall.subject_id).in_(interviews))
                )
                calls = rows.all()
            running = any(call.status == CallStatus.RUNNING for call, _ in calls)
            if not running or time.monotonic() > until:
                break
            await asyncio.sleep(0.1)
    finally:
        await database.aclose()
    if len(calls) != len({call.subject_id for call, _ in calls}):
        raise RuntimeError("an interview has more than one call")
    return sum(
        call.status == CallStatus.COMPLETE
        and call.completion_tokens == tokens
        and text == "".join(tokens_of(number_of(text), tokens))
        for call, text in calls
    )
