"""The administrators' usage page."""

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.ui.layout import page_header
from feedback_app.usage import components
from feedback_app.usage.calls.components import calls
from feedback_app.usage.checking.components import ledger_check
from feedback_app.usage.dashboard.components import errors, models, over_time, people
from feedback_app.usage.dashboard.totals import headlines, more_figures
from feedback_app.usage.running.components import running_now
from feedback_app.usage.state import UsageState


def usage_page() -> rx.Component:
    """What the company's LLM calls did and cost, for administrators."""
    return signed_in_page(
        page_header(
            "Usage",
            "Every call to the AI model in your company: how many, how fast, at what cost.",
            rx.cond(UsageState.phase == "ready", components.refresh_button()),
        ),
        rx.fragment(
            rx.match(
                UsageState.phase,
                ("ready", _dashboard()),
                ("refused", components.refused()),
                ("failed", components.failed()),
                components.loading(),
            )
        ),
        active=routes.ADMIN_USAGE,
    )


def _dashboard() -> rx.Component:
    return rx.el.div(
        components.messages(),
        components.periods(),
        headlines(),
        components.filters(),
        components.tabs(),
        rx.el.div(
            rx.match(
                UsageState.tab,
                ("running", running_now()),
                ("figures", rx.fragment(more_figures(), ledger_check())),
                ("time", _of_calls(over_time())),
                ("models", _of_calls(models())),
                ("people", _of_calls(people())),
                ("errors", _of_calls(errors())),
                _of_calls(calls()),
            ),
            class_name="stack",
        ),
        id="usage-dashboard",
        class_name="usage stack",
        aria_busy=UsageState.busy,
    )


def _of_calls(part: rx.Component) -> rx.Component:
    """The part, or, if the filter has no calls, why there is nothing in it."""
    return rx.cond(UsageState.head.is_empty, components.nothing_here(), part)
