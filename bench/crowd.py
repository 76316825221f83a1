"""Up to 200 drafts at once, 50 tokens a second each, and how other requests fare meanwhile."""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median

from bench import machine
from bench.app import CrowdedApp, crowded_app
from bench.crowd_level import (
    Level,
    Processes,
    Spread,
    cores,
    lags_ms,
    sent_moments,
    whole_rows,
)
from bench.crowd_pages import Order, Shown, Visit
from bench.crowd_script import TOKENS_PER_SECOND, tokens_of
from feedback_app.core.settings import ROOT

MAX_LAG_P95_MS = 300.0
LAG_GOAL_AT = 200
MAX_REQUEST_RATIO = 1.5
ALWAYS_GOOD_MS = 10.0
"""Whatever the ratio: nobody can tell this from idle."""
REQUEST_GOAL_AT = 100
MAX_FLOOR_RATIO = 1.6
FLOOR_GOAL_AT = 200

MUCH_WAITING = 0.2

_IDLE_S = 4.0
_CLICKS_WITHIN_S = 2.0
_ENDED_WITHIN_S = 90.0
_SETTLED_S = 1.0
"""After the last page was loaded, before idle is measured."""

_LEFT_OUT = (
    "the network and the browser: pages are programs that speak Reflex's socket over loopback",
    "signing in: sessions are made in the database beforehand",
    "Redis and more than one worker: the app runs as `make run` starts it, on SQLite",
    "tokens without a letter or digit, whose moment on the page cannot be told (their bytes count)",
)


def add_options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--levels",
        type=lambda text: [int(one) for one in text.split(",")],
        default=[1, 50, 100, 200],
        help="numbers of drafts at once (default 1,50,100,200)",
    )
    parser.add_argument("--seconds", type=int, default=12, help="length of a draft (default 12)")


def run(options: argparse.Namespace) -> list[str]:
    """Measure each level in turn; the goals missed, a sentence each."""
    tokens = options.seconds * TOKENS_PER_SECOND
    levels: list[Level] = []
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="debrief-bench-")))
        model, told = stack.enter_context(_helper("crowd_model", str(tokens)))
        port = int(told)
        print("Building and starting the app", flush=True)
        people = sum(options.levels) + len(options.levels)
        upstream = f"http://127.0.0.1:{port}/v1"
        app = stack.enter_context(crowded_app(home, upstream, people, {}))
        facts = machine.facts()
        left = iter(app.people)
        for streams in options.levels:
            print(f"Measuring {streams} at once", flush=True)
            visits = [Visit(*next(left)) for _ in range(streams)]
            probe_cookie, _ = next(left)
            level = _Level(home, app, model, port, tokens).measure(visits, probe_cookie)
            levels.append(replace(level, floor=_floor(port, streams, tokens)))
    _print_table(levels, facts, options.seconds)
    return _missed(levels)


def _floor(port: int, streams: int, tokens: int) -> float:
    """Cores that a bare program uses which only passes on as many streams (`crowd_floor`)."""
    with ExitStack() as stack:
        floor, told = stack.enter_context(_helper("crowd_floor", "serve", str(port)))
        readers, _ = stack.enter_context(
            _helper(
                "crowd_floor",
                "read",
                told,
                str(streams),
                f"{_CLICKS_WITHIN_S:g}",
                expected="ready",
            )
        )
        processes = Processes(app=floor.pid)
        _tell(readers)
        time.sleep(_CLICKS_WITHIN_S + 1)
        all_run = processes.read()
        time.sleep(tokens / TOKENS_PER_SECOND - _CLICKS_WITHIN_S - 2)
        still = processes.read()
        _hear(readers, "done")
    sent_moments(port)
    return cores(all_run, still)["app"]


