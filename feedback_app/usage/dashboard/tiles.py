"""The totals of a period in words, each beside how it changed against the period before."""

from decimal import ROUND_HALF_UP, Decimal

from feedback_app.core import money
from feedback_app.usage import labels
from feedback_app.usage.dashboard.changes import compared, note_compared, share_compared
from feedback_app.usage.dashboard.schemas import Totals, Waste
from feedback_app.usage.dashboard.views import Tile


def tiles(now: Totals, before: Totals, running: int) -> list[Tile]:
    """Every total, the dearest questions first."""
    return [
        compared(
            Tile("usage-total-cost", "Cost", _total_cost(now), _cost_note(now, before)),
            _comparable(now.cost_microusd, now.unpriced),
            _comparable(before.cost_microusd, before.unpriced),
        ),
        compared(
            Tile(
                "usage-total-calls",
                "Calls",
                f"{now.calls:,}",
                f"+ {running:,} running now" if running else "None running now",
            ),
            now.calls,
            before.calls,
        ),
        compared(
            Tile("usage-total-tokens", "Tokens", f"{_tokens(now):,}", _estimated_note(now)),
            _tokens(now),
            _tokens(before),
        ),
        compared(
            note_compared(
                Tile(
                    "usage-tokens-in",
                    "Tokens in",
                    f"{now.prompt_tokens:,}",
                    f"{now.cached_tokens:,} of them cached",
                ),
                now.cached_tokens,
                before.cached_tokens,
            ),
            now.prompt_tokens,
            before.prompt_tokens,
        ),
        compared(
            note_compared(
                Tile(
                    "usage-tokens-out",
                    "Tokens out",
                    f"{now.completion_tokens:,}",
                    f"{now.reasoning_tokens:,} of them reasoning",
                ),
                now.reasoning_tokens,
                before.reasoning_tokens,
            ),
            now.completion_tokens,
            before.completion_tokens,
        ),
        _per_saved(now, before),
        compared(
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
        compared(
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
        compared(
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
        share_compared(
            Tile("usage-errors", "Error rate", *_rate(now.error_rate, now.failed, "failed")),
            now.error_rate,
            before.error_rate,
        ),
        share_compared(
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
    step = Decimal("0.0001") if 0 < dollars < 100 else Decimal("0.01")
    return f"${dollars.quantize(step, ROUND_HALF_UP):,}"


def _cost_note(now: Totals, before: Totals) -> str:
    known = "All prices known" if now.calls else ""
    unknown = labels.left_out(now.cost_microusd, now.unpriced) or known
    return _and_before(unknown, now.unpriced, before.unpriced)


def _comparable(known: int | None, unpriced: int) -> int | None:
    """The known sum; `None` where that is nothing beside costs that are not known."""
    return known or (None if unpriced else known)


def _and_before(note: str, unpriced: int, unpriced_before: int) -> str:
    """The note, and how many calls the sum of the period before leaves out."""
    if not unpriced_before:
        return note
    number = f"{unpriced_before:,}" if unpriced else labels.unknown_costs(unpriced_before)
    return f"{note}; before: {number}" if note else f"Before: {number}"


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
    tile = Tile("usage-per-saved", "Per saved feedback", value, _saved_note(now))
    return compared(tile, cost, before.cost_per_saved_microusd, good="less")


def _saved_note(totals: Totals) -> str:
    """Which drafts the cost is of, and how many, saved or not, it leaves out."""
    priced = totals.saved - totals.saved_unpriced
    if totals.saved and not priced:
        return f"{labels.count(totals.saved, 'draft')} saved as feedback, all of unknown cost"
    saved = f"{labels.count(priced, 'draft')} saved as feedback" if priced else "None saved"
    if priced and totals.drafts_unpriced:
        saved += f"; {totals.drafts_unpriced:,} of unknown cost left out"
    return saved


def _wasted(now: Waste, before: Waste) -> Tile:
    total = now.total_microusd
    parts = (
        (now.stopped_microusd, "stopped"),
        (now.failed_microusd, "failed"),
        (now.never_saved_microusd, "never saved"),
    )
    note = ", ".join(f"{money.dollars(amount)} {what}" for amount, what in parts if amount)
    note = "; ".join(filter(None, (note, labels.left_out(total, now.unpriced)))) or "Nothing"
    tile = Tile(
        "usage-waste",
        "Wasted",
        "Unknown" if total is None else money.dollars(total),
        _and_before(note, now.unpriced, before.unpriced),
    )
    return compared(
        tile,
        _comparable(total, now.unpriced),
        _comparable(before.total_microusd, before.unpriced),
        good="less",
    )
