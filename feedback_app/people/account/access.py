"""What lets others in on a person's behalf: keys to the API, and the calendar's address."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.keys.api_keys import LIFETIMES, LONGEST_NAME, SCOPES
from feedback_app.people.account.fields import described, fault, field
from feedback_app.people.account.schemas import KeyRow
from feedback_app.people.account.state import AccountState
from feedback_app.ui.components import card, copyable, small_button, time_element

_view = AccountState.view
_USUAL_DAYS = 90


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
            field(
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
                    **described("key"),
                ),
                element_id="key-name",
                has_fault=False,
            ),
            rx.el.fieldset(
                rx.el.legend("It may", class_name="field-label"),
                *(_scope(scope, label) for scope, label in SCOPES.items()),
                class_name="field",
            ),
            field(
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
            fault("key"),
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
        copyable(value, label, element_id),
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
