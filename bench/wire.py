"""Bytes on the socket and time to the screen, of one answer of 400 tokens at 80 tokens a second."""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from bench import machine
from bench.app import served_app, served_naive_app
from bench.browser import Visitor, Watched, chromium, visitor
from bench.frames import breakdown
from bench.lag import token_lags
from tests.upstream import Scenario, Upstream, feedback_tokens

TOKENS = feedback_tokens(400)
TOKENS_PER_SECOND = 80
CHARACTERS = len("".join(TOKENS))
CITED_TOKENS = tuple(
    f"{token} [{1 + number % 3}]" if token.rstrip().endswith(".") else token
    for number, token in enumerate(TOKENS)
)
"""The same answer with the lines of the notes that each sentence rests on."""

MAX_BYTES_PER_CHARACTER = 9.0
MAX_FIRST_MS = 25.0
MAX_P50_MS = 20.0
MAX_P95_MS = 40.0

_LEFT_OUT = (
    "the network: browser, app and model are on this machine, over loopback",
    "the display: a token counts as on the screen when its frame was laid out and painted",
    "tokens without a letter or digit, which nobody can see appear (bytes count them)",
    "TCP and IP headers; the requests that the browser sends",
    "the naive app does no sign-in, admission, ledger, checkpoints, history, Stop or recovery",
)


@dataclass(frozen=True, slots=True)
class Measured:
    """One answer as a browser received it."""

    frames: int
    payload_per_character: float
    wire_per_character: float
    first_ms: float
    """Of the first token."""
    p50_ms: float
    p95_ms: float
    max_ms: float
    to_browser_ms: float
    """Median, from the model to the browser's socket."""
    in_browser_ms: float
    """Median, from there to the screen."""


_ROWS: tuple[tuple[str, Callable[[Measured], float], str], ...] = (
    ("bytes per character (payload)", lambda m: m.payload_per_character, "{:.1f}"),
    ("bytes per character (with frame headers)", lambda m: m.wire_per_character, "{:.1f}"),
    ("frames", lambda m: m.frames, "{:.0f}"),
    ("first token's lag, ms", lambda m: m.first_ms, "{:.1f}"),
    ("token lag p50, ms", lambda m: m.p50_ms, "{:.1f}"),
    ("token lag p95, ms", lambda m: m.p95_ms, "{:.1f}"),
    ("token lag max, ms", lambda m: m.max_ms, "{:.1f}"),
    ("  model to browser, p50, ms", lambda m: m.to_browser_ms, "{:.1f}"),
    ("  browser to screen, p50, ms", lambda m: m.in_browser_ms, "{:.1f}"),
)


def add_options(parser: argparse._ArgumentGroup) -> None:
    parser.add_argument("--runs", type=int, default=3, help="answers of each app (default 3)")
    parser.add_argument("--flush-ms", type=int, default=40, help="STREAM_FLUSH_MS (default 40)")
    parser.add_argument("--breakdown", action="store_true", help="show where the bytes go")


def run(options: argparse.Namespace) -> list[str]:
    """Measure both apps in turn in the same browser; the goals missed, a sentence each."""
    scenario = Scenario(tokens=TOKENS, tokens_per_second=TOKENS_PER_SECOND)
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="debrief-bench-")))
        upstream = stack.enter_context(Upstream())
        upstream.play(scenario)
        print("Building and starting the app and the naive app", flush=True)
        changes = {"STREAM_FLUSH_MS": str(options.flush_ms)}
        app = stack.enter_context(served_app(home, upstream.base_url, options.runs + 2, changes))
        naive = stack.enter_context(served_naive_app(home, upstream.base_url))
        browser = stack.enter_context(chromium())
        facts = machine.facts(browser.version)
        ours = stack.enter_context(visitor(browser))
        theirs = stack.enter_context(visitor(browser))
        ours.sign_in(app.address, app.person.email, app.person.password)
        answers: dict[str, list[Watched]] = {"app": [], "naive": []}
        measured: dict[str, list[Measured]] = {"app": [], "naive": []}
        *interviews, cited_interview = app.person.interviews
        for interview in interviews:
            url = f"{app.address}/interviews/{interview}"
            for name, who, at in (("app", ours, url), ("naive", theirs, naive)):
                watched = _answer(who, at)
                answers[name].append(watched)
                measured[name].append(_measure(watched, _sent_at(upstream)))
        upstream.play(Scenario(tokens=CITED_TOKENS, tokens_per_second=TOKENS_PER_SECOND))
        cited = _answer(ours, f"{app.address}/interviews/{cited_interview}")
        upstream.wait_until_idle()
    cited_size = sum(frame.size for frame in cited.frames) / CHARACTERS
    marks = sum(token != plain for token, plain in zip(CITED_TOKENS, TOKENS, strict=True))
    # The first of each was a warm-up.
    measured = {name: runs[1:] for name, runs in measured.items()}
    _print_table(measured, facts, compressed=answers["app"][-1].compressed)
    print(f"\nWith {marks} citations in it: {cited_size:.1f} bytes per character (payload).")
    if options.breakdown:
        for name, watched in answers.items():
            _print_breakdown(name, watched[-1])
    return _missed(measured["app"], cited_size)


