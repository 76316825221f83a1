"""The sign-in page."""

import reflex as rx

from feedback_app import routes
from feedback_app.auth.state import SignInState
from feedback_app.core.demo import DEMO_SIGN_INS, DemoSignIn
from feedback_app.core.settings import get_settings
from feedback_app.ui import browser
from feedback_app.ui.components import card, error_callout, native_form
from feedback_app.ui.layout import centred


def sign_in_page() -> rx.Component:
    """Email and password, posted by the browser itself so that the cookie can be set."""
    return centred(
        rx.flex(
            rx.el.img(src="/logo.svg", alt="", width=44, height=44),
            rx.heading("Sign in to Debrief", as_="h1", size="6", weight="bold"),
            rx.text("Interview feedback, while it is fresh.", size="2", color_scheme="gray"),
            direction="column",
            align="center",
            spacing="2",
            margin_bottom="8px",
        ),
        card(
            native_form(
                rx.cond(
                    SignInState.error != "", error_callout(SignInState.error, id="login-error")
                ),
                _field(
                    "Email",
                    rx.input(
                        id="login-email",
                        name="email",
                        type="email",
                        default_value=SignInState.email,
                        auto_complete="username",
                        required=True,
                        max_length=254,
                        size="3",
                        key=f"{SignInState.fills}-{SignInState.email}",
                    ),
                ),
                _field(
                    "Password",
                    rx.input(
                        id="login-password",
                        name="password",
                        type="password",
                        default_value=SignInState.password,
                        auto_complete="current-password",
                        required=True,
                        size="3",
                        key=f"{SignInState.fills}",
                    ),
                ),
                rx.el.input(type="hidden", name="next", value=SignInState.next_path),
                rx.cond(
                    SignInState.is_hydrated,
                    rx.el.input(type="hidden", name="time_zone", value=browser.TIME_ZONE),
                ),
                rx.button("Sign in", type="submit", size="3", id="login-submit"),
                rx.text(
                    "Forgotten your password, or locked out? An administrator of your company can "
                    "send you a link.",
                    size="1",
                    color_scheme="gray",
                ),
                action=routes.SIGN_IN,
                class_name="stack",
            ),
        ),
        _demo() if get_settings().DEMO else rx.fragment(),
    )


def _field(label: str, control: rx.Component) -> rx.Component:
    return rx.el.label(
        rx.text(label, as_="span", size="2", weight="medium"), control, class_name="field"
    )


def _demo() -> rx.Component:
    return card(
        rx.text("Demo sign-ins: choose one to fill in the form.", size="2", color_scheme="gray"),
        rx.el.div(*(_demo_row(person) for person in DEMO_SIGN_INS), class_name="demo-list"),
        id="demo-sign-ins",
    )


def _demo_row(person: DemoSignIn) -> rx.Component:
    return rx.el.button(
        rx.el.span(person.label),
        rx.el.span(person.email, class_name="note"),
        type="button",
        on_click=SignInState.fill(person.email),
        class_name="quiet demo-row",
        custom_attrs={"data-id": person.email},
    )
