"""The usage page's list of calls: sorted, searched, paged and exported by the server."""

import reflex as rx
from reflex_components_core.el.elements.base import BaseHTML

from feedback_app.ui.components import badge, card, column_head, time_element
from feedback_app.usage.address import CALLS_ANCHOR
from feedback_app.usage.calls.rows import COLUMNS
from feedback_app.usage.calls.views import CallRow
from feedback_app.usage.state import UsageState

_calls = UsageState.calls
_FIGURES = 5
"""How many of the columns, the last ones, hold figures."""


class _FileLink(BaseHTML):
    """A link the browser follows itself; Reflex's own would look for a page."""

    tag = "a"

    href: rx.Var[str]
    download: rx.Var[bool]


def calls() -> rx.Component:
    """The calls of the filter. Roles are given because narrow screens draw rows as cards."""
    return card(
        rx.el.div(
            rx.heading("Calls", as_="h2", size="3", weight="medium", id=CALLS_ANCHOR),
            rx.cond(
                _calls.has_estimates,
                rx.el.span("≈ estimated, not counted by the provider", class_name="note"),
            ),
            _exports(),
            class_name="line card-head",
        ),
        rx.el.div(_search(), _order(), class_name="split card-head"),
        rx.cond(
            _calls.rows,
            rx.fragment(_table(), _pages()),
            rx.el.p("No call matches.", role="status", class_name="nothing"),
        ),
    )


def _exports() -> rx.Component:
    return rx.el.div(
        rx.icon("download", size=15),
        _export("CSV", UsageState.head.csv_href, "usage-export"),
        _export("JSONL", UsageState.head.jsonl_href, "usage-export-jsonl"),
        class_name="line muted at-end",
    )


def _export(kind: str, href: str, element_id: str) -> rx.Component:
    return _FileLink.create(
        rx.el.span("Export these calls as ", class_name="sr-only"),
        kind,
        href=href,
        download=True,
        id=element_id,
        class_name="page-turn",
    )


def _search() -> rx.Component:
    return rx.el.form(
        rx.el.input(
            type="search",
            name="q",
            default_value=_calls.text,
            key=_calls.text,
            placeholder="Person, candidate, model, error or id",
            aria_label="Search the calls",
            max_length=120,
            id="usage-search",
            class_name="input",
        ),
        rx.icon_button(
            rx.icon("search", size=15),
            type="submit",
            aria_label="Search",
            variant="soft",
            color_scheme="gray",
        ),
        on_submit=UsageState.search,
        role="search",
        class_name="search-field",
    )


def _order() -> rx.Component:
    return rx.el.select(
        rx.foreach(_calls.orders, lambda order: rx.el.option(order.label, value=order.value)),
        value=_calls.order,
        on_change=lambda chosen: UsageState.choose("sort", chosen),
        aria_label="Order",
        id="usage-sort",
        class_name="input select",
    )


def _table() -> rx.Component:
    return rx.el.div(
        rx.el.table(
            rx.el.thead(
                rx.el.tr(rx.foreach(_calls.columns, column_head), role="row"), role="rowgroup"
            ),
            rx.el.tbody(rx.foreach(_calls.rows, _call), role="rowgroup"),
            role="table",
            aria_labelledby=CALLS_ANCHOR,
            id="usage-calls-table",
            class_name="table as-cards",
        ),
        class_name="table-scroll",
        role="region",
        aria_label="Calls, scrollable",
        tab_index=0,
    )


def _call(call: CallRow) -> rx.Component:
    figures = (call.tokens_in, call.tokens_out, call.cost, call.latency, call.ttft)
    return rx.el.tr(
        _cell(
            rx.link(
                time_element(call.started),
                href=call.href,
                on_click=rx.stop_propagation,
            ),
            class_name="card-lead",
        ),
        _cell(
            rx.el.span(call.person),
            rx.cond(call.department != "", rx.el.small(call.department)),
        ),
        _cell(
            rx.el.span(call.subject),
            rx.cond(call.subject_note != "", rx.el.small(call.subject_note)),
            class_name="card-left",
        ),
        _cell(call.model, class_name="wraps"),
        _cell(
            badge(call.status_label, call.status),
            rx.cond(call.error_code != "", rx.el.small(rx.el.code(call.error_code))),
            class_name="card-right",
        ),
        *(
            _cell(figure, class_name="number", label=label)
            for (label, *_), figure in zip(COLUMNS[-_FIGURES:], figures, strict=True)
        ),
        on_click=rx.redirect(call.href),
        role="row",
        key=call.call_id,
        custom_attrs={"data-id": call.call_id, "data-href": call.href},
    )


def _cell(*content: rx.Component | str, class_name: str = "", label: str = "") -> rx.Component:
    """A cell; `label` names its value if the row is drawn as a card."""
    named = {"data-label": label} if label else {}
    return rx.el.td(*content, role="cell", class_name=class_name, custom_attrs=named)


def _pages() -> rx.Component:
    return rx.el.nav(
        _turn("Previous", "arrow-left", _calls.newer_href, "usage-newer"),
        rx.el.span(_calls.position, id="usage-position", role="status"),
        _turn("Next", "arrow-right", _calls.older_href, "usage-older"),
        aria_label="Pages of calls",
        class_name="pages note",
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