def _answer(who: Visitor, url: str) -> Watched:
    who.page.bring_to_front()
    return who.watch_answer(url)


def _sent_at(upstream: Upstream) -> list[float]:
    state = upstream.wait_until_idle()
    return state.requests[-1].sent_at


def _measure(watched: Watched, sent_at: Sequence[float]) -> Measured:
    lags = token_lags(TOKENS, sent_at, watched.samples, watched.frames)
    total = [lag.total * 1000 for lag in lags]
    return Measured(
        frames=len(watched.frames),
        payload_per_character=sum(frame.size for frame in watched.frames) / CHARACTERS,
        wire_per_character=sum(frame.wire_size for frame in watched.frames) / CHARACTERS,
        first_ms=total[0],
        p50_ms=median(total),
        p95_ms=quantiles(total, n=20)[-1],
        max_ms=max(total),
        to_browser_ms=median(lag.to_browser for lag in lags) * 1000,
        in_browser_ms=median(lag.in_browser for lag in lags) * 1000,
    )


def _print_table(measured: dict[str, list[Measured]], facts: str, *, compressed: bool) -> None:
    runs = len(measured["app"])
    print(f"\n{__doc__}")
    print(
        f"{CHARACTERS} characters; medians of {runs} runs after a warm-up, taken in turn. {facts}"
    )
    if compressed:
        print("The socket compresses: fewer bytes than these travel.")
    print(f"\n{'':<42}{'app':>9}{'naive':>9}{'ratio':>8}   each run of the app")
    for label, value, form in _ROWS:
        ours, theirs = (median(value(m) for m in measured[name]) for name in ("app", "naive"))
        each = " ".join(form.format(value(m)) for m in measured["app"])
        ratio = f"{theirs / ours:.1f}" if ours else "-"
        print(f"{label:<42}{form.format(ours):>9}{form.format(theirs):>9}{ratio:>8}   {each}")
    print("\nLeft out:")
    for sentence in _LEFT_OUT:
        print(f"- {sentence}")


def _print_breakdown(name: str, watched: Watched) -> None:
    print(f"\nBytes of the last answer, {name}:")
    for what, share in breakdown(watched.frames)[:20]:
        per_character = share.size / CHARACTERS
        print(f"{share.size:>9}  {per_character:>6.2f} per character  {share.times:>4} ×  {what}")


def _missed(measured: Sequence[Measured], cited_size: float) -> list[str]:
    size = max(cited_size, median(m.payload_per_character for m in measured))
    missed: list[str] = []
    if size > MAX_BYTES_PER_CHARACTER:
        missed.append(
            f"Missed: {size:.1f} bytes per character, the goal is {MAX_BYTES_PER_CHARACTER:.0f}."
        )
    for what, value, goal_ms in (
        ("the first token's lag", lambda m: m.first_ms, MAX_FIRST_MS),
        ("token lag p50", lambda m: m.p50_ms, MAX_P50_MS),
        ("token lag p95", lambda m: m.p95_ms, MAX_P95_MS),
    ):
        lag_ms = median(map(value, measured))
        if lag_ms > goal_ms:
            missed.append(f"Missed: {what} is {lag_ms:.1f} ms, the goal is {goal_ms:.0f} ms.")
    return missed
