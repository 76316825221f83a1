"""The pieces of the page of one's own account."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.keys.api_keys import LIFETIMES, LONGEST_NAME, SCOPES
from feedback_app.auth.password_policy import SHORTEST
from feedback_app.people.account.schemas import BrowserRow, KeyRow
from feedback_app.people.account.state import AccountState
from feedback_app.people.zone_choice import zone_select
from feedback_app.ui import browser
from feedback_app.ui.components import card, native_form, small_button, time_element

_view = AccountState.view
_USUAL_DAYS = 90


def profile() -> rx.Component:
    """Name and time zone."""
    return card(
        rx.el.form(
            _field(
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
                    **_described("name"),
                ),
            ),
            _field(
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
            _field(
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
            _field(
                "old",
                "Present password",
                rx.el.input(
                    name="old",
                    type="password",
                    id="account-old",
                    auto_complete="current-password",
                    required=True,
                    class_name="input",
                    **_described("old"),
                ),
            ),
            _field(
                "password",
                f"New password, at least {SHORTEST} characters",
                rx.el.input(
                    name="password",
                    type="password",
                    id="account-password",
                    auto_complete="new-password",
                    required=True,
                    class_name="input",
                    **_described("password"),
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


def keys() -> rx.Component:
    """Keys to the API: those there are, and the form for another."""
    return card(
        rx.el.p(
            "For other systems that act on your behalf. They stop when your account does. ",
            rx.link(
                "What the API can do", href=routes.API_DOCS, is_external=True, underline="always"
            ),
            class_name="note card-head",
        ),
        rx.cond(
            _view.api_keys,
            rx.el.ul(
                rx.foreach(_view.api_keys, _key), id="account-keys", class_name="rows card-head"
            ),
        ),
        rx.cond(
            AccountState.new_key != "", _shown_once(AccountState.new_key, "New key", "new-key")
        ),
        rx.el.form(
            _field(
                "key",
                "What is it for?",
                rx.el.input(
                    name="key_name",
                    id="key-name",
                    placeholder="Applicant tracking",
                    auto_complete="off",
                    max_length=LONGEST_NAME,
                    key=AccountState.keys_made,
                    class_name="input",
                    **_described("key"),
                ),
                element_id="key-name",
                has_fault=False,
            ),
            rx.el.fieldset(
                rx.el.legend("It may", class_name="field-label"),
                *(_scope(scope, label) for scope, label in SCOPES.items()),
                class_name="field",
            ),
            _field(
                "days",
                "It works for",
                rx.el.select(
                    *(rx.el.option(label, value=str(days)) for days, label in LIFETIMES.items()),
                    name="days",
                    id="account-days",
                    default_value=str(_USUAL_DAYS),
                    key=AccountState.keys_made,
                    class_name="input select",
                ),
            ),
            _fault("key"),
            rx.el.div(
                rx.button("Make a key", type="submit", variant="soft", id="make-key"),
                class_name="line",
            ),
            on_submit=AccountState.make_key,
            no_validate=True,
            class_name="stack",
        ),
        title="API keys",
        id="api-keys",
    )


def calendar() -> rx.Component:
    """The private address of the person's interviews, for a calendar program."""
    return card(
        rx.el.p(
            "An address that your calendar program subscribes to: your interviews, each with the "
            "link to its feedback. Whoever has it reads candidates' names and times.",
            class_name="note card-head",
        ),
        rx.cond(
            AccountState.calendar != "",
            _shown_once(AccountState.calendar, "Calendar address", "calendar-address"),
        ),
        rx.el.div(
            rx.button(
                rx.cond(_view.has_calendar, "Make a new address", "Make an address"),
                on_click=AccountState.make_calendar,
                variant="soft",
                id="make-calendar",
            ),
            rx.cond(
                _view.has_calendar,
                small_button(
                    "End the present one", AccountState.end_calendar, id="end-calendar", size="2"
                ),
            ),
            class_name="line",
        ),
        title="Calendar",
    )


def _shown_once(value: Any, label: str, element_id: str) -> rx.Component:
    return rx.el.div(
        rx.el.p("Copy it now: it is not shown again."),
        rx.el.div(
            rx.el.input(
                value=value,
                read_only=True,
                aria_label=label,
                id=element_id,
                class_name="input",
            ),
            rx.button(
                rx.icon("copy", size=15),
                "Copy",
                on_click=rx.set_clipboard(value),
                type="button",
                variant="soft",
            ),
            class_name="copy-line",
        ),
        role="status",
        class_name="inset stack",
    )


def _scope(scope: str, label: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=f"scope-{scope}",
            id=f"scope-{scope}",
            default_checked=scope == "read",
            key=AccountState.keys_made,
        ),
        rx.text(label, as_="span", size="2"),
        class_name="check",
    )


def _key(row: KeyRow) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.el.b(row.name),
            rx.el.span(" ", row.beginning, "…", class_name="muted figure"),
            rx.el.small(
                row.scopes,
                rx.cond(row.is_expired, ". Ended ", ". Ends "),
                time_element(row.until),
                rx.cond(
                    row.used.text != "",
                    rx.fragment(", last used ", time_element(row.used)),
                    ", never used",
                ),
            ),
        ),
        small_button(
            "Revoke", AccountState.revoke_key(row.id), aria_label="Revoke " + row.name, size="1"
        ),
        class_name="split",
        custom_attrs={"data-id": row.id},
    )


def _field(
    name: str,
    label: str,
    control: rx.Component,
    *,
    element_id: str = "",
    has_fault: bool = True,
) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=element_id or f"account-{name}", class_name="field-label"),
        control,
        _fault(name) if has_fault else rx.fragment(),
        class_name="field",
    )


def _fault(name: str) -> rx.Component:
    return rx.el.p(
        rx.cond(AccountState.wrong_field == name, AccountState.wrong, ""),
        id=f"account-{name}-error",
        role="alert",
        class_name="error",
    )


def _described(name: str) -> dict[str, Any]:
    return {
        "aria_invalid": rx.cond(AccountState.wrong_field == name, "true", "false"),
        "custom_attrs": {"aria-describedby": f"account-{name}-error"},
    }


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
