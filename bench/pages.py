"""How soon pages show something and are ready, opened cold over a slow line on a slow machine."""

import argparse
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import machine
from bench.app import DemoApp, demo_app
from bench.browser import chromium
from bench.page_watch import (
    CPU_SLOWDOWN,
    LATENCY_MS,
    LINE_MBIT_S,
    Opened,
    open_cold,
)
from feedback_app import routes
from tests.upstream import Upstream

MAX_PAINT_MS = 1300
MAX_SHIFT = 0.0005
"""Less than this is printed as 0.000."""


@dataclass(frozen=True, slots=True)
class PageGoal:
    """A page, what on it is its own content, and how soon that must be there."""

    name: str
    path: str
    selector: str
    cookie: str
    ready_ms: float | None = None


def add_options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument(
        "--openings", type=int, default=3, help="of each page, in turn (default %(default)s)"
    )


def run(options: argparse.Namespace) -> list[str]:
    """Open every page in turn, as often as asked; print medians; the goals missed."""
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="debrief-bench-")))
        upstream = stack.enter_context(Upstream())
        print("Building and starting the app", flush=True)
        app = stack.enter_context(demo_app(home, upstream.base_url))
        browser = stack.enter_context(chromium())
        facts = machine.facts(browser.version)
        pages = _pages(app)
        opened: dict[str, list[Opened]] = {page.name: [] for page in pages}
        # The first opening of all is a warm-up: of the server, not of the browser's cache.
        for _ in range(options.openings + 1):
            for page in pages:
                opened[page.name].append(
                    open_cold(browser, app.address, page.path, page.selector, page.cookie)
                )
    measured = {name: runs[1:] for name, runs in opened.items()}
    _print_table(measured, facts)
    missed = [sentence for page in pages for sentence in _missed(page, measured[page.name])]
    uncached = {path for runs in measured.values() for one in runs for path in one.uncached}
    if uncached:
        missed.append(
            f"Missed: {len(uncached)} files with a hash in their name, such as {min(uncached)}, "
            "are asked for again at each visit."
        )
    return missed


def _pages(app: DemoApp) -> tuple[PageGoal, ...]:
    interview = routes.interview
    return (
        PageGoal("sign-in", routes.LOGIN, "input[name=time_zone]", ""),
        PageGoal("list", routes.INTERVIEWS, "#interview-list", app.interviewer),
        PageGoal(
            "interview mode", interview(app.undrafted), "#generate-feedback", app.interviewer, 2200
        ),
        PageGoal(
            "  with a draft",
            interview(app.drafted),
            "#live-feedback :is(p, h2, h3, li)",
            app.interviewer,
            2200,
        ),
        PageGoal("usage", routes.ADMIN_USAGE, "#usage-dashboard", app.admin, 3000),
        PageGoal("limits", routes.ADMIN_LIMITS, "#limits-page", app.admin),
        PageGoal("job list", routes.ADMIN_HIRING, "#job-list", app.admin),
    )


def _print_table(measured: dict[str, list[Opened]], facts: str) -> None:
    runs = len(next(iter(measured.values())))
    print(f"\n{__doc__}")
    print(
        f"{LINE_MBIT_S} Mbit/s, {LATENCY_MS} ms, processor {CPU_SLOWDOWN} times slower; "
        f"medians of {runs} after a warm-up, pages in turn. {facts}"
    )
    print(f"\n{'':<16}{'paint, ms':>10}{'ready, ms':>10}{'kB':>7}{'requests':>10}{'shift':>8}")
    for name, opened in measured.items():
        print(
            f"{name:<16}{median(o.paint_ms for o in opened):>10.0f}"
            f"{median(o.ready_ms for o in opened):>10.0f}"
            f"{median(o.kilobytes for o in opened):>7.0f}"
            f"{median(o.requests for o in opened):>10.0f}"
            f"{median(o.shift for o in opened):>8.3f}"
        )


def _missed(page: PageGoal, opened: Sequence[Opened]) -> list[str]:
    name = page.name.strip()
    paint_ms = median(one.paint_ms for one in opened)
    ready_ms = median(one.ready_ms for one in opened)
    shift = median(one.shift for one in opened)
    missed: list[str] = []
    if paint_ms > MAX_PAINT_MS:
        missed.append(f"Missed: {name} paints after {paint_ms:.0f} ms, goal {MAX_PAINT_MS} ms.")
    if page.ready_ms is not None and ready_ms > page.ready_ms:
        missed.append(f"Missed: {name} is ready after {ready_ms:.0f} ms, goal {page.ready_ms} ms.")
    if shift >= MAX_SHIFT:
        missed.append(f"Missed: {name} shifts its layout by {shift:.3f}, goal 0.")
    return missed
