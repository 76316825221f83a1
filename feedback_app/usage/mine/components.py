"""The pieces of a person's own usage: this month, limits, figures of a period, the calls."""

import reflex as rx

from feedback_app import routes
from feedback_app.ui.components import (
    badge,
    card,
    empty_state,
    error_callout,
    skeleton_rows,
    stat,
    time_element,
)
from feedback_app.usage.mine.schemas import FiguresView, LimitLine, MyCallRow
from feedback_app.usage.mine.service import CALLS_ANCHOR
from feedback_app.usage.mine.state import MyUsageState
from feedback_app.usage.schemas import PeriodLink

_view = MyUsageState.view
_COLUMNS = (
    ("When", ""),
    ("Interview", ""),
    ("Status", ""),
    ("Tokens in", "number"),
    ("Tokens out", "number"),
    ("Cost", "number"),
)


def this_month() -> rx.Component:
    """What the calendar month has cost so far."""
    month = _view.month
    return card(
        rx.el.div(
            rx.heading("This month", as_="h2", size="3", weight="medium"),
            rx.el.span(month.span, class_name="note"),
            class_name="split card-head",
        ),
        rx.el.dl(
            _fact("Cost", month.cost, month.cost_note),
            _fact("Calls", month.calls, month.calls_note),
            _fact("Saved as feedback", month.saved, month.saved_note),
            class_name="figures",
        ),
        id="my-month",
    )


def _fact(label: str, value: str, note: str) -> rx.Component:
    return rx.el.div(
        rx.el.dt(label, class_name="note"),
        rx.el.dd(value, rx.cond(note != "", rx.el.small(note)), class_name="value figure"),
    )


def limits_card() -> rx.Component:
    """The limits on the person's drafts, and what is left of them."""
    return card(
        rx.el.div(
            rx.heading("Limits", as_="h2", size="3", weight="medium"),
            class_name="split card-head",
        ),
        _limits("Yours", _view.limits, "my-own-limits"),
        _limits("Your company's, used by everybody", _view.company_limits, "my-company-limits"),
        rx.cond(_view.limits, rx.fragment(), rx.cond(_view.company_limits, rx.fragment(), _none())),
        id="my-limits",
    )


def _none() -> rx.Component:
    return rx.el.p("Nothing limits your drafts.", class_name="nothing")


def _limits(whose: str, lines: list[LimitLine], element_id: str) -> rx.Component:
    return rx.cond(
        lines,
        rx.el.section(
            rx.heading(whose, as_="h3", size="2", weight="medium", id=f"{element_id}-title"),
            rx.el.dl(rx.foreach(lines, _limit), class_name="figures"),
            aria_labelledby=f"{element_id}-title",
            id=element_id,
            class_name="field group",
        ),
    )


def _limit(line: LimitLine) -> rx.Component:
    return rx.el.div(
        rx.el.dt(line.label, class_name="note"),
        rx.el.dd(
            line.value,
            rx.cond(line.note != "", rx.el.small(line.note)),
            class_name="value figure",
        ),
    )


def periods() -> rx.Component:
    """The periods; each is an address."""
    return rx.el.div(
        rx.el.nav(
            rx.foreach(_view.periods, _period),
            aria_label="Period",
            id="my-usage-period",
            class_name="segments",
        ),
        rx.el.span(_view.figures.span, ", days in UTC", class_name="note figure at-end"),
        class_name="line",
    )


def _period(period: PeriodLink) -> rx.Component:
    return rx.link(
        period.label,
        href=period.href,
        underline="none",
        class_name="segment",
        custom_attrs={"aria-current": rx.cond(period.current, "true", "false")},
    )


def totals(figures: FiguresView) -> rx.Component:
    """The figures of the period."""
    return rx.el.section(
        stat("Calls", figures.calls, figures.calls_note, id="my-calls"),
        stat("Cost", figures.cost, figures.cost_note, id="my-cost"),
        stat("Tokens in", figures.tokens_in, figures.tokens_in_note, id="my-tokens-in"),
        stat("Tokens out", figures.tokens_out, figures.tokens_out_note, id="my-tokens-out"),
        stat("Saved as feedback", figures.saved, figures.saved_note, id="my-saved"),
        aria_label="Totals of the period",
        class_name="my-totals",
    )


def latest_calls() -> rx.Component:
    """The person's calls, newest first. Roles are given because narrow screens draw cards."""
    return card(
        rx.el.div(
            rx.heading("My calls", as_="h2", size="3", weight="medium", id=CALLS_ANCHOR),
            rx.cond(
                _view.calls.has_estimates,
                rx.el.span("≈ estimated, not counted by the provider", class_name="note"),
            ),
            class_name="split card-head",
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
                id="my-calls-table",
                class_name="table as-cards",
            ),
            class_name="table-scroll",
            role="region",
            aria_label="My calls, scrollable",
            tab_index=0,
        ),
        rx.el.nav(
            _turn("Newer", "arrow-left", _view.calls.newer_href, "my-newer"),
            rx.el.span(_view.calls.position, id="my-position", role="status"),
            _turn("Older", "arrow-right", _view.calls.older_href, "my-older"),
            aria_label="Pages of my calls",
            class_name="pages note",
        ),
    )


def _call(call: MyCallRow) -> rx.Component:
    figures = (call.tokens_in, call.tokens_out, call.cost)
    return rx.el.tr(
        rx.el.td(time_element(call.started), role="cell", class_name="card-lead"),
        rx.el.td(
            rx.cond(call.href != "", rx.link(call.subject, href=call.href), call.subject),
            rx.cond(call.subject_note != "", rx.el.small(call.subject_note)),
            role="cell",
            class_name="card-left",
        ),
        rx.el.td(
            badge(call.status_label, call.status),
            rx.cond(call.saved, rx.el.small("Saved as feedback")),
            role="cell",
            class_name="card-right",
        ),
        *(
            rx.el.td(figure, role="cell", class_name="number", custom_attrs={"data-label": label})
            for (label, _), figure in zip(_COLUMNS[-len(figures) :], figures, strict=True)
        ),
        role="row",
        custom_attrs={"data-id": call.call_id},
    )


def _turn(label: str, icon: str, href: str, element_id: str) -> rx.Component:
    drawn = [rx.icon(icon, size=15), label]
    if icon == "arrow-right":
        drawn.reverse()
    return rx.cond(
        href != "",
        rx.link(*drawn, href=href, underline="none", id=element_id, class_name="page-turn"),
        rx.el.span(*drawn, aria_disabled="true", class_name="page-turn"),
    )


def nothing_here() -> rx.Component:
    """Why there is no call to show, and how to make one."""
    return empty_state(
        "activity",
        "No calls in this period",
        "Each draft you have written with AI is listed here with what it cost.",
        rx.link(rx.button("Go to my interviews", variant="soft"), href=routes.INTERVIEWS),
    )


def loading() -> rx.Component:
    """Placeholder shown until the page's figures have loaded."""
    return rx.el.div(
        skeleton_rows(1, height="130px"),
        rx.el.div(
            *(rx.skeleton(height="104px", width="100%") for _ in range(5)),
            class_name="my-totals",
            aria_hidden="true",
        ),
        skeleton_rows(1, height="240px"),
        rx.el.span("Loading your usage…", role="status", class_name="sr-only"),
        class_name="usage stack",
    )


def failed() -> rx.Component:
    return error_callout(
        "Your usage could not be loaded.",
        rx.button(
            "Try again",
            on_click=MyUsageState.retry,
            variant="outline",
            color_scheme="gray",
            high_contrast=True,
        ),
        id="my-usage-failed",
    )
