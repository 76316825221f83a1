"""The left side of interview mode: who, the notes with their lines, the scorecard, CV and job."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex.experimental import ClientStateVar

from feedback_app import routes
from feedback_app.feedback.components import LIT
from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.interviews.schemas import NOT_ASSESSED, CompetencyRow
from feedback_app.interviews.state import InterviewState
from feedback_app.llm.assessment import RATING_LABELS, RECOMMENDATION_LABELS
from feedback_app.ui.browser import focus, scroll_to
from feedback_app.ui.components import time_element
from feedback_app.ui.editor import LONG_TEXT, Draftbook, conflict_banner, save_label, typed_area
from feedback_app.ui.keys import Shortcut, page_begins_at, shortcut_list, shortcuts

_TEXT: Any = FeedbackState
_LIVE: Any = Live
"""Its attributes as the browser has them."""
NOTES = Draftbook("notes")
"""What the browser keeps of the notes' editor."""
REASONS = Draftbook("reasons")
"""The same of the reason that was typed last."""
REASON_OF: Any = ClientStateVar.create("reasonof", default="")
"""The competency whose reason that is."""
PANE: Any = ClientStateVar.create("deskpane", default="notes")
"""Which part a narrow window shows: `notes`, `scorecard` or `feedback`."""
ASIDE: Any = ClientStateVar.create("deskaside", default="notes")
"""What stands above the scorecard: `notes`, `cv` or `job`."""

_DETAIL = InterviewState.detail
_AHEAD = NOTES.is_ahead(_DETAIL.id, InterviewState.notes_save.acked)


def desk_head(*actions: rx.Component) -> rx.Component:
    """Who, for what, when; and what can be done with the whole."""
    return rx.el.div(
        rx.link(
            rx.icon("arrow-left", size=16),
            rx.el.span("My interviews", class_name="back-label"),
            href=routes.INTERVIEWS,
            class_name="back",
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
                class_name="desk-facts",
            ),
            class_name="desk-who",
        ),
        rx.el.div(*actions, class_name="desk-actions"),
        page_begins_at("candidate"),
        class_name="desk-head",
    )


def _press(key: str) -> Any:
    return InterviewState.press(key)


SHORTCUTS = (
    Shortcut("Enter", _press("draft"), "Draft, or update the draft", with_ctrl=True),
    Shortcut("Escape", _press("stop"), "Stop the draft", anywhere=True, shown="Esc"),
    Shortcut("s", _press("save"), "Save", with_ctrl=True, shown="S"),
    Shortcut("Enter", _press("submit"), "Review and submit", with_ctrl=True, with_shift=True),
    Shortcut("n", _press("next"), "Next interview to write about"),
    Shortcut("t", focus("interview-notes"), "To the notes"),
    Shortcut("e", focus("feedback-editor"), "To the feedback"),
    Shortcut("j", _press("j"), "Next competency"),
    Shortcut("k", _press("k"), "Competency before"),
    *(
        Shortcut(str(step), _press(str(step)), f"Rate it {label}")
        for step, label in RATING_LABELS.items()
    ),
    Shortcut("0", _press("0"), "Not assessed"),
    Shortcut("?", _press("?"), "This list"),
)


def desk_keys() -> rx.Component:
    """The shortcuts of the page, and the list of them."""
    return rx.fragment(
        shortcuts(*SHORTCUTS),
        rx.dialog.root(
            rx.dialog.content(
                rx.dialog.title("Shortcuts", size="4"),
                rx.dialog.description("None of them works while you type text.", size="2"),
                shortcut_list(*SHORTCUTS),
                rx.el.div(
                    rx.dialog.close(rx.button("Close", variant="soft")), class_name="dialog-actions"
                ),
                id="shortcuts",
                max_width="440px",
            ),
            open=InterviewState.helping,
            on_open_change=InterviewState.close_help,
        ),
        rx.cond(InterviewState.moves > 0, _to_current(key=f"{InterviewState.moves}")),
    )


@rx.memo
def _to_current(rest: rx.RestProp) -> rx.Component:
    """Moves the focus to the competency that keys rate."""
    return rx.el.span(hidden=True, on_mount=focus(f"competency-{InterviewState.current}"))


