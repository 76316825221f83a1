"""The totals of a period in words, each beside how it changed against the period before."""

from decimal import Decimal
from typing import Literal

from feedback_app.core import money
from feedback_app.usage import labels
from feedback_app.usage.dashboard.schemas import Totals, Waste, change
from feedback_app.usage.dashboard.views import Tile, Trend

_Good = Literal["more", "less"] | None
"""Which way a figure should go; `None` where neither way is better."""

_LEAST_SHOWN = 0.0005
_TIMES_FROM = 10


def tiles(now: Totals, before: Totals, running: int) -> list[Tile]:
    """Every total, the dearest questions first."""
    return [
        _compared(
            Tile("usage-total-cost", "Cost", _total_cost(now), _cost_note(now)),
            now.cost_microusd,
            before.cost_microusd,
        ),
        _compared(
            Tile(
                "usage-total-calls",
                "Calls",
                f"{now.calls:,}",
                f"+ {running:,} running now" if running else "None running now",
            ),
            now.calls,
            before.calls,
        ),
        _compared(
            Tile("usage-total-tokens", "Tokens", f"{_tokens(now):,}", _estimated_note(now)),
            _tokens(now),
            _tokens(before),
        ),
        _compared(
            Tile(
                "usage-tokens-in",
                "Tokens in",
                f"{now.prompt_tokens:,}",
                f"{now.cached_tokens:,} of them cached",
            ),
            now.prompt_tokens,
            before.prompt_tokens,
        ),
        _compared(
            Tile(
                "usage-tokens-out",
                "Tokens out",
                f"{now.completion_tokens:,}",
                f"{now.reasoning_tokens:,} of them reasoning",
            ),
            now.completion_tokens,
            before.completion_tokens,
        ),
        _per_saved(now, before),
        _compared(
            Tile(
                "usage-latency",
                "Latency, median",
                labels.milliseconds(now.latency_p50_ms),
                _slowest(now.latency_p95_ms, before.latency_p95_ms),
            ),
            now.latency_p50_ms,
            before.latency_p50_ms,
            good="less",
        ),
        _compared(
            Tile(
                "usage-ttft",
                "First token, median",
                labels.milliseconds(now.ttft_p50_ms),
                _slowest(now.ttft_p95_ms, before.ttft_p95_ms),
            ),
            now.ttft_p50_ms,
            before.ttft_p50_ms,
            good="less",
        ),
        _compared(
            Tile(
                "usage-speed",
                "Speed",
                labels.NONE if now.tokens_per_second is None else f"{now.tokens_per_second:.0f}",
                "tokens a second while streaming",
            ),
            now.tokens_per_second,
            before.tokens_per_second,
            good="more",
        ),
        _share(
            Tile("usage-errors", "Error rate", *_rate(now.error_rate, now.failed, "failed")),
            now.error_rate,
            before.error_rate,
        ),
        _share(
            Tile("usage-stops", "Stop rate", *_rate(now.stop_rate, now.stopped, "stopped")),
            now.stop_rate,
            before.stop_rate,
        ),
        _wasted(now.waste, before.waste),
    ]


def _tokens(totals: Totals) -> int:
    return totals.prompt_tokens + totals.completion_tokens


def _total_cost(totals: Totals) -> str:
    """The sum of the known prices in dollars, or that none is known."""
    microusd = totals.cost_microusd
    if microusd is None:
        return "Unknown"
    if 0 < microusd < 100:
        return "< $0.0001"
    dollars = Decimal(microusd) / 1_000_000
    return f"${dollars:,.4f}" if 0 < dollars < 100 else f"${dollars:,.2f}"


def _cost_note(totals: Totals) -> str:
    if totals.unpriced:
        plus = "+ " if totals.cost_microusd is not None else ""
        return f"{plus}{labels.count(totals.unpriced, 'call')} of unknown cost"
    return "All prices known" if totals.calls else ""


def _estimated_note(totals: Totals) -> str:
    if totals.estimated:
        return f"≈ {labels.count(totals.estimated, 'call')} estimated"
    return "All counted by the provider" if totals.calls else ""


def _slowest(now: float | None, before: float | None) -> str:
    """The 95th percentile and what it was."""
    if now is None:
        return "No call has one"
    was = f", was {labels.milliseconds(before)}" if before is not None else ""
    return f"p95 {labels.milliseconds(now)}{was}"


def _rate(rate: float | None, number: int, what: str) -> tuple[str, str]:
    if rate is None:
        return labels.NONE, "No calls"
    return f"{rate:.1%}", f"{labels.count(number, 'call')} {what}"


def _per_saved(now: Totals, before: Totals) -> Tile:
    cost = now.cost_per_saved_microusd
    unknown = "Unknown" if now.saved else labels.NONE
    value = unknown if cost is None else money.dollars(cost)
    saved = f"{labels.count(now.saved, 'draft')} saved as feedback" if now.saved else "None saved"
    tile = Tile("usage-per-saved", "Per saved feedback", value, saved)
    return _compared(tile, cost, before.cost_per_saved_microusd, good="less")


def _wasted(now: Waste | None, before: Waste | None) -> Tile:
    if now is None:
        return Tile("usage-waste", "Wasted", "Unknown", "No price is known")
    parts = (
        (now.stopped_microusd, "stopped"),
        (now.failed_microusd, "failed"),
        (now.never_saved_microusd, "never saved"),
    )
    note = ", ".join(f"{money.dollars(amount)} {what}" for amount, what in parts if amount)
    tile = Tile("usage-waste", "Wasted", money.dollars(now.total_microusd), note or "Nothing")
    was = None if before is None else before.total_microusd
    return _compared(tile, now.total_microusd, was, good="less")


def _compared(tile: Tile, now: float | None, before: float | None, *, good: _Good = None) -> Tile:
    part = change(now, before)
    if part is None:
        return tile
    if abs(part) < _LEAST_SHOWN:
        return _changed(tile, "=", "as before", "")
    if part >= _TIMES_FROM:
        size = f"× {part + 1:,.0f}"
        return _changed(tile, f"↑ {size}", f"{part + 1:,.0f} times as much", _trend(part, good))
    size = f"{abs(part):.1%}" if abs(part) < 0.1 else f"{abs(part):.0%}"
    return _changed(tile, *_arrow(part, size), _trend(part, good))


def _share(tile: Tile, now: float | None, before: float | None) -> Tile:
    """A share changes by points of a hundred; less of it is better."""
    if now is None or before is None:
        return tile
    points = now - before
    if abs(points) < _LEAST_SHOWN:
        return _changed(tile, "=", "as before", "")
    return _changed(tile, *_arrow(points, f"{abs(points) * 100:.1f} pts"), _trend(points, "less"))


def _arrow(difference: float, size: str) -> tuple[str, str]:
    more = difference > 0
    return f"{'↑' if more else '↓'} {size}", f"{size} {'more' if more else 'less'} than before"


def _trend(difference: float, good: _Good) -> Trend:
    if good is None:
        return ""
    return "better" if (difference > 0) == (good == "more") else "worse"


def _changed(tile: Tile, shown: str, words: str, trend: Trend) -> Tile:
    return Tile(tile.tile_id, tile.label, tile.value, tile.note, shown, words, trend)
