"""The administrators' page of people."""

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.people import components
from feedback_app.people.state import PeopleState
from feedback_app.ui.components import empty_state, error_callout, skeleton_rows
from feedback_app.ui.keys import page_begins_at
from feedback_app.ui.layout import page_header


def people_page() -> rx.Component:
    """Who may sign in, for administrators."""
    return signed_in_page(
        page_header(
            "People",
            PeopleState.view.summary,
            rx.cond(
                PeopleState.phase == "ready",
                rx.link("Company settings", href=routes.ADMIN_COMPANY, size="2"),
            ),
        ),
        rx.fragment(
            rx.match(
                PeopleState.phase,
                ("ready", _people()),
                (
                    "refused",
                    empty_state(
                        "lock",
                        "For administrators",
                        "Only administrators invite people and manage accounts.",
                        rx.link(
                            rx.button("Back to my interviews", variant="soft"),
                            href=routes.INTERVIEWS,
                        ),
                    ),
                ),
                ("failed", _failed()),
                skeleton_rows(5),
            )
        ),
        page_begins_at("page-title"),
        active=routes.ADMIN_PEOPLE,
    )


def _people() -> rx.Component:
    return rx.el.div(
        components.invite_form(),
        rx.el.p(PeopleState.message, id="people-message", role="status", class_name="banner near"),
        components.filters(),
        components.people_list(),
        id="people-page",
        class_name="stack",
    )


def _failed() -> rx.Component:
    return error_callout(
        "The people could not be loaded.",
        rx.button("Try again", on_click=PeopleState.load, variant="soft", color_scheme="red"),
        id="people-failed",
    )
