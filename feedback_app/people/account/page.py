"""The page of one's own account."""

import reflex as rx

from feedback_app.auth.components import signed_in_page
from feedback_app.people.account import access, components
from feedback_app.people.account.state import AccountState
from feedback_app.ui.components import skeleton_rows
from feedback_app.ui.keys import page_begins_at
from feedback_app.ui.layout import page_header


def account_page() -> rx.Component:
    """The person's own account."""
    return signed_in_page(
        page_header("Account"),
        rx.cond(
            AccountState.loaded,
            rx.el.div(
                components.profile(),
                components.password(),
                components.browsers(),
                access.calendar(),
                access.keys(),
                id="account-page",
                class_name="account-cards",
            ),
            skeleton_rows(4, height="160px"),
        ),
        page_begins_at("page-title"),
    )
