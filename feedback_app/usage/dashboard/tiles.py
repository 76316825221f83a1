"""The other totals of a period in words, each with its change from the previous period.

A note says what a figure divides and leaves out, so that it can be recalculated.
"""

from feedback_app.core import money
from feedback_app.usage import labels
from feedback_app.usage.dashboard.changes import Comparison
from feedback_app.usage.dashboard.headlines import comparable
from feedback_app.usage.dashboard.schemas import Totals, Waste
from feedback_app.usage.dashboard.views import Tile


def tiles(now: Totals, before: Totals) -> list[Tile]:
    """Every total that is not among the page's main figures."""
    compared = Comparison(before)
    return [
        compared.tile(
            compared.note(
                Tile(
                    "usage-tokens-in",
                    "Tokens in",
                    f"{now.prompt_tokens:,}",
                    _cached(now),
                ),
                now.cached_tokens,
                before.cached_tokens,
            ),
            now.prompt_tokens,
            before.prompt_tokens,
        ),
        compared.tile(
            compared.note(
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
        _wasted(now.waste, before),
        compared.tile(
            Tile(
                "usage-latency",
                "Latency, median",
                labels.milliseconds(now.latency_p50_ms),
                _slowest(now.latency_p95_ms, before.latency_p95_ms),
            ),
            now.latency_p50_ms,
            before.latency_p50_ms,
            labels.milliseconds,
            good="less",
        ),
        compared.tile(
            Tile(
                "usage-ttft",
                "First token, median",
                labels.milliseconds(now.ttft_p50_ms),
                _slowest(now.ttft_p95_ms, before.ttft_p95_ms),
            ),
            now.ttft_p50_ms,
            before.ttft_p50_ms,
            labels.milliseconds,
            good="less",
        ),
        compared.tile(
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
        compared.share(
            Tile("usage-stops", "Stop rate", *_rate(now.stop_rate, now)),
            now.stop_rate,
            before.stop_rate,
        ),
    ]


def _cached(now: Totals) -> str:
    """The parts of the prompts that have a price of their own; last the one that is compared."""
    if not now.cache_write_tokens:
        return f"{now.cached_tokens:,} of them cached"
    written = f"{now.cache_write_tokens:,} of them written to the cache"
    return f"{written}, {now.cached_tokens:,} read from it"


def _slowest(now: float | None, before: float | None) -> str:
    """The time that 95 of 100 calls stay below, and what it was."""
    if now is None:
        return "No call has one"
    was = f", was {labels.milliseconds(before)}" if before is not None else ""
    return f"95% within {labels.milliseconds(now)}{was}"


def _rate(rate: float | None, now: Totals) -> tuple[str, str]:
    if rate is None:
        return labels.NONE, "No calls"
    return f"{rate:.1%}", f"{now.stopped:,} of {labels.count(now.calls, 'call')} stopped by people"


def _per_saved(now: Totals, before: Totals) -> Tile:
    cost = now.cost_per_saved_microusd
    unknown = "Unknown" if now.saved else labels.NONE
    value = unknown if cost is None else money.dollars(cost)
    tile = Tile("usage-per-saved", "Drafting per saved feedback", value, _saved_note(now))
    return Comparison(before).tile(
        tile, cost, before.cost_per_saved_microusd, _dollars, good="less"
    )


def _saved_note(totals: Totals) -> str:
    """What is divided by what, and what is left out of both."""
    priced = totals.saved - totals.saved_unpriced
    if totals.saved and not priced:
        return f"{labels.count(totals.saved, 'draft')} saved as feedback, all of unknown cost"
    if not priced:
        return "None saved"
    said = (
        f"{money.dollars(totals.drafts_cost_microusd)} for all drafts of feedback, divided by the "
        f"{priced:,} saved. Other calls, such as parsing a CV, are left out"
    )
    if totals.drafts_unpriced:
        said += f", and {labels.count(totals.drafts_unpriced, 'draft')} of unknown cost"
    return f"{said}."


def _wasted(now: Waste, before: Totals) -> Tile:
    total = now.total_microusd
    parts = (
        (now.stopped_microusd, "stopped"),
        (now.failed_microusd, "failed"),
        (now.interrupted_microusd, "interrupted"),
        (now.never_saved_microusd, "complete, but not saved within a day"),
    )
    note = " + ".join(f"{money.dollars(amount)} {what}" for amount, what in parts if amount)
    said = "; ".join(filter(None, (note, labels.left_out(total, now.unpriced)))) or "Nothing"
    if now.not_yet_saved_microusd:
        said += (
            f". Not counted: {money.dollars(now.not_yet_saved_microusd)} for drafts of the last "
            "day, which may still be saved"
        )
    if before.waste.unpriced:
        said += f"; before: {labels.unknown_costs(before.waste.unpriced)}"
    tile = Tile("usage-waste", "Wasted", "Unknown" if total is None else money.dollars(total), said)
    return Comparison(before).tile(
        tile,
        comparable(total, now.unpriced),
        comparable(before.waste.total_microusd, before.waste.unpriced),
        _dollars,
        good="less",
    )


def _dollars(microusd: float) -> str:
    return money.dollars(round(microusd))