def pane_tabs() -> rx.Component:
    """Notes, scorecard, feedback: one at a time in a narrow window."""
    return rx.el.div(
        *(
            rx.el.button(
                label,
                type="button",
                on_click=PANE.set_value(name),
                custom_attrs={"aria-pressed": rx.cond(PANE.value == name, "true", "false")},
                class_name="pane-tab",
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
                    class_name="aside-tabs",
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
                            class_name="muted",
                        ),
                    ),
                    save_label("notes-status", NOTES, _DETAIL.id, InterviewState.notes_save),
                    class_name="paper-state",
                ),
                class_name="pane-head",
            ),
            rx.el.div(_notes(), hidden=ASIDE.value != "notes", role="tabpanel", aria_label="Notes"),
            rx.el.div(_cv(), hidden=ASIDE.value != "cv", role="tabpanel", aria_label="CV"),
            rx.el.div(_job(), hidden=ASIDE.value != "job", role="tabpanel", aria_label="Job"),
            class_name="notes-pane",
        ),
        rx.el.section(
            _scorecard(), class_name="scorecard-pane", aria_label="Scorecard", id="scorecard"
        ),
        *NOTES.vars(),
        *REASONS.vars(),
        REASON_OF,
        ASIDE,
        class_name="workspace",
    )


def _aside_tab(name: str, label: str) -> rx.Component:
    return rx.el.button(
        label,
        type="button",
        role="tab",
        on_click=ASIDE.set_value(name),
        custom_attrs={"aria-selected": rx.cond(ASIDE.value == name, "true", "false")},
        class_name="aside-tab",
        id=f"aside-{name}",
    )


@rx.memo
def _begin_notes(rest: rx.RestProp) -> rx.Component:
    """When the editor begins: send what only the browser has, else take over the server's."""
    resend = InterviewState.note(_DETAIL.id, NOTES.text.value, NOTES.stamp.value, NOTES.base.value)
    return rx.el.span(
        hidden=True,
        on_mount=[
            rx.cond(_AHEAD, resend, rx.noop()),
            NOTES.text.set_value(rx.cond(_AHEAD, NOTES.text.value, InterviewState.notes)),
            NOTES.owner.set_value(_DETAIL.id),
            NOTES.stamp.set_value(
                rx.cond(_AHEAD, NOTES.stamp.value, InterviewState.notes_save.acked)
            ),
        ],
    )


@rx.memo
def _notes_lines() -> rx.Component:
    """The lines behind the editor: their numbers, and which of them a statement rests on."""
    lines = NOTES.text.value.to(str).split("\n")
    return rx.el.div(
        rx.foreach(lines, _line),
        class_name="mirror",
        aria_hidden="true",
    )


def _line(line: Any, index: Any) -> rx.Component:
    number = rx.cond(_TEXT.sent_lines.length() > 0, _TEXT.sent_lines[index], index + 1)
    among = "," + number.to(str) + ","
    lit = "," + LIT.value.to(str)[2:] + ","
    used = rx.cond(RUNNING_USED != "", RUNNING_USED, _TEXT.used)
    return rx.el.div(
        line.to(str) + "\u200b",
        id="n" + number.to(str),
        class_name=rx.cond(
            lit.contains(among) | _LIVE.f.contains(among),
            "ml lit",
            rx.cond(
                (used != "") & ~used.contains(among) & (line.to(str).strip() != ""),
                "ml unused",
                "ml",
            ),
        ),
    )


RUNNING_USED: Any = rx.cond(_TEXT.over, _LIVE.u, "")


@rx.memo
def _notes_editor(rest: rx.RestProp) -> rx.Component:
    """The editor of the notes, begun anew only under another key."""

    def typed(text: Any, stamp: Any) -> list[Any]:
        note = InterviewState.note
        base = InterviewState.notes_revision
        return [
            *NOTES.note(_DETAIL.id, text, stamp, base),
            rx.cond(
                text.to(str).length() < LONG_TEXT,
                note(_DETAIL.id, text, stamp, base),
                note(_DETAIL.id, text, stamp, base).debounce(400),
            ),
        ]

    return typed_area(
        id="interview-notes",
        default_value=rx.cond(_AHEAD, NOTES.text.value.to(str), InterviewState.notes),
        placeholder="What you saw and heard. Everything is saved as you type.",
        aria_label="Notes",
        class_name="notes-area",
        dir="auto",
        on_change=typed,
    )


