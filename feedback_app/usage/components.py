"""The pieces of the usage page: filters, figures, calls per day, the list of calls."""

from typing import Literal

import reflex as rx

from feedback_app import routes
from feedback_app.ui.components import card, empty_state, skeleton_rows, stat
from feedback_app.usage.schemas import AxisLine, CallRow, Choice, DayBar, PeriodLink
from feedback_app.usage.service import CALLS_ANCHOR
from feedback_app.usage.state import UsageState

_view = UsageState.view

_COLUMNS = (
    ("When (UTC)", ""),
    ("Who", ""),
    ("Interview", ""),
    ("Model", ""),
    ("Status", ""),
    ("Tokens in", "number"),
    ("Tokens out", "number"),
    ("Cost", "number"),
    ("Latency", "number"),
    ("First token", "number"),
)


def refresh_button() -> rx.Component:
    """Loads the figures anew and says when they were loaded."""
    return rx.fragment(
        rx.el.span("Updated ", _view.updated, role="status", class_name="usage-updated"),
        rx.button(
            rx.icon("refresh-cw", size=15),
            "Refresh",
            on_click=UsageState.refresh,
            loading=UsageState.busy,
            variant="soft",
            id="usage-refresh",
        ),
    )


def filters() -> rx.Component:
    """Period, person, status and model; each choice is an address."""
    return rx.el.div(
        rx.el.nav(
            rx.foreach(_view.filters.periods, _period),
            aria_label="Period",
            id="usage-period",
            class_name="segments",
        ),
        _select("Person", "person", "Everyone", _view.filters.person, _view.filters.people),
        _select("Status", "status", "Any status", _view.filters.status, _view.filters.statuses),
        _select("Model", "model", "Any model", _view.filters.model, _view.filters.models),
        rx.cond(
            _view.filters.can_reset,
            rx.link("Reset", href=routes.ADMIN_USAGE, size="2", id="usage-reset"),
        ),
        rx.el.span(_view.span, class_name="usage-span"),
        class_name="usage-filters",
    )


def _period(period: PeriodLink) -> rx.Component:
    return rx.link(
        period.label,
        href=period.href,
        underline="none",
        class_name="segment",
        custom_attrs={"aria-current": rx.cond(period.current, "true", "false")},
    )


def _select(
    label: str,
    name: Literal["person", "status", "model"],
    anything: str,
    value: str,
    choices: list[Choice],
) -> rx.Component:
    return rx.el.select(
        rx.el.option(anything, value=""),
        rx.foreach(choices, lambda choice: rx.el.option(choice.label, value=choice.value)),
        value=value,
        on_change=lambda chosen: UsageState.choose(name, chosen),
        aria_label=label,
        id=f"usage-filter-{name}",
        class_name="filter-select",
    )


def totals() -> rx.Component:
    """The figures of the period."""
    figures = _view.totals
    return rx.el.section(
        stat("Calls", figures.calls, figures.calls_note, id="usage-total-calls"),
        stat("Cost", figures.cost, figures.cost_note, id="usage-total-cost"),
        stat("Tokens", figures.tokens, figures.tokens_note, id="usage-total-tokens"),
        stat("Failed or stopped", figures.failed, figures.failed_note, id="usage-total-failed"),
        stat("Latency, median", figures.latency, figures.latency_note, id="usage-median-latency"),
        stat("First token, median", figures.ttft, figures.ttft_note, id="usage-median-ttft"),
        aria_label="Totals",
        class_name="usage-totals",
    )


def nothing_here() -> rx.Component:
    """Why there is no call to show."""
    return rx.cond(
        _view.filters.can_reset,
        empty_state(
            "search-x",
            "No calls match",
            "Nothing was called in this period with these filters.",
            rx.link(rx.button("Show the last 30 days", variant="soft"), href=routes.ADMIN_USAGE),
        ),
        empty_state(
            "activity",
            "No calls yet",
            "Calls of the last 30 days appear here as soon as somebody drafts feedback with AI.",
        ),
    )


def calls_per_day() -> rx.Component:
    """A bar for every UTC day, and the same as a table."""
    return card(
        rx.el.div(
            rx.heading("Calls per day (UTC)", as_="h2", size="3", weight="medium"),
            rx.el.div(
                rx.el.span("Complete", class_name="chart-key key-complete"),
                rx.el.span("Stopped or failed", class_name="chart-key key-unfinished"),
                class_name="chart-keys",
                aria_hidden="true",
            ),
            class_name="usage-card-head",
        ),
        rx.el.div(
            rx.foreach(_view.chart.axis, _axis_line),
            rx.el.div(rx.foreach(_view.chart.days, _bar), class_name="chart-days"),
            class_name="chart",
            role="img",
            aria_label=_view.chart.summary,
            id="usage-chart",
        ),
        rx.el.details(
            rx.el.summary("Show as a table"),
            rx.el.div(
                rx.el.table(
                    rx.el.thead(
                        rx.el.tr(
                            rx.el.th("Day", scope="col"),
                            rx.el.th("Calls", scope="col", class_name="number"),
                            rx.el.th("Complete", scope="col", class_name="number"),
                            rx.el.th("Stopped or failed", scope="col", class_name="number"),
                        )
                    ),
                    rx.el.tbody(rx.foreach(_view.chart.days, _day_row)),
                    class_name="usage-table",
                ),
                class_name="usage-scroll usage-days",
                role="region",
                aria_label="Calls per day",
                tab_index=0,
            ),
        ),
    )