class _Level:
    """One level being measured."""

    def __init__(
        self, home: Path, app: CrowdedApp, model: subprocess.Popen[str], port: int, tokens: int
    ) -> None:
        self._home, self._app, self._model, self._port = home, app, model, port
        self._tokens = tokens

    def measure(self, visits: list[Visit], probe_cookie: str) -> Level:
        streams = len(visits)
        before = Processes(app=self._app.pid).read()
        results = self._home / f"shown-{streams}.json"
        order = Order(
            self._app.address,
            visits,
            self._tokens,
            _CLICKS_WITHIN_S,
            self._tokens / TOKENS_PER_SECOND + _ENDED_WITHIN_S,
            str(results),
        )
        with ExitStack() as stack:
            pages, _ = stack.enter_context(
                _helper("crowd_pages", line=json.dumps(asdict(order)), expected="ready")
            )
            probe, _ = stack.enter_context(
                _helper("crowd_probe", self._app.address, probe_cookie, expected="ready")
            )
            processes = Processes(
                app=self._app.pid, model=self._model.pid, pages=pages.pid, probe=probe.pid
            )
            time.sleep(_SETTLED_S)
            idle_from = time.time()
            time.sleep(_IDLE_S)
            idle_to = time.time()
            _tell(pages)
            time.sleep(_CLICKS_WITHIN_S + 1)
            all_run = processes.read()
            time.sleep(self._tokens / TOKENS_PER_SECOND - _CLICKS_WITHIN_S - 2)
            still = processes.read()
            _hear(pages, "done")
            load = os.getloadavg()[0]
            _tell(probe)
            took = json.loads(_hear(probe))
        shown = [Shown(**fields) for fields in json.loads(results.read_text())]
        sent = sent_moments(self._port)
        lags = [lag for page in shown for lag in lags_ms(page, sent[page.number])]
        rows = asyncio.run(
            whole_rows(
                self._app.database_url, [visit.interview_id for visit in visits], self._tokens
            )
        )
        characters = sum(len("".join(tokens_of(page.number, self._tokens))) for page in shown)
        lasted_s = [moments[-1] - moments[0] for moments in sent.values()]
        busy = {kind: _within(took[kind], all_run.at, still.at) for kind in took}
        idle = {kind: _within(took[kind], idle_from, idle_to) for kind in took}
        return Level(
            streams=streams,
            lag=Spread.of(lags),
            pace=(self._tokens - 1) / median(lasted_s),
            event_idle=Spread.of(idle["event"]),
            event=Spread.of(busy["event"]),
            healthz_idle=Spread.of(idle["healthz"]),
            healthz=Spread.of(busy["healthz"]),
            cores=cores(all_run, still),
            kept_waiting=(still.waited_s - all_run.waited_s) / (still.at - all_run.at),
            rss_mb=still.rss_mb,
            rss_per_stream_mb=(still.rss_mb - before.rss_mb) / streams,
            flushes_per_s=sum(page.frames for page in shown) / sum(lasted_s),
            bytes_per_character=sum(page.size for page in shown) / characters,
            lost=streams - min(rows, sum(page.is_whole for page in shown), len(sent)),
            load=load,
        )