def _notes() -> rx.Component:
    key = f"{_DETAIL.id} {InterviewState.revision}"
    return rx.fragment(
        _notes_conflict(),
        rx.el.div(
            _begin_notes(key=key),
            _notes_lines(),
            _notes_editor(key=key),
            class_name="numbered",
        ),
    )


def source_peek() -> rx.Component:
    """In a narrow window: the line that the statement under the caret rests on."""
    lines = NOTES.text.value.to(str).split("\n")
    number = LIT.value.to(str)[2:].split(",")[0]
    return rx.cond(
        LIT.value & (PANE.value == "feedback"),
        rx.el.div(
            rx.el.span(number, ": ", lines[number.to(int) - 1]),
            rx.el.button(
                "Show in notes",
                type="button",
                on_click=[PANE.set_value("notes"), scroll_to("n" + number)],
                class_name="text-button",
            ),
            class_name="peek",
            id="source-peek",
        ),
    )


def _notes_conflict() -> rx.Component:
    return rx.cond(
        InterviewState.notes_conflict,
        conflict_banner(
            "notes",
            "You changed these notes in another tab. Which should stay?",
            mine=(
                "keep-my-notes",
                "These",
                InterviewState.keep_my_notes(_DETAIL.id, NOTES.text.value, NOTES.stamp.value),
            ),
            other=(
                "show-other-notes",
                "The others",
                [NOTES.stamp.set_value(0), InterviewState.show_other_notes(_DETAIL.id)],
            ),
        ),
    )


def _cv() -> rx.Component:
    return rx.el.div(
        rx.el.p(_DETAIL.headline, class_name="aside-lead"),
        rx.cond(
            _DETAIL.cv != "",
            rx.el.p(_DETAIL.cv, class_name="prose", dir="auto"),
            rx.el.p("There is no CV of this candidate.", class_name="muted"),
        ),
        class_name="aside-text",
        id="candidate-cv",
    )


def _job() -> rx.Component:
    return rx.el.div(
        rx.el.p(_DETAIL.job, " · ", _DETAIL.department, class_name="aside-lead"),
        rx.el.p(_DETAIL.job_summary, class_name="prose", dir="auto"),
        rx.el.dl(rx.foreach(InterviewState.competencies, _meaning)),
        class_name="aside-text",
        id="job",
    )


def _meaning(row: rx.vars.ObjectVar[CompetencyRow]) -> rx.Component:
    return rx.fragment(rx.el.dt(row.name), rx.el.dd(row.description))


def _scorecard() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.heading("Scorecard", as_="h2", size="3", weight="medium"),
            rx.el.span(InterviewState.rated_words, id="rated-count", class_name="muted figure"),
            save_label("reasons-status", REASONS, _DETAIL.id, InterviewState.reasons_save),
            class_name="pane-head",
        ),
        rx.el.p(
            *(
                rx.el.span(rx.el.b(str(step)), f" {label}", custom_attrs={"data-step": str(step)})
                for step, label in RATING_LABELS.items()
            ),
            class_name="legend",
            aria_hidden="true",
        ),
        rx.cond(
            _TEXT.questions.to_do.length() > 0,
            rx.el.p("To do: ", _TEXT.questions.to_do.join(" · "), id="to-do", class_name="to-do"),
        ),
        rx.el.div(
            rx.foreach(InterviewState.competencies, _competency),
            id="competencies",
            class_name="competencies",
        ),
        rx.el.div(
            rx.el.span("Your recommendation", class_name="recommendation-label"),
            _scale(
                "recommendation",
                "Your recommendation",
                _DETAIL.recommendation,
                [(key.value, label, label) for key, label in RECOMMENDATION_LABELS.items()],
                lambda value: InterviewState.recommend(_DETAIL.id, value),
            ),
            id="recommendation",
            class_name="recommendation",
        ),
    )


