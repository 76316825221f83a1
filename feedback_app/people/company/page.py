"""The page of the company's settings, for administrators."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.auth.components import signed_in_page
from feedback_app.people.company.state import CompanyState
from feedback_app.people.zone_choice import zone_select
from feedback_app.ui.components import card, empty_state, error_callout, skeleton_rows
from feedback_app.ui.keys import page_begins_at
from feedback_app.ui.layout import page_header

_view: Any = CompanyState.view
"""The state's attribute as the browser has it."""


def company_page() -> rx.Component:
    """What holds for everybody in the company."""
    return signed_in_page(
        page_header(
            "Company",
            "What holds for everybody in it.",
            rx.link("People", href=routes.ADMIN_PEOPLE, size="2"),
        ),
        rx.fragment(
            rx.match(
                CompanyState.phase,
                ("ready", _settings()),
                (
                    "refused",
                    empty_state(
                        "lock",
                        "For administrators",
                        "The company's settings are for its administrators.",
                        rx.link(
                            rx.button("Back to my interviews", variant="soft"),
                            href=routes.INTERVIEWS,
                        ),
                    ),
                ),
                (
                    "failed",
                    error_callout(
                        "The settings could not be loaded.",
                        rx.button("Try again", on_click=CompanyState.load, variant="soft"),
                        id="company-failed",
                    ),
                ),
                skeleton_rows(1, height="260px"),
            )
        ),
        page_begins_at("page-title"),
        active=routes.ADMIN_PEOPLE,
    )


def _settings() -> rx.Component:
    return rx.el.div(
        card(
            rx.el.form(
                _field(
                    "company",
                    "Name",
                    rx.el.input(
                        name="company",
                        id="company-company",
                        default_value=_view.name,
                        auto_complete="organization",
                        max_length=200,
                        key=CompanyState.fills,
                        aria_invalid=rx.cond(
                            CompanyState.wrong_field == "company", "true", "false"
                        ),
                        custom_attrs={"aria-describedby": "company-company-error"},
                        class_name="input",
                    ),
                ),
                _field(
                    "time_zone",
                    "Time zone",
                    zone_select(
                        rx.el.option(_view.time_zone, value=_view.time_zone),
                        id="company-time_zone",
                        default_value=_view.time_zone,
                        key=CompanyState.fills,
                    ),
                ),
                rx.el.label(
                    rx.el.input(
                        type="checkbox",
                        name="interviewers_add",
                        id="company-interviewers-add",
                        default_checked=_view.interviewers_add,
                        key=CompanyState.fills,
                    ),
                    rx.text("Interviewers may add interviews of their own", as_="span", size="2"),
                    class_name="check",
                ),
                rx.el.div(
                    rx.button("Save", type="submit", id="company-save"),
                    rx.el.span(
                        rx.cond(CompanyState.saved, "Saved", ""),
                        role="status",
                        id="company-status",
                        class_name="save-state",
                        custom_attrs={"data-status": "saved"},
                    ),
                    class_name="line",
                ),
                on_submit=CompanyState.save,
                no_validate=True,
                class_name="stack",
            ),
        ),
        rx.cond(_view.is_demo, _leaving_the_demo()),
        id="company-page",
        class_name="account-cards",
    )


def _leaving_the_demo() -> rx.Component:
    return card(
        rx.el.p(
            "This company came with the demo, and anybody can read its passwords. When you have "
            "seen enough, whoever runs this installation stops it and calls",
            class_name="note card-head",
        ),
        rx.el.pre(
            ".venv/bin/python -m feedback_app remove-demo\nmake run DEMO=false",
            class_name="inset",
        ),
        rx.el.p(
            "The first deletes the demo's companies with all they have; the second starts without "
            "them and prints an address where you set up your own.",
            class_name="note",
        ),
        title="Leave the demo",
        id="leave-demo",
    )


def _field(name: str, label: str, control: rx.Component) -> rx.Component:
    return rx.el.div(
        rx.el.label(label, html_for=f"company-{name}", class_name="field-label"),
        control,
        rx.el.p(
            rx.cond(CompanyState.wrong_field == name, CompanyState.wrong, ""),
            id=f"company-{name}-error",
            role="alert",
            class_name="error",
        ),
        class_name="field",
    )
