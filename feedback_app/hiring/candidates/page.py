"""The page of one candidate."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.hiring.candidates.state import CandidateState
from feedback_app.hiring.checks import (
    MOST_CV_CHARACTERS,
    MOST_EMAIL_CHARACTERS,
    MOST_HEADLINE_CHARACTERS,
    MOST_NAME_CHARACTERS,
)
from feedback_app.hiring.fields import (
    archive_button,
    archived_banner,
    field,
    heading,
    record_form,
    record_page,
)
from feedback_app.hiring.schemas import Related
from feedback_app.ui.components import card

_STATE: Any = CandidateState


def candidate_page() -> rx.Component:
    """One candidate, for administrators."""
    is_new = _STATE.record_id == routes.NEW
    form = rx.el.div(
        heading(
            rx.cond(is_new, "New candidate", _STATE.title),
            routes.ADMIN_CANDIDATES,
            "Candidates",
            archive_button(_STATE),
        ),
        archived_banner(_STATE, "nobody can be asked to interview them. What was written stays."),
        card(_fields()),
        rx.cond(is_new, rx.fragment(), _interviews()),
        id="candidate-page",
        class_name="stack narrow-form",
        custom_attrs={"data-id": _STATE.record_id},
    )
    return record_page(_STATE, form, section=routes.ADMIN_CANDIDATES, back="candidates")


def _fields() -> rx.Component:
    return record_form(
        _STATE,
        rx.el.div(
            field(_STATE, "name", "Name", most=MOST_NAME_CHARACTERS),
            field(
                _STATE,
                "email",
                "Email, if known",
                kind="email",
                most=MOST_EMAIL_CHARACTERS,
                spell_check=False,
            ),
            class_name="field-pair",
        ),
        field(
            _STATE,
            "headline",
            "Headline",
            most=MOST_HEADLINE_CHARACTERS,
            hint="One line: present role and years, as interviewers see it next to the name.",
        ),
        field(
            _STATE,
            "cv_text",
            "CV",
            kind="area",
            rows="16",
            most=MOST_CV_CHARACTERS,
            hint="Paste it as text. Interviewers read it next to their notes.",
        ),
        element_id="candidate-form",
    )


def _interviews() -> rx.Component:
    return card(
        rx.el.div(
            rx.heading("Interviews", as_="h2", size="3", weight="medium"),
            rx.link(
                rx.icon("plus", size=15),
                "New interview",
                href=f"{routes.admin_interview(routes.NEW)}?candidate=" + _STATE.record_id,
                size="2",
                id="candidate-new-interview",
                class_name="back-link",
            ),
            class_name="split card-head",
        ),
        rx.cond(
            _STATE.related,
            rx.el.ul(
                rx.foreach(_STATE.related, _interview),
                id="candidate-interviews",
                class_name="rows",
            ),
            rx.el.p("Nobody has interviewed them yet.", class_name="note"),
        ),
    )


def _interview(row: Related) -> rx.Component:
    return rx.el.li(
        rx.link(row.label, href=row.href),
        rx.el.span(row.note, class_name="muted figure"),
        class_name="split",
        custom_attrs={"data-id": row.id},
    )
