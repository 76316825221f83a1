"""The administrators' page of prices."""

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.ui.components import error_callout, skeleton_rows
from feedback_app.ui.layout import page_header
from feedback_app.usage.components import refused
from feedback_app.usage.prices import components
from feedback_app.usage.prices.form import price_dialog
from feedback_app.usage.prices.recalculating import recalculation
from feedback_app.usage.prices.state import PricesState


def prices_page() -> rx.Component:
    """What each model costs, the source of its price, and what was changed."""
    return signed_in_page(
        page_header(
            "Prices",
            "What each model costs, in US dollars per 1 million tokens.",
            rx.cond(PricesState.phase == "ready", components.set_button()),
        ),
        rx.fragment(
            rx.match(
                PricesState.phase,
                ("ready", _prices()),
                ("refused", refused()),
                ("failed", _failed()),
                _loading(),
            )
        ),
        active=routes.ADMIN_PRICES,
    )


def _prices() -> rx.Component:
    return rx.el.div(
        components.said(),
        components.unknown_models(),
        components.models(),
        recalculation(),
        components.history(),
        price_dialog(),
        id="prices",
        class_name="usage stack",
    )


def _loading() -> rx.Component:
    return rx.el.div(
        skeleton_rows(3, height="160px"),
        rx.el.span("Loading the prices…", role="status", class_name="sr-only"),
    )


def _failed() -> rx.Component:
    return error_callout(
        "The prices could not be loaded.",
        rx.button("Try again", on_click=PricesState.load, variant="soft", color_scheme="red"),
        id="prices-failed",
    )