def _axis_line(line: AxisLine) -> rx.Component:
    return rx.el.div(rx.el.span(line.label), class_name="axis-line", style={"bottom": line.bottom})


def _bar(day: DayBar) -> rx.Component:
    return rx.el.div(
        rx.el.div(
            rx.el.div(class_name="day-unfinished", style={"height": day.unfinished_share}),
            class_name="day-total",
            style={"height": day.height},
        ),
        rx.el.span(day.tick, class_name="day-tick"),
        rx.el.div(
            rx.el.b(day.day),
            rx.el.span(day.complete, " complete"),
            rx.el.span(day.unfinished, " stopped or failed"),
            class_name="day-tip",
        ),
        class_name=rx.cond(day.is_late, "chart-day late", "chart-day"),
    )


def _day_row(day: DayBar) -> rx.Component:
    return rx.el.tr(
        rx.el.th(day.day, scope="row"),
        rx.el.td(day.calls, class_name="number"),
        rx.el.td(day.complete, class_name="number"),
        rx.el.td(day.unfinished, class_name="number"),
    )


def latest_calls() -> rx.Component:
    """The calls, newest first. Roles are given because narrow screens draw rows as cards."""
    return card(
        rx.el.div(
            rx.heading("Latest calls", as_="h2", size="3", weight="medium", id=CALLS_ANCHOR),
            rx.cond(
                _view.calls.has_estimates,
                rx.el.span("≈ estimated, not counted by the provider", class_name="usage-legend"),
            ),
            class_name="usage-card-head",
        ),
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(
                        *(
                            rx.el.th(label, scope="col", role="columnheader", class_name=kind)
                            for label, kind in _COLUMNS
                        ),
                        role="row",
                    ),
                    role="rowgroup",
                ),
                rx.el.tbody(rx.foreach(_view.calls.rows, _call), role="rowgroup"),
                role="table",
                aria_labelledby=CALLS_ANCHOR,
                id="usage-calls-table",
                class_name="usage-table usage-calls",
            ),
            class_name="usage-scroll",
            role="region",
            aria_label="Latest calls, scrollable",
            tab_index=0,
        ),
        rx.el.nav(
            _turn("Newer", "arrow-left", _view.calls.newer_href, "usage-newer"),
            rx.el.span(_view.calls.position, id="usage-position", role="status"),
            _turn("Older", "arrow-right", _view.calls.older_href, "usage-older"),
            aria_label="Pages of calls",
            class_name="usage-pages",
        ),
    )


def _call(call: CallRow) -> rx.Component:
    figures = (call.tokens_in, call.tokens_out, call.cost, call.latency, call.ttft)
    return rx.el.tr(
        _cell(
            "call-when",
            rx.link(
                rx.el.time(call.when, date_time=call.started_at),
                href=call.href,
                on_click=rx.stop_propagation,
            ),
        ),
        _cell("call-who", call.person),
        _cell(
            "call-subject",
            rx.el.span(call.subject),
            rx.cond(call.subject_note != "", rx.el.small(call.subject_note)),
        ),
        _cell("call-model", call.model),
        _cell(
            "call-outcome",
            rx.el.span(
                call.status_label,
                class_name="call-status",
                custom_attrs={"data-status": call.status},
            ),
            rx.cond(call.error_code != "", rx.el.small(rx.el.code(call.error_code))),
        ),
        *(
            _cell("number", figure, label=label)
            for (label, _), figure in zip(_COLUMNS[-len(figures) :], figures, strict=True)
        ),
        on_click=rx.redirect(call.href),
        role="row",
        custom_attrs={"data-id": call.call_id},
    )


def _cell(kind: str, *content: rx.Component | str, label: str = "") -> rx.Component:
    """A cell; `label` names its value where the row is drawn as a card."""
    named = {"data-label": label} if label else {}
    return rx.el.td(*content, role="cell", class_name=kind, custom_attrs=named)


def _turn(label: str, icon: str, href: str, element_id: str) -> rx.Component:
    drawn = [rx.icon(icon, size=15), label]
    if icon == "arrow-right":
        drawn.reverse()
    return rx.cond(
        href != "",
        rx.link(*drawn, href=href, underline="none", id=element_id, class_name="page-turn"),
        rx.el.span(*drawn, aria_disabled="true", class_name="page-turn"),
    )


def loading() -> rx.Component:
    """Stands in for the page until its figures are there."""
    return rx.el.div(
        rx.el.div(
            *(rx.skeleton(height="104px", width="100%") for _ in range(6)),
            class_name="usage-totals",
            aria_hidden="true",
        ),
        skeleton_rows(2, height="240px"),
        rx.el.span("Loading the figures…", role="status", class_name="sr-only"),
        class_name="usage",
    )


def refused(level: Literal["h1", "h2"] = "h2") -> rx.Component:
    """For whoever is not an administrator."""
    return rx.el.div(
        empty_state(
            "lock",
            "For administrators",
            "Usage and cost of the whole company are shown to its administrators only.",
            rx.link(rx.button("Back to my interviews", variant="soft"), href=routes.INTERVIEWS),
            level=level,
        ),
        id="usage-refused",
    )
