"""The pages that account links open: set up a company, accept an invitation, choose a password."""

from typing import Any, Literal

import reflex as rx

from feedback_app import routes
from feedback_app.db.models import Role
from feedback_app.people.link_state import AccountLinkState
from feedback_app.people.zone_choice import zone_select
from feedback_app.ui import browser
from feedback_app.ui.components import (
    card,
    empty_state,
    error_callout,
    native_form,
    skeleton_rows,
)
from feedback_app.ui.keys import page_begins_at
from feedback_app.ui.layout import centred

_STATE = AccountLinkState
_ASK_OPERATOR = (
    "Ask whoever runs this installation for a new one: python -m feedback_app setup-link."
)
_ASK_ADMIN = "Ask an administrator of your company for a new one."


def setup_page() -> rx.Component:
    """Make a company and its first administrator."""
    return _page(
        rx.fragment(
            _head(
                "Set up your company",
                "Interview feedback, while it is fresh. You become its first administrator.",
            ),
            _form(
                routes.SET_UP,
                "setup",
                _text("setup", "company", "Company", _STATE.company, "organization"),
                _text("setup", "name", "Your name", _STATE.name, "name"),
                _text("setup", "email", "Your email", _STATE.email, "email", kind="email"),
                _password("setup", "Password"),
                _zone(),
                submit="Set up Debrief",
            ),
        ),
        used="A company has been set up with this link.",
        ask=_ASK_OPERATOR,
    )


def invite_page() -> rx.Component:
    """Accept an invitation."""
    return _page(
        rx.fragment(
            _head(
                rx.fragment("Join ", _STATE.invited_to),
                rx.fragment(
                    "You sign in as ",
                    rx.el.b(_STATE.invited_email),
                    rx.cond(_STATE.role == Role.ADMIN, ", an administrator.", "."),
                ),
            ),
            _form(
                routes.ACCEPT,
                "accept",
                _username(),
                _text("accept", "name", "Your name", _STATE.name, "name"),
                _password("accept", "Choose a password"),
                _browser_zone(),
                submit="Join",
            ),
        ),
        used="This invitation has been accepted.",
        ask=_ASK_ADMIN,
    )


def reset_page() -> rx.Component:
    """Choose another password."""
    return _page(
        rx.fragment(
            _head(
                "Choose a new password",
                rx.fragment("For ", _STATE.invited_name, ". It signs you out everywhere else."),
            ),
            _form(
                routes.RESET_PASSWORD,
                "reset",
                _password("reset", "New password"),
                _browser_zone(),
                submit="Save and sign in",
            ),
        ),
        used="A password has been chosen with this link.",
        ask=_ASK_ADMIN,
    )


def _page(form: rx.Component, *, used: str, ask: str) -> rx.Component:
    return centred(
        rx.fragment(
            rx.match(
                _STATE.phase,
                ("live", form),
                ("used", _ended("check", used, "Each link works once.", sign_in=True)),
                ("expired", _ended("clock", "This link has expired.", ask)),
                ("revoked", _ended("ban", "This link was withdrawn or replaced.", ask)),
                ("unknown", _ended("search-x", "This link is not known here.", _PASTED)),
                (
                    "failed",
                    error_callout(
                        "Debrief cannot reach its database right now.",
                        rx.button("Try again", on_click=_STATE.load, variant="soft"),
                    ),
                ),
                skeleton_rows(3),
            )
        )
    )


_PASTED = "Was the whole address copied? If it was, ask for a new one."


def _ended(icon: str, title: str, text: str, *, sign_in: bool = False) -> rx.Component:
    label = "Sign in" if sign_in else "To the sign-in page"
    onward = rx.button(
        rx.el.a(label, href=routes.LOGIN), as_child=True, variant="solid" if sign_in else "soft"
    )
    return rx.el.div(empty_state(icon, title, text, onward, level="h1"), id="link-ended")


