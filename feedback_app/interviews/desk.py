"""The frame of interview mode: the head, the parts of the page, CV and job next to the notes."""

from typing import Any

import reflex as rx
from reflex.experimental import ClientStateVar

from feedback_app import routes
from feedback_app.feedback.state import FeedbackState
from feedback_app.interviews.notes import NOTES, notes
from feedback_app.interviews.schemas import CompetencyRow
from feedback_app.interviews.scorecard import REASON_OF, REASONS, scorecard
from feedback_app.interviews.state import InterviewState
from feedback_app.ui.browser import scroll_to_top
from feedback_app.ui.components import time_element
from feedback_app.ui.editor import save_label
from feedback_app.ui.keys import page_begins_at

_TEXT: Any = FeedbackState
"""The state's attributes as the browser has them."""
PANE: Any = ClientStateVar.create("deskpane", default="notes")
"""Which part a narrow window shows: `notes`, `scorecard` or `feedback`."""
ASIDE: Any = ClientStateVar.create("deskaside", default="notes")
"""What is shown above the scorecard: `notes`, `cv` or `job`."""
_DETAIL = InterviewState.detail


def desk_head(*actions: rx.Component) -> rx.Component:
    """Candidate, job and time, and the actions on the whole interview."""
    return rx.el.div(
        rx.link(
            rx.icon("arrow-left", size=16),
            rx.el.span("My interviews", class_name="sr-only"),
            href=routes.INTERVIEWS,
            class_name="quiet back",
            aria_label="My interviews",
        ),
        rx.el.div(
            rx.heading(
                _DETAIL.candidate, as_="h1", size="5", weight="bold", id="candidate", tab_index=-1
            ),
            rx.el.p(
                _DETAIL.job,
                " · ",
                _DETAIL.kind,
                " · ",
                time_element(_DETAIL.held),
                " · ",
                _DETAIL.duration,
                class_name="note",
            ),
            class_name="desk-who",
        ),
        rx.el.div(*actions, class_name="desk-actions"),
        page_begins_at("candidate"),
        class_name="desk-head",
    )


def pane_tabs() -> rx.Component:
    """Notes, scorecard, feedback: one at a time in a narrow window."""
    return rx.el.div(
        *(
            rx.el.button(
                label,
                type="button",
                on_click=[PANE.set_value(name), scroll_to_top()],
                custom_attrs={"aria-pressed": rx.cond(PANE.value == name, "true", "false")},
                class_name="quiet tab",
                id=f"pane-{name}",
            )
            for name, label in (
                ("notes", "Notes"),
                ("scorecard", "Scorecard"),
                ("feedback", "Feedback"),
            )
        ),
        class_name="pane-tabs",
        role="group",
        aria_label="Part of the page",
    )


def workspace() -> rx.Component:
    """The notes with CV and job behind tabs, and the scorecard."""
    return rx.el.div(
        rx.el.section(
            rx.el.div(
                rx.el.div(
                    *(
                        _aside_tab(name, label)
                        for name, label in (("notes", "Notes"), ("cv", "CV"), ("job", "Job"))
                    ),
                    class_name="choices",
                    role="tablist",
                    aria_label="Notes and background",
                ),
                rx.el.div(
                    rx.cond(
                        (_TEXT.unused > 0) & (_TEXT.used != ""),
                        rx.el.span(
                            _TEXT.unused,
                            rx.cond(_TEXT.unused == 1, " line not used", " lines not used"),
                            id="unused-lines",
                            class_name="note",
                        ),
                    ),
                    save_label("notes-status", NOTES, _DETAIL.id, InterviewState.notes_save),
                    class_name="pane-state",
                ),
                class_name="pane-head",
            ),
            _panel("notes", "Notes", notes()),
            _panel("cv", "CV", _cv()),
            _panel("job", "Job", _job()),
            class_name="notes-pane",
        ),
        rx.el.section(
            scorecard(), class_name="scorecard-pane", aria_label="Scorecard", id="scorecard"
        ),
        *NOTES.vars(),
        *REASONS.vars(),
        REASON_OF,
        ASIDE,
        class_name="workspace scrolls",
    )


def _aside_tab(name: str, label: str) -> rx.Component:
    return rx.el.button(
        label,
        type="button",
        role="tab",
        on_click=ASIDE.set_value(name),
        custom_attrs={"aria-selected": rx.cond(ASIDE.value == name, "true", "false")},
        class_name="quiet tab",
        id=f"aside-{name}",
    )


def _panel(name: str, label: str, content: rx.Component) -> rx.Component:
    return rx.el.div(
        content,
        hidden=ASIDE.value != name,
        role="tabpanel",
        aria_label=label,
        class_name="scrolls",
    )


def _cv() -> rx.Component:
    return rx.el.div(
        rx.el.p(_DETAIL.headline),
        rx.cond(
            _DETAIL.cv != "",
            rx.el.p(_DETAIL.cv, dir="auto"),
            rx.el.p("There is no CV of this candidate.", class_name="muted"),
        ),
        class_name="aside-text",
        id="candidate-cv",
    )


def _job() -> rx.Component:
    return rx.el.div(
        rx.el.p(_DETAIL.job, " · ", _DETAIL.department),
        rx.el.p(_DETAIL.job_summary, dir="auto"),
        rx.el.dl(rx.foreach(InterviewState.competencies, _meaning)),
        class_name="aside-text",
        id="job",
    )


def _meaning(row: rx.vars.ObjectVar[CompetencyRow]) -> rx.Component:
    return rx.fragment(rx.el.dt(row.name), rx.el.dd(row.description))
