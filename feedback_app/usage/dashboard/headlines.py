"""The usage page's main figures, each with its basis and its change."""

from dataclasses import replace

from feedback_app import routes
from feedback_app.core import money
from feedback_app.db.models import CallStatus
from feedback_app.llm.admission.limit_use import NEAR
from feedback_app.usage import address, labels
from feedback_app.usage.dashboard import sparkline
from feedback_app.usage.dashboard.changes import Comparison, Good, trend
from feedback_app.usage.dashboard.schemas import BurnDown, Dashboard, Totals
from feedback_app.usage.dashboard.views import Headline, Meter, NoteLink, Tile
from feedback_app.usage.filters import Tab


def headlines(d: Dashboard) -> list[Headline]:
    """What was spent, drafted, saved and what failed in the period."""
    return [_spend(d), _drafts(d), _saved(d), _failures(d)]


def counts(now: Totals, before: Totals, running: int) -> list[Tile]:
    """The numbers of calls and tokens."""
    compared = Comparison(before)
    return [
        compared.tile(
            Tile(
                "usage-total-calls",
                "Calls",
                f"{now.calls:,}",
                f"+ {running:,} running now" if running else "None running now",
            ),
            now.calls,
            before.calls,
        ),
        compared.tile(
            Tile("usage-total-tokens", "Tokens", f"{now.tokens:,}", _estimated_note(now)),
            now.tokens,
            before.tokens,
        ),
    ]


def _spend(d: Dashboard) -> Headline:
    now, before = d.totals, d.previous
    sentence, _ = Comparison(before).sentence(
        comparable(now.cost_microusd, now.unpriced),
        comparable(before.cost_microusd, before.unpriced),
        _dollars,
    )
    unknown = labels.left_out(now.cost_microusd, now.unpriced)
    notes = [NoteLink(note) for note in (unknown, _unknown_before(now, before)) if note]
    return Headline(
        "usage-total-cost",
        "Spent",
        "Unknown" if now.cost_microusd is None else money.dollars(now.cost_microusd),
        [*notes, NoteLink(_budget(d.burn_down), routes.ADMIN_LIMITS)],
        sentence,
        spark=sparkline.path(d.figures.cost_microusd),
        meter=_meter(d.burn_down),
    )


def _drafts(d: Dashboard) -> Headline:
    now = d.totals
    note = "of feedback, however they ended"
    if others := now.calls - now.drafts:
        note += f"; {labels.count(others, 'call')} of other kinds"
    headline = Headline(
        "usage-drafts",
        "Drafts",
        f"{now.drafts:,}",
        [NoteLink(note)],
        spark=sparkline.path(d.figures.drafts),
    )
    return _compared(headline, d, now.drafts, d.previous.drafts)


def _saved(d: Dashboard) -> Headline:
    now = d.totals
    headline = Headline(
        "usage-saved",
        "Saved as feedback",
        f"{now.saved:,}",
        [NoteLink(f"{now.saved / now.drafts:.0%} of the drafts" if now.drafts else "No drafts")],
        spark=sparkline.path(d.figures.saved),
    )
    return _compared(headline, d, now.saved, d.previous.saved)


def _failures(d: Dashboard) -> Headline:
    now = d.totals
    rate = "No calls"
    if now.failure_rate is not None:
        rate = f"{now.failure_rate:.1%} of {labels.count(now.calls, 'call')}"
    notes = [_list_of(d, rate, CallStatus.ERROR, now.failed)]
    if now.interrupted:
        text = f"{now.interrupted:,} more interrupted: the server went away"
        notes.append(_list_of(d, text, CallStatus.INTERRUPTED, now.interrupted))
    headline = Headline(
        "usage-failed", "Failed", f"{now.failed:,}", notes, spark=sparkline.path(d.figures.failed)
    )
    return _compared(headline, d, now.failed, d.previous.failed, good="less")


def _list_of(d: Dashboard, text: str, status: CallStatus, number: int) -> NoteLink:
    """Leads to the list of exactly these calls, if there are any."""
    wanted = replace(d.wanted, status=status, text="", tab=Tab.CALLS)
    return NoteLink(text, address.list_address(wanted) if number else "")


def _compared(
    headline: Headline, d: Dashboard, now: int, before: int, *, good: Good = None
) -> Headline:
    sentence, found = Comparison(d.previous).sentence(now, before)
    return replace(headline, change=sentence, trend=trend(found, good) if found else "")


def _budget(b: BurnDown) -> str:
    """What this month has cost against its budget."""
    spent = labels.sum_of_costs(b.total_microusd, b.total_unpriced, money.dollars)
    if b.budget_microusd is None:
        return f"{spent} this month; no budget is set"
    of = f"{spent} of the {money.as_set(b.budget_microusd)} budget this month"
    share = money.share_used(b.total_microusd, b.budget_microusd)
    return f"{of}: {share} used" if share else of


def _meter(b: BurnDown) -> Meter:
    if b.budget_microusd is None:
        return Meter()
    share = b.share_used
    if share is None or share >= 100:
        return Meter("100%", "full")
    return Meter(f"{share}%", "near" if share >= 100 * NEAR else "")


def comparable(known: int | None, unpriced: int) -> int | None:
    """The known sum; `None` if it is 0 and other costs are not known."""
    return known or (None if unpriced else known)


def _unknown_before(now: Totals, before: Totals) -> str:
    """How many calls the sum of the period before leaves out."""
    if not before.unpriced:
        return ""
    number = f"{before.unpriced:,}" if now.unpriced else labels.unknown_costs(before.unpriced)
    return f"Before: {number}"


def _estimated_note(totals: Totals) -> str:
    if totals.estimated:
        return f"≈ estimated by us for {labels.count(totals.estimated, 'call')}"
    return "All counted by the provider" if totals.calls else ""


def _dollars(microusd: float) -> str:
    return money.dollars(round(microusd))
