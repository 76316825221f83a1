"""What strangers cost: the app's memory and other people's time while hostile clients work."""

import argparse
import json
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles

from bench import machine
from bench.app import crowded_app
from bench.hostile_load import KINDS
from bench.processes import held_by, start, stop
from tests.upstream import Upstream

SOCKETS = 300
IDLE = 2_000
BEFORE_S, DURING_S, AFTER_S = 8.0, 25.0, 60.0

MAX_GROWTH_MB = 100.0
MAX_LEFT_MB = 20.0
MAX_P95_MS = 100.0

_LEFT_OUT = (
    "addresses: all hostile clients come from one, over loopback",
    "processors: clients, probe and app share this machine's",
    "a proxy: the app itself is attacked, which operations.md does not let strangers reach",
)


@dataclass(frozen=True, slots=True)
class Took:
    """How long somebody else waited, in ms."""

    event: float
    healthz: float


def add_options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--kinds", default=",".join(KINDS), help="of: " + ", ".join(KINDS))
    parser.add_argument("--sockets", type=int, default=SOCKETS, help="of each kind (default 300)")
    parser.add_argument("--idle", type=int, default=IDLE, help="idle connections (default 2,000)")
    parser.add_argument("--after-s", type=float, default=AFTER_S, help="rest before the last look")


def run(options: argparse.Namespace) -> list[str]:
    """Attack for a while; the goals missed, a sentence each."""
    kinds = [kind for kind in options.kinds.split(",") if kind]
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="debrief-bench-")))
        upstream = stack.enter_context(Upstream())
        print("Building and starting the app", flush=True)
        app = stack.enter_context(crowded_app(home, upstream.base_url, 1, {}))
        probe = start("bench.crowd_probe", app.address, app.people[0][0])
        time.sleep(BEFORE_S)
        at_first = held_by(app.pid).memory_mb
        began = time.time()
        hostile = {
            kind: start(
                "bench.hostile_load",
                app.address,
                kind,
                str(options.idle if kind == "idle" else options.sockets),
            )
            for kind in kinds
        }
        at_work = time.time()
        most = at_first
        while time.time() < at_work + DURING_S:
            most = max(most, held_by(app.pid).memory_mb)
            time.sleep(0.25)
        ended = time.time()
        counts = {kind: json.loads(stop(process)) for kind, process in hostile.items()}
        time.sleep(options.after_s)
        left = held_by(app.pid).memory_mb
        took = json.loads(stop(probe))
        log_kb = (home / "app.log").stat().st_size / 1000
    before = _took(took, began - BEFORE_S, began)
    during = _took(took, began, ended)
    print(f"\n{machine.facts()}\n")
    columns = ("connections", "refused", "ended", "messages")
    print(f"{'hostile clients':<16}" + "".join(f"{name:>13}" for name in ("asked for", *columns)))
    for kind, count in counts.items():
        wanted = options.idle if kind == "idle" else options.sockets
        row = (wanted, *(count.get(name, 0) for name in columns))
        print(f"{kind:<16}" + "".join(f"{number:>13,}" for number in row))
    print(f"\n{'':<28}{'before':>10}{'during':>10}{'after':>10}")
    print(f"{'memory of the app, MB':<28}{at_first:>10.0f}{most:>10.0f}{left:>10.0f}")
    print(f"{'another event, p95, ms':<28}{before.event:>10.1f}{during.event:>10.1f}")
    print(f"{'/healthz, p95, ms':<28}{before.healthz:>10.1f}{during.healthz:>10.1f}")
    print(f"{'log written, kB':<28}{'':>20}{log_kb:>10.0f}")
    print("\nLeft out:\n" + "\n".join(f"- {what}" for what in _LEFT_OUT))
    return _missed(most - at_first, left - at_first, during)


def _missed(grew_mb: float, left_mb: float, during: Took) -> list[str]:
    goals = (
        ("the app's memory grew by", grew_mb, MAX_GROWTH_MB, "MB"),
        ("afterwards it held more than before by", left_mb, MAX_LEFT_MB, "MB"),
        ("another person's event took (p95)", during.event, MAX_P95_MS, "ms"),
        ("/healthz took (p95)", during.healthz, MAX_P95_MS, "ms"),
    )
    return [
        f"hostile: {what} {value:.0f} {unit}; the goal is {most:.0f}"
        for what, value, most, unit in goals
        if value > most
    ]


def _took(took: dict[str, list[list[float]]], since: float, until: float) -> Took:
    """The 95th percentiles of what began between two Unix times."""

    def p95(name: str) -> float:
        within = [ms for at, ms in took[name] if since <= at < until]
        return quantiles(within, n=20)[-1] if len(within) > 1 else float("inf")

    return Took(p95("event"), p95("healthz"))
