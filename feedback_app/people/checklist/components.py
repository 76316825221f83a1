"""A company's first steps, above the list of interviews."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.people.checklist.state import ChecklistState
from feedback_app.ui.components import card, small_button

_view: Any = ChecklistState.view
"""The state's attribute as the browser has it."""


def checklist() -> rx.Component:
    """What a new company still needs; each step ticks itself."""
    return rx.cond(
        _view.is_shown,
        rx.el.div(
            card(
                rx.el.ol(
                    _step(
                        _view.has_model,
                        "Connect a model",
                        rx.cond(
                            _view.has_model,
                            rx.fragment("Drafts are written by ", rx.el.b(_view.model), "."),
                            rx.fragment(
                                "Until then drafts are written by rules, without AI. "
                                "Whoever runs this installation sets ",
                                rx.el.code("OPENAI_API_KEY"),
                                " or ",
                                rx.el.code("OPENAI_BASE_URL"),
                                ".",
                            ),
                        ),
                        rx.cond(_view.has_model, _check(), rx.fragment()),
                    ),
                    _step(
                        _view.invited,
                        "Invite people",
                        "Each gets a link of their own.",
                        _onward("People", routes.ADMIN_PEOPLE),
                    ),
                    _step(
                        _view.has_job,
                        "Add a job",
                        "What interviewers rate, read from its description.",
                        _onward("Jobs", routes.ADMIN_HIRING),
                    ),
                    _step(
                        _view.has_interview,
                        "First interview",
                        "“New interview” above: a name, a job, your notes.",
                        rx.fragment(),
                    ),
                    class_name="rows",
                ),
                title="First steps",
                id="checklist",
            ),
            class_name="adding",
        ),
    )


def _step(done: Any, title: str, text: Any, action: rx.Component) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            rx.cond(
                done,
                rx.icon("circle-check", size=18, color="var(--green-11)"),
                rx.icon("circle", size=18, color="var(--gray-9)"),
            ),
            rx.el.span(
                rx.el.b(title),
                rx.el.span(rx.cond(done, " (done)", ""), class_name="sr-only"),
                rx.el.span(text, class_name="note"),
                class_name="step-words",
            ),
            class_name="check",
        ),
        action,
        class_name="split",
        custom_attrs={"data-done": rx.cond(done, "true", "false")},
    )


def _onward(label: str, href: str) -> rx.Component:
    return rx.link(label, href=href, size="2")


def _check() -> rx.Component:
    return rx.el.span(
        rx.el.span(
            ChecklistState.answer,
            role="status",
            id="model-answer",
            class_name="save-state",
            custom_attrs={"data-status": rx.cond(ChecklistState.failed, "failed", "saved")},
        ),
        small_button(
            rx.cond(ChecklistState.checking, "Asking…", "Test it"),
            ChecklistState.check_model,
            disabled=ChecklistState.checking,
            id="check-model",
            size="1",
        ),
        class_name="line",
    )
