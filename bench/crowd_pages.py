"""`python -m bench.crowd_pages`: the people of the `crowd` benchmark, one open page each.

Takes an `Order` as a line of JSON, loads every page and says `ready`; the next line lets the people
click. Says `done` when every page has shown the end of its draft and the order's file tells what
each received.
"""

import asyncio
import gc
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import aiohttp

from bench.crowd_script import letters, number_of, tokens_of
from bench.page_socket import PageSocket, changes, sign_of
from feedback_app.live.view import SLOTS

LOADED_AT_ONCE = 8
_LOADED = sign_of("loaded", True)
_COMPLETE = sign_of("phase", "complete")
_ENDED_BADLY = tuple(sign_of("phase", phase) for phase in ("error", "interrupted", "cancelled"))


@dataclass(frozen=True, slots=True)
class Visit:
    """Who opens which interview."""

    cookie: str
    interview_id: str


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be done."""

    address: str
    visits: list[Visit]
    tokens: int
    """Of each draft."""
    clicks_within_s: float
    ended_within_s: float
    """How long the drafts may take after the last click."""
    results: str
    """The file that takes a list of `Shown` as JSON."""

    @staticmethod
    def parse(line: str) -> "Order":
        fields = json.loads(line)
        return Order(**{**fields, "visits": [Visit(**visit) for visit in fields["visits"]]})


@dataclass(frozen=True, slots=True)
class Shown:
    """What one page received of its draft."""

    number: int
    """The stream it was."""
    is_whole: bool
    """Whether the draft in the editor is exactly what the stream sent."""
    frames: int
    size: int
    """Bytes of the frames as UTF-8."""
    arrivals: list[tuple[float, int]]
    """When, in Unix seconds, how many letters of the draft had come."""


async def _load(
    session: aiohttp.ClientSession, order: Order, visit: Visit, turn: asyncio.Semaphore
) -> PageSocket:
    async with turn:
        path, query = f"/interviews/{visit.interview_id}", {"interview_id": visit.interview_id}
        page = await PageSocket.open(session, order.address, visit.cookie, path, query)
        await page.wait_for(_LOADED)
        return page


async def _watch(page: PageSocket, visit: Visit, delay_s: float) -> None:
    """Click after a while and read until the draft has ended."""

    async def click() -> None:
        await asyncio.sleep(delay_s)
        await page.send("l.generate", {"subject_id": visit.interview_id})

    clicking = asyncio.create_task(click())
    payload = ""
    while _COMPLETE not in payload:
        payload = await page.receive()
        if any(sign in payload for sign in _ENDED_BADLY):
            raise RuntimeError(f"a draft did not complete: {payload[:2000]}")
    await clicking


class _Screen:
    """The letters that a page shows of its draft."""

    def __init__(self) -> None:
        names = [*(f"b{number}" for number in range(SLOTS)), "o", "h0", "h1", "h2", "h3", "t"]
        self._shown = dict.fromkeys(names, "")

    def apply(self, changed: dict[str, Any]) -> str:
        """All letters shown after this change."""
        for name in self._shown.keys() & changed.keys():
            self._shown[name] = letters("".join(_texts(changed[name])))
        return "".join(self._shown.values())


def _texts(value: Any) -> list[str]:
    """The texts in a tail, in runs `[text, marks, address]` or blocks `[kind, marker, runs]`."""
    if isinstance(value, str):
        return [value]
    return [run[0] for item in value for run in (item[2] if isinstance(item[2], list) else [item])]


def _shown(page: PageSocket, count: int) -> Shown:
    updates = [(at, changes(payload)) for at, payload in page.frames]
    screen, seen, arrivals = _Screen(), "", []
    for at, states in updates:
        if "l" in states:
            seen = screen.apply(states["l"])
            arrivals.append((at, seen))
    number = number_of(seen)
    answer = letters("".join(tokens_of(number, count)))
    for _, shown in arrivals:
        if not answer.startswith(shown):
            raise RuntimeError(f"stream {number} showed what was never sent: {shown[-80:]!r}")
    size = sum(len(payload.encode()) for _, payload in page.frames)
    lengths = [(at, len(shown)) for at, shown in arrivals]
    return Shown(number, seen == answer, len(page.frames), size, lengths)


async def _visit() -> tuple[Order, list[PageSocket]]:
    order = Order.parse(await asyncio.to_thread(sys.stdin.readline))
    gc.disable()
    turn = asyncio.Semaphore(LOADED_AT_ONCE)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:
        pages = await asyncio.gather(
            *(_load(session, order, visit, turn) for visit in order.visits)
        )
        print("ready", flush=True)
        # Those that nobody watches yet are pinged, too: this wait is much shorter.
        await asyncio.to_thread(sys.stdin.readline)
        for page in pages:
            page.frames.clear()
        gap_s = order.clicks_within_s / len(pages)
        async with asyncio.timeout(order.clicks_within_s + order.ended_within_s):
            await asyncio.gather(
                *(
                    _watch(page, visit, gap_s * place)
                    for place, (page, visit) in enumerate(zip(pages, order.visits, strict=True))
                )
            )
        for page in pages:
            await page.close()
    return order, pages


def main() -> None:
    order, pages = asyncio.run(_visit())
    shown = [asdict(_shown(page, order.tokens)) for page in pages]
    Path(order.results).write_text(json.dumps(shown))
    print("done", flush=True)


if __name__ == "__main__":
    main()
