"""A person's own usage."""

import reflex as rx

from feedback_app.auth.components import signed_in_page
from feedback_app.ui.layout import page_header
from feedback_app.usage.mine import components
from feedback_app.usage.mine.state import MyUsageState

_view = MyUsageState.view


def my_usage_page() -> rx.Component:
    """What the person's own calls did and cost, and their limits."""
    return signed_in_page(
        page_header("My usage", "Your own calls to the AI model and what they cost."),
        rx.fragment(
            rx.match(
                MyUsageState.phase,
                ("ready", _usage()),
                ("failed", components.failed()),
                components.loading(),
            )
        ),
    )


def _usage() -> rx.Component:
    return rx.el.div(
        components.this_month(),
        components.limits_card(),
        components.periods(),
        components.totals(_view.figures),
        rx.cond(_view.calls.rows, components.latest_calls(), components.nothing_here()),
        id="my-usage",
        class_name="usage stack",
        aria_busy=MyUsageState.busy,
    )
