"""The administrators' page of the system log."""

import reflex as rx

from feedback_app import routes
from feedback_app.admin.logs import components
from feedback_app.admin.logs.state import LogsState
from feedback_app.auth.components import signed_in_page
from feedback_app.ui.layout import page_header


def logs_page() -> rx.Component:
    """What people and programs did in the company: requests, UI events, LLM operations."""
    return signed_in_page(
        page_header(
            "System log",
            "Clicks, requests and LLM operations of your company, newest first.",
            rx.cond(
                (LogsState.phase == "ready") & LogsState.view.is_newest, components.tail_switch()
            ),
        ),
        rx.fragment(
            rx.match(
                LogsState.phase,
                ("ready", _log()),
                ("invalid", components.invalid()),
                ("refused", components.refused()),
                ("failed", components.failed()),
                components.loading(),
            )
        ),
        active=routes.ADMIN_LOGS,
    )


def _log() -> rx.Component:
    return rx.el.div(
        components.filters(),
        rx.cond(LogsState.rows, components.log(), components.nothing_here()),
        class_name="stack",
        aria_busy=LogsState.busy,
    )
