"""The pieces of the page of one's own account."""

import reflex as rx

from feedback_app import routes
from feedback_app.auth.password_policy import SHORTEST
from feedback_app.people.account.fields import described, field
from feedback_app.people.account.schemas import BrowserRow
from feedback_app.people.account.state import AccountState
from feedback_app.people.zone_choice import zone_select
from feedback_app.ui import browser
from feedback_app.ui.components import card, native_form, small_button, time_element

_view = AccountState.view


def profile() -> rx.Component:
    """Name and time zone."""
    return card(
        rx.el.form(
            field(
                "name",
                "Name",
                rx.el.input(
                    name="name",
                    id="account-name",
                    default_value=_view.name,
                    auto_complete="name",
                    max_length=200,
                    key=AccountState.fills,
                    class_name="input",
                    **described("name"),
                ),
            ),
            field(
                "email",
                "Email",
                rx.el.input(
                    name="email",
                    id="account-email",
                    value=_view.email,
                    read_only=True,
                    class_name="input",
                ),
            ),
            field(
                "time_zone",
                "Time zone of what you see",
                zone_select(
                    rx.el.option(rx.fragment("As the browser: ", browser.TIME_ZONE), value=""),
                    id="account-time_zone",
                    default_value=_view.time_zone,
                    key=AccountState.fills,
                ),
            ),
            _actions("Save", "account-save", "profile", "Saved"),
            on_submit=AccountState.save_profile,
            no_validate=True,
            class_name="stack",
        ),
        title="You",
    )


def password() -> rx.Component:
    """Another password; posted by the browser itself, so that it reaches no page's state."""
    return card(
        native_form(
            field(
                "old",
                "Present password",
                rx.el.input(
                    name="old",
                    type="password",
                    id="account-old",
                    auto_complete="current-password",
                    required=True,
                    class_name="input",
                    **described("old"),
                ),
            ),
            field(
                "password",
                f"New password, at least {SHORTEST} characters",
                rx.el.input(
                    name="password",
                    type="password",
                    id="account-password",
                    auto_complete="new-password",
                    required=True,
                    class_name="input",
                    **described("password"),
                ),
            ),
            _actions(
                "Change password",
                "account-change-password",
                "password",
                "Changed. Your other browsers are signed out.",
            ),
            action=routes.CHANGE_PASSWORD,
            class_name="stack",
        ),
        title="Password",
    )


def browsers() -> rx.Component:
    """Where the person is signed in."""
    return card(
        rx.el.ul(
            rx.foreach(_view.browsers, _browser),
            id="account-browsers",
            class_name="rows card-head",
        ),
        rx.cond(
            _view.browsers.length() > 1,  # pyright: ignore[reportAttributeAccessIssue]
            small_button(
                "Sign out all others", AccountState.sign_out_others, id="sign-out-others", size="2"
            ),
        ),
        title="Signed-in browsers",
    )


def _browser(row: BrowserRow) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.el.b(row.name),
            rx.cond(row.is_this_one, rx.el.span(" (this one)", class_name="muted")),
            rx.el.small(
                "Signed in ", time_element(row.since), ", last seen ", time_element(row.seen)
            ),
        ),
        rx.cond(
            row.is_this_one,
            rx.fragment(),
            small_button(
                "Sign out",
                AccountState.sign_out(row.id),
                aria_label="Sign out " + row.name,
                size="1",
            ),
        ),
        class_name="split",
        custom_attrs={"data-id": row.id},
    )


def _actions(label: str, button_id: str, what: str, done: str) -> rx.Component:
    return rx.el.div(
        rx.button(label, type="submit", id=button_id),
        rx.el.span(
            rx.cond(AccountState.saved == what, done, ""),
            role="status",
            class_name="save-state",
            custom_attrs={"data-status": "saved"},
        ),
        class_name="line",
    )
