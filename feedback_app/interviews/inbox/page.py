"""The page of my interviews."""

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.interviews.adding.components import adding_form, open_button
from feedback_app.interviews.inbox.components import inbox, list_filters
from feedback_app.interviews.inbox.state import InterviewListState
from feedback_app.people.checklist.components import checklist
from feedback_app.ui.browser import focus
from feedback_app.ui.keys import Shortcut, page_begins_at, shortcuts
from feedback_app.ui.layout import page_header, ready_icon


def interviews_page() -> rx.Component:
    """My interviews."""
    return signed_in_page(
        ready_icon(InterviewListState.ready > 0),
        # A line from the start, so that the list does not move when there is something to say.
        page_header(
            "My interviews",
            rx.cond(InterviewListState.summary != "", InterviewListState.summary, "\u00a0"),
            open_button(),
        ),
        checklist(),
        adding_form(),
        list_filters(),
        inbox(),
        shortcuts(Shortcut("/", focus("interview-search"), "Search")),
        page_begins_at("page-title"),
        active=routes.INTERVIEWS,
    )
