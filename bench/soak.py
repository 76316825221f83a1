"""What is left after long use, one client of twenty hostile: memory, tasks, connections."""

import argparse
import asyncio
import json
import re
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

from bench import machine
from bench.app import CrowdedApp, crowded_app
from bench.hostile_load import KINDS
from bench.processes import held_by, start, stop
from tests.auditing import findings_in
from tests.upstream import Scenario, Upstream, feedback_tokens

PEOPLE, HOSTILE = 38, 2
MINUTES = 20.0
TABS_KEPT_S = 30.0
REST_S = 75.0
"""Longer than anything is kept of who is gone: idle connections, ended drafts, states of tabs."""
EACH_KIND_S = 30.0
WARM_UP_S = EACH_KIND_S * len(KINDS)
"""One round of every kind: what a kind makes the app hold for good is held before, too."""
MAX_CHANGE = 0.05

_TOLD = re.compile(r"(\d+) pages open, (\d+) unread, (\d+) tasks")


@dataclass(frozen=True, slots=True)
class Resting:
    """What the app holds while nobody uses it."""

    memory_mb: float
    files: int
    sockets: int
    threads: int
    pages: int
    tasks: int


def add_options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--minutes", type=float, default=MINUTES, help="of use (default 20)")


def run(options: argparse.Namespace) -> list[str]:
    """Use the app for a while; the goals missed, a sentence each."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="debrief-bench-")))
        upstream = stack.enter_context(Upstream())
        upstream.play(Scenario(tokens=feedback_tokens(120), tokens_per_second=80))
        print("Building and starting the app", flush=True)
        changes = {"LOG_LEVEL": "DEBUG", "TAB_STATES_KEPT_S": f"{TABS_KEPT_S:g}"}
        app = stack.enter_context(crowded_app(home, upstream.base_url, PEOPLE, changes))
        people = home / "people.jsonl"
        people.write_text("".join(json.dumps(person) + "\n" for person in app.people))
        _use(app, people, WARM_UP_S, [])
        before = _at_rest(app, home / "app.log")
        print(f"Using it for {options.minutes:g} minutes", flush=True)
        memory: list[float] = []
        used, attacked = _use(app, people, options.minutes * 60, memory)
        after = _at_rest(app, home / "app.log")
        findings = asyncio.run(findings_in(app.database_url))
    print(f"\n{machine.facts()}\n")
    print(f"people: {json.dumps(used)}; hostile clients: {json.dumps(attacked)}")
    print(f"\n{'at rest':<14}{'before':>10}{'after':>10}")
    missed: list[str] = []
    for name in Resting.__slots__:
        first, last = float(getattr(before, name)), float(getattr(after, name))
        print(f"{name:<14}{first:>10.0f}{last:>10.0f}")
        if last > first * (1 + MAX_CHANGE) + 1:
            missed.append(f"soak: {name} went from {first:.0f} to {last:.0f}")
    print(f"memory while used, MB, each {EACH_KIND_S:g} s: {' '.join(f'{m:.0f}' for m in memory)}")
    print(f"findings of the ledger's audit: {len(findings)}")
    missed += [f"soak: the audit found {finding.sentence}" for finding in findings]
    if used.get("failed"):
        missed.append(f"soak: {used['failed']} visits failed")
    return missed


def _use(
    app: CrowdedApp, people: Path, seconds: float, memory: list[float]
) -> tuple[dict[str, int], dict[str, int]]:
    """Let people and hostile clients work; what each did. `memory` gets its MB at each change."""
    until = time.monotonic() + seconds
    working = start("bench.soak_people", app.address, str(people))
    attacked: dict[str, int] = {}
    for kind in cycle(KINDS):
        if time.monotonic() >= until:
            break
        hostile = start("bench.hostile_load", app.address, kind, str(HOSTILE))
        time.sleep(max(0.0, min(EACH_KIND_S, until - time.monotonic())))
        memory.append(held_by(app.pid).memory_mb)
        for name, number in json.loads(stop(hostile)).items():
            attacked[name] = attacked.get(name, 0) + number
    return json.loads(stop(working)), attacked


def _at_rest(app: CrowdedApp, log: Path) -> Resting:
    time.sleep(REST_S)
    held = held_by(app.pid)
    pages, _, tasks = map(int, _TOLD.findall(log.read_text(errors="replace"))[-1])
    return Resting(held.memory_mb, held.files, held.sockets, held.threads, pages, tasks)
