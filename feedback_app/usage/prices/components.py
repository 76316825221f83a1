"""The lists of the page of prices: the models, and what administrators have set."""

import reflex as rx

from feedback_app.ui.components import badge, card, empty_state, time_element
from feedback_app.usage.labels import MODEL_NAMES
from feedback_app.usage.prices.schemas import ModelRow, OverrideRow
from feedback_app.usage.prices.state import PricesState

_view = PricesState.view

_COLUMNS = (
    ("Model", ""),
    ("Calls", "number"),
    ("Input", "number"),
    ("Cached input", "number"),
    ("Cache writes", "number"),
    ("Output", "number"),
    ("Source", ""),
)


def set_button() -> rx.Component:
    """Opens the form for a model that no call has named yet."""
    return rx.button(
        rx.icon("plus", size=15),
        "Set a price",
        on_click=PricesState.begin(""),
        variant="soft",
        id="set-price",
    )


def said() -> rx.Component:
    """The outcome of the last action."""
    return rx.el.p(PricesState.said, role="status", id="prices-said", class_name="banner good")


def unknown_models() -> rx.Component:
    """Says that some calls have no cost, and what to do about it."""
    return rx.cond(
        _view.unknown != "",
        rx.callout.root(
            rx.callout.icon(rx.icon("circle-help", size=17)),
            rx.callout.text(
                _view.unknown,
                " Such calls are left out of every sum. Set the price of the model, then "
                "recalculate them.",
            ),
            color_scheme="amber",
            variant="surface",
            high_contrast=True,
            size="1",
            id="prices-unknown",
        ),
    )


def models() -> rx.Component:
    """The models of the company's calls. Roles are given because narrow screens draw cards."""
    return card(
        rx.cond(_view.models, rx.el.p(MODEL_NAMES, class_name="explained note card-head")),
        rx.cond(
            _view.models,
            rx.el.div(
                rx.el.table(
                    rx.el.thead(
                        rx.el.tr(
                            *(
                                rx.el.th(label, scope="col", role="columnheader", class_name=kind)
                                for label, kind in _COLUMNS
                            ),
                            rx.el.th(
                                rx.el.span("Change", class_name="sr-only"),
                                scope="col",
                                role="columnheader",
                            ),
                            role="row",
                        ),
                        role="rowgroup",
                    ),
                    rx.el.tbody(rx.foreach(_view.models, _model), role="rowgroup"),
                    role="table",
                    aria_label="Models and their prices per 1 million tokens",
                    id="prices-models",
                    class_name="table as-cards price-models",
                ),
                class_name="table-scroll",
                role="region",
                aria_label="Models, scrollable",
                tab_index=0,
            ),
            empty_state(
                "coins",
                "No models yet",
                "Models appear here with their prices as soon as somebody drafts feedback.",
            ),
        ),
        title="Models",
    )


def _model(row: ModelRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.text(row.model, as_="span", weight="medium"),
            rx.cond(row.model_note != "", rx.el.small(row.model_note)),
            role="cell",
            class_name="card-left wraps",
        ),
        rx.el.td(
            row.calls,
            rx.cond(row.unknown != "", rx.el.small(row.unknown, class_name="near")),
            role="cell",
            class_name="number",
            custom_attrs={"data-label": "Calls"},
        ),
        _figure("Input", row.input),
        _figure("Cached input", row.cached),
        _figure("Cache writes", row.cache_write),
        _figure("Output", row.output),
        rx.el.td(
            rx.cond(
                row.is_known,
                rx.el.span(row.source),
                badge("Unknown", "unknown"),
            ),
            rx.cond(row.source_note != "", rx.el.small(row.source_note)),
            role="cell",
            class_name="card-lead price-source wraps",
        ),
        rx.el.td(
            rx.cond(
                row.can_set,
                rx.cond(
                    row.is_known,
                    rx.button(
                        "Change",
                        on_click=PricesState.begin(row.model),
                        variant="soft",
                        color_scheme="gray",
                        size="1",
                        aria_label=f"Change the price of {row.model}",
                    ),
                    rx.button(
                        "Set a price",
                        on_click=PricesState.begin(row.model),
                        size="1",
                        aria_label=f"Set a price for {row.model}",
                    ),
                ),
            ),
            role="cell",
            class_name="card-right",
        ),
        role="row",
        custom_attrs={"data-id": row.model},
    )


def _figure(label: str, value: str) -> rx.Component:
    return rx.el.td(value, role="cell", class_name="number", custom_attrs={"data-label": label})


def history() -> rx.Component:
    """Every price that was set, the last first, and the question before one is withdrawn."""
    return card(
        rx.cond(
            _view.overrides,
            rx.el.ul(rx.foreach(_view.overrides, _override), class_name="rows"),
            rx.text(
                "No price has been set here. Published prices are in force.",
                size="2",
                color_scheme="gray",
            ),
        ),
        _question(),
        title="Prices set here",
        id="price-history",
    )


def _override(row: OverrideRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.text(row.model, as_="span", weight="medium"),
            rx.el.span(row.starts, class_name="muted"),
            badge(row.status_label, row.status),
            class_name="line",
        ),
        rx.el.div(row.prices, class_name="figure"),
        rx.el.small(
            "Set by ",
            row.set_by,
            ", ",
            time_element(row.set_at),
            rx.cond(
                row.withdrawn_at.text != "",
                rx.fragment(
                    ". Withdrawn by ", row.withdrawn_by, ", ", time_element(row.withdrawn_at)
                ),
            ),
        ),
        rx.cond(
            row.can_withdraw,
            rx.button(
                "Withdraw",
                on_click=PricesState.ask_withdrawal(row.override_id),
                variant="soft",
                color_scheme="gray",
                size="1",
                aria_label=f"Withdraw the price of {row.model} {row.starts}",
                class_name="entry-action",
            ),
        ),
        class_name="entry",
        custom_attrs={"data-id": row.override_id},
    )


def _question() -> rx.Component:
    chosen = PricesState.chosen
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title("Withdraw this price?", size="4"),
            rx.alert_dialog.description(
                f"{chosen.model}, {chosen.starts}: {chosen.prices}. It no longer counts for calls "
                "from now on and stays in this list. Calls that are settled keep their cost unless "
                "you recalculate them.",
                size="2",
            ),
            rx.el.div(
                rx.button(
                    "Keep it", variant="soft", color_scheme="gray", on_click=PricesState.keep
                ),
                rx.button(
                    "Withdraw it",
                    color_scheme="red",
                    on_click=PricesState.withdraw(chosen.override_id),
                    id="confirm-withdraw",
                ),
                class_name="dialog-actions",
            ),
            max_width="440px",
            on_escape_key_down=PricesState.keep,
        ),
        open=PricesState.withdrawing,
    )
