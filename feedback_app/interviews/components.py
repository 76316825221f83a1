"""The left column of the interview page."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.interviews.schemas import CompetencyRow
from feedback_app.interviews.state import InterviewState
from feedback_app.llm.assessment import RATING_LABELS, RECOMMENDATION_LABELS
from feedback_app.ui.components import card, time_element

_DETAIL = InterviewState.detail
_IS_FINAL = _DETAIL.submitted != ""


def interview_header() -> rx.Component:
    """Who, for what, when; above both columns."""
    return rx.el.div(
        rx.link(
            rx.icon("arrow-left", size=15),
            "My interviews",
            href=routes.INTERVIEWS,
            size="2",
            class_name="back",
        ),
        rx.el.div(
            rx.avatar(fallback=_DETAIL.initials, size="4", radius="full", variant="soft"),
            rx.el.div(
                rx.heading(_DETAIL.candidate, as_="h1", size="6", weight="bold"),
                rx.text(
                    _DETAIL.job,
                    " · ",
                    _DETAIL.department,
                    " · ",
                    _DETAIL.kind,
                    size="2",
                    color_scheme="gray",
                ),
                rx.text(
                    time_element(_DETAIL.held),
                    " · ",
                    _DETAIL.duration,
                    size="1",
                    color_scheme="gray",
                ),
            ),
            class_name="who",
        ),
        class_name="interview-head",
    )


def notes_card() -> rx.Component:
    """The notes, which save themselves while they are written."""
    return card(
        rx.el.textarea(
            id="interview-notes",
            default_value=InterviewState.notes,
            key=f"{_DETAIL.id}{InterviewState.revision}",
            read_only=_IS_FINAL,
            placeholder="What you saw and heard. Everything is saved as you type.",
            aria_label="Notes",
            class_name="editor notes",
            rows="12",
            on_change=lambda text: InterviewState.note(_DETAIL.id, text),
            on_blur=lambda text: InterviewState.save_notes(_DETAIL.id, text),
        ),
        rx.el.span(
            InterviewState.notes_message,
            role="status",
            id="notes-status",
            class_name="save-state",
            custom_attrs={"data-status": InterviewState.notes_status},
        ),
        title="Notes",
    )


def competencies_card() -> rx.Component:
    """Each competency of the job with a four-step rating and a reason."""
    return card(
        rx.foreach(InterviewState.competencies, _competency),
        rx.cond(
            InterviewState.reason_message != "",
            rx.text(InterviewState.reason_message, color_scheme="red", size="2", role="alert"),
        ),
        title="Competencies",
        id="competencies",
    )


def _competency(row: rx.vars.ObjectVar[CompetencyRow]) -> rx.Component:
    reason = InterviewState.give_reason
    return rx.el.div(
        rx.heading(row.name, as_="h3", size="2", weight="medium", class_name="competency-name"),
        rx.text(row.description, size="2", color_scheme="gray"),
        _scale(
            f"rating-{row.id}",
            f"Rating of {row.name}",
            row.rating,
            {str(step): label for step, label in RATING_LABELS.items()},
            lambda value: InterviewState.rate(_DETAIL.id, row.id, value),
        ),
        rx.el.textarea(
            default_value=row.reason,
            read_only=_IS_FINAL,
            placeholder="Why? What did you see or hear?",
            aria_label=f"Reason for {row.name}",
            class_name="editor reason",
            rows="2",
            on_change=lambda text: reason(_DETAIL.id, row.id, text).debounce(500),
            on_blur=lambda text: reason(_DETAIL.id, row.id, text),
            key=f"{row.id}{InterviewState.revision}",
        ),
        class_name="competency",
        key=f"{_DETAIL.id}{row.id}",
        custom_attrs={"data-id": row.id},
    )


def recommendation_card() -> rx.Component:
    """The person's own overall verdict, never the AI's."""
    return card(
        _scale(
            "recommendation",
            "Your recommendation",
            _DETAIL.recommendation,
            {key.value: label for key, label in RECOMMENDATION_LABELS.items()},
            lambda value: InterviewState.recommend(_DETAIL.id, value),
        ),
        title="Your recommendation",
        id="recommendation",
    )


def _scale(
    name: str,
    label: str,
    value: Any,
    steps: dict[str, str],
    on_pick: Callable[[str], Any],
) -> rx.Component:
    return rx.el.div(
        *(
            rx.el.label(
                rx.el.input(
                    type="radio",
                    name=name,
                    value=key,
                    checked=value == key,
                    disabled=_IS_FINAL,
                    on_change=lambda _picked, key=key: on_pick(key),
                    class_name="sr-only",
                ),
                rx.el.span(text),
                class_name="step",
                custom_attrs={"data-step": key},
            )
            for key, text in steps.items()
        ),
        rx.cond(
            (value != "") & (_DETAIL.submitted == ""),
            rx.el.button("Clear", type="button", on_click=on_pick(""), class_name="clear-step"),
        ),
        role="radiogroup",
        aria_label=label,
        class_name="scale",
    )


def background_card() -> rx.Component:
    """The job and the CV, folded away until they are wanted."""
    return card(
        rx.text(_DETAIL.headline, size="2"),
        rx.el.details(
            rx.el.summary("About the job"), rx.el.p(_DETAIL.job_summary, class_name="prose")
        ),
        rx.cond(
            _DETAIL.cv != "",
            rx.el.details(rx.el.summary("CV"), rx.el.p(_DETAIL.cv, class_name="prose")),
        ),
        title="Candidate and job",
    )