@contextmanager
def _helper(
    name: str, *arguments: str, line: str = "", expected: str = ""
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process of this benchmark and the first line it says; `line` is told it before."""
    process = subprocess.Popen(
        [sys.executable, "-m", f"bench.{name}", *arguments],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        if line:
            _tell(process, line)
        yield process, _hear(process, expected)
    finally:
        process.kill()
        process.communicate()


def _tell(process: subprocess.Popen[str], line: str = "go") -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


def _hear(process: subprocess.Popen[str], expected: str = "") -> str:
    """The next line a process says.

    Raises:
        RuntimeError: it ended, or says something other than `expected`.
    """
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line or (expected and line != expected):
        raise RuntimeError(f"a process of the benchmark failed: {line or process.wait()}")
    return line


def _within(took: Sequence[tuple[float, float]], begin: float, end: float) -> list[float]:
    return [ms for at, ms in took if begin <= at <= end]


def _two(spread: Spread) -> str:
    return f"{spread.p50:.1f} / {spread.p95:.1f}"


def _cores(name: str) -> Callable[[Level], str]:
    return lambda level: f"{level.cores[name]:.2f}"


_ROWS: tuple[tuple[str, Callable[[Level], str]], ...] = (
    ("drafts lost or incomplete", lambda v: str(v.lost)),
    ("tokens a second, each stream", lambda v: f"{v.pace:.1f}"),
    ("token lag p50, ms", lambda v: f"{v.lag.p50:.0f}"),
    ("token lag p95, ms", lambda v: f"{v.lag.p95:.0f}"),
    ("token lag p99, ms", lambda v: f"{v.lag.p99:.0f}"),
    ("page event p50 / p95, idle, ms", lambda v: _two(v.event_idle)),
    ("page event p50 / p95, ms", lambda v: _two(v.event)),
    ("  p95, times idle", lambda v: f"{v.event.p95 / v.event_idle.p95:.1f}"),
    ("GET /healthz p50 / p95, idle, ms", lambda v: _two(v.healthz_idle)),
    ("GET /healthz p50 / p95, ms", lambda v: _two(v.healthz)),
    ("  p95, times idle", lambda v: f"{v.healthz.p95 / v.healthz_idle.p95:.1f}"),
    ("flushes a second, each page", lambda v: f"{v.flushes_per_s:.1f}"),
    ("bytes per character", lambda v: f"{v.bytes_per_character:.1f}"),
    ("cores: app", _cores("app")),
    ("cores: a bare program that passes on", lambda v: f"{v.floor:.2f}"),
    ("  app, times that", lambda v: f"{v.cores['app'] / v.floor:.1f}"),
    ("cores: model", _cores("model")),
    ("cores: pages", _cores("pages")),
    ("cores: probe", _cores("probe")),
    ("app kept waiting for a core, %", lambda v: f"{v.kept_waiting * 100:.0f}"),
    ("app memory, MB", lambda v: f"{v.rss_mb:.0f}"),
    ("app memory per stream and page, MB", lambda v: f"{v.rss_per_stream_mb:.2f}"),
    ("load of the machine at the end", lambda v: f"{v.load:.1f}"),
)


def _print_table(levels: Sequence[Level], facts: str, seconds: int) -> None:
    print(f"\n{__doc__}")
    print(
        f"Each draft lasts {seconds} s; its person clicks within {_CLICKS_WITHIN_S:.0f} s. {facts}"
    )
    heads = "".join(f"{level.streams:>16}" for level in levels)
    print(f"\n{'drafts at once':<36}{heads}")
    for label, value in _ROWS:
        print(f"{label:<36}" + "".join(f"{value(level):>16}" for level in levels))
    print(f"\n{_limit(levels[-1])}\n\nLeft out:")
    for sentence in _LEFT_OUT:
        print(f"- {sentence}")


def _limit(level: Level) -> str:
    """What limits the level with the most streams, as the processors tell."""
    used, there = sum(level.cores.values()), float(os.cpu_count() or 1)
    app = level.cores["app"]
    seen = f"With {level.streams} at once the app used {app:.2f} cores, all of this {used:.2f}"
    if level.kept_waiting > MUCH_WAITING:
        waited = f"its event loop waited for a core {level.kept_waiting * 100:.0f} % of the time"
        return f"Limit: the machine. {seen} of {there:.0f}, and {waited}. Measure when it is quiet."
    if app + level.kept_waiting > 0.9:
        return f"Limit: the app's one event loop. {seen} of {there:.0f}."
    return f"No limit was reached. {seen} of {there:.0f}."


def _missed(levels: Sequence[Level]) -> list[str]:
    missed: list[str] = []
    for level in levels:
        if level.lost:
            missed.append(f"Missed: {level.lost} of {level.streams} drafts did not arrive whole.")
        if level.streams <= LAG_GOAL_AT and level.lag.p95 > MAX_LAG_P95_MS:
            missed.append(
                f"Missed: token lag p95 with {level.streams} at once is {level.lag.p95:.0f} ms, "
                f"the goal is {MAX_LAG_P95_MS:.0f} ms."
            )
        if level.streams == FLOOR_GOAL_AT and level.cores["app"] > MAX_FLOOR_RATIO * level.floor:
            missed.append(
                f"Missed: with {level.streams} at once the app uses "
                f"{level.cores['app'] / level.floor:.1f} times the cores of a bare program, the "
                f"goal is {MAX_FLOOR_RATIO:.1f} times."
            )
        if level.streams > REQUEST_GOAL_AT:
            continue
        for what, idle, busy in (
            ("page event", level.event_idle.p95, level.event.p95),
            ("GET /healthz", level.healthz_idle.p95, level.healthz.p95),
        ):
            goal = max(MAX_REQUEST_RATIO * idle, ALWAYS_GOOD_MS)
            if busy > goal:
                missed.append(
                    f"Missed: {what} p95 with {level.streams} at once is {busy:.1f} ms, "
                    f"the goal is {goal:.1f} ms."
                )
    return missed