def _head(title: Any, text: Any) -> rx.Component:
    return rx.flex(
        rx.el.img(src="/logo.svg", alt="", width=44, height=44),
        rx.heading(title, as_="h1", size="6", weight="bold", align="center"),
        rx.text(text, size="2", color_scheme="gray", align="center"),
        direction="column",
        align="center",
        spacing="2",
        margin_bottom="8px",
    )


def _form(action: str, prefix: str, *fields: rx.Component, submit: str) -> rx.Component:
    general = (_STATE.wrong != "") & (_STATE.wrong_field == "")
    return card(
        native_form(
            rx.cond(general, error_callout(_STATE.wrong, id=f"{prefix}-error")),
            rx.el.input(type="hidden", name="token", value=_STATE.link_token),
            *fields,
            rx.button(submit, type="submit", size="3", id=f"{prefix}-submit"),
            # After a refusal the person goes on where it is at fault.
            rx.cond(_STATE.wrong_field != "", page_begins_at(f"{prefix}-" + _STATE.wrong_field)),
            action=action,
            class_name="stack",
        )
    )


def _text(
    prefix: str,
    name: str,
    label: str,
    given: Any,
    autocomplete: str,
    *,
    kind: Literal["text", "email"] = "text",
) -> rx.Component:
    return _labelled(
        label,
        rx.input(
            id=f"{prefix}-{name}",
            name=name,
            type=kind,
            default_value=given,
            auto_complete=autocomplete,
            required=True,
            max_length=254 if kind == "email" else 200,
            size="3",
            key=f"{_STATE.fills}",
            **_described(prefix, name),
        ),
        _fault(prefix, name),
    )


def _password(prefix: str, label: str) -> rx.Component:
    return _labelled(
        label,
        rx.input(
            id=f"{prefix}-password",
            name="password",
            type="password",
            auto_complete="new-password",
            on_change=_STATE.measure.debounce(200),
            required=True,
            size="3",
            key=f"{_STATE.fills}",
            **_described(prefix, "password"),
        ),
        rx.el.div(
            rx.el.span(rx.el.span(), class_name="meter strength"),
            rx.el.span(
                rx.cond(
                    _STATE.strength_words != "", _STATE.strength_words, "At least 12 characters"
                ),
                role="status",
                class_name="note",
            ),
            id=f"{prefix}-strength",
            custom_attrs={"data-strength": _STATE.strength},
            class_name="field",
        ),
        _fault(prefix, "password"),
    )


def _labelled(label: str, *parts: rx.Component) -> rx.Component:
    control, *below = parts
    return rx.el.div(
        rx.el.label(
            rx.text(label, as_="span", size="2", weight="medium"), control, class_name="field"
        ),
        *below,
        class_name="field",
    )


def _described(prefix: str, name: str) -> dict[str, Any]:
    return {
        "aria_invalid": rx.cond(_STATE.wrong_field == name, "true", "false"),
        "custom_attrs": {"aria-describedby": f"{prefix}-{name}-error"},
    }


def _fault(prefix: str, name: str) -> rx.Component:
    return rx.el.p(
        rx.cond(_STATE.wrong_field == name, _STATE.wrong, ""),
        id=f"{prefix}-{name}-error",
        role="alert",
        class_name="error",
    )


def _zone() -> rx.Component:
    given = rx.cond(_STATE.time_zone != "", _STATE.time_zone, browser.TIME_ZONE)
    return rx.el.label(
        rx.text("Time zone of the company", as_="span", size="2", weight="medium"),
        zone_select(
            rx.el.option(browser.TIME_ZONE, value=browser.TIME_ZONE),
            id="setup-time-zone",
            default_value=given,
            key=f"{_STATE.fills}",
        ),
        class_name="field",
    )


def _browser_zone() -> rx.Component:
    return rx.el.input(type="hidden", name="time_zone", value=browser.TIME_ZONE)


def _username() -> rx.Component:
    """For password managers, which store the password under it."""
    return rx.el.input(
        type="text",
        value=_STATE.invited_email,
        auto_complete="username",
        read_only=True,
        hidden=True,
    )