def own_scorecard() -> rx.Component:
    """The ratings and the recommendation, for reading."""
    return rx.el.section(
        rx.heading("Your scorecard", as_="h2", size="3", weight="medium"),
        rx.el.p(
            rx.el.span("Recommendation"),
            rx.el.b(
                rx.match(
                    _DETAIL.recommendation,
                    *((key.value, label) for key, label in RECOMMENDATION_LABELS.items()),
                    "",
                )
            ),
            class_name="review-verdict",
        ),
        rx.el.dl(
            rx.foreach(
                InterviewState.competencies,
                lambda row: rx.el.div(
                    rx.el.dt(row.name),
                    rx.el.dd(
                        rx.match(
                            row.rating,
                            *(
                                (str(step), f"{step} · {label}")
                                for step, label in RATING_LABELS.items()
                            ),
                            (NOT_ASSESSED, "Not assessed"),
                            "Not rated",
                        )
                    ),
                    rx.cond(
                        row.reason != "",
                        rx.el.dd(row.reason, class_name="given-reason", dir="auto"),
                    ),
                ),
            ),
            class_name="review-ratings",
        ),
        id="own-scorecard",
    )


def _competency(row: rx.vars.ObjectVar[CompetencyRow], index: Any) -> rx.Component:
    missing = (row.rating == "") | ((row.rating != NOT_ASSESSED) & (row.reason == ""))
    return rx.el.div(
        rx.el.span(
            row.name,
            class_name="competency-name",
            title=row.description,
            id=f"name-{row.id}",
        ),
        _scale(
            f"rating-{row.id}",
            f"Rating of {row.name}",
            row.rating,
            [
                *((str(step), str(step), label) for step, label in RATING_LABELS.items()),
                (NOT_ASSESSED, "n/a", "Not assessed"),
            ],
            lambda value: InterviewState.rate(_DETAIL.id, row.id, value),
            described_by=f"about-{row.id}",
        ),
        rx.el.span(row.description, id=f"about-{row.id}", class_name="sr-only"),
        rx.el.div(
            _reason(
                id=row.id,
                name=row.name,
                reason=row.reason,
                key=f"{row.id} {InterviewState.revision}",
            ),
            class_name="reason-box",
        ),
        class_name="competency",
        id=f"competency-{index}",
        key=f"{_DETAIL.id}{row.id}",
        tab_index=-1,
        role="group",
        aria_label=row.name,
        custom_attrs={
            "data-id": row.id,
            "data-current": rx.cond(InterviewState.current == index, "true", "false"),
            "data-missing": rx.cond(row.rating == "", "rating", rx.cond(missing, "reason", "")),
        },
    )


@rx.memo
def _reason(
    id: rx.Var[str], name: rx.Var[str], reason: rx.Var[str], rest: rx.RestProp
) -> rx.Component:
    acked = InterviewState.reasons_save.acked
    is_ahead = REASONS.is_ahead(_DETAIL.id, acked) & (REASON_OF.value == id)
    resend = InterviewState.give_reason(_DETAIL.id, id, REASONS.text.value, REASONS.stamp.value)
    return typed_area(
        default_value=rx.cond(is_ahead, REASONS.text.value.to(str), reason),
        on_mount=rx.cond(is_ahead, resend, rx.noop()),
        placeholder="Why?",
        aria_label=f"Reason for {name}",
        class_name="reason",
        rows="1",
        dir="auto",
        on_change=lambda text, stamp: [
            *REASONS.note(_DETAIL.id, text, stamp),
            REASON_OF.set_value(id),
            InterviewState.give_reason(_DETAIL.id, id, text, stamp),
        ],
    )


def _scale(
    name: Any,
    label: Any,
    value: Any,
    steps: list[tuple[str, str, str]],
    on_pick: Callable[[str], Any],
    described_by: Any = "",
) -> rx.Component:
    """Radio buttons as a row of steps; a click on the chosen one takes it back."""
    return rx.el.div(
        *(
            rx.el.label(
                rx.el.input(
                    type="radio",
                    name=name,
                    value=key,
                    checked=value == key,
                    on_change=lambda _picked, key=key: on_pick(key),
                    class_name="sr-only",
                    aria_label=full,
                ),
                rx.el.span(short, aria_hidden="true"),
                class_name="step",
                title=full,
                custom_attrs={"data-step": key},
                on_double_click=on_pick(""),
            )
            for key, short, full in steps
        ),
        role="radiogroup",
        aria_label=label,
        aria_describedby=described_by,
        class_name="scale",
    )
