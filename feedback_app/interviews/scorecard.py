"""The scorecard: a row for each competency, its reason, and the person's recommendation."""

from collections.abc import Callable
from typing import Any

import reflex as rx
from reflex.experimental import ClientStateVar

from feedback_app.auth.state import AuthState
from feedback_app.feedback.assessment import RATING_LABELS, RECOMMENDATION_LABELS
from feedback_app.feedback.state import FeedbackState
from feedback_app.interviews.schemas import NOT_ASSESSED, CompetencyRow
from feedback_app.interviews.state import InterviewState
from feedback_app.ui.editor import Draftbook, save_label, sent_again, typed_area

_TEXT: Any = FeedbackState
"""The state's attributes as the browser has them."""
REASONS = Draftbook("reasons")
"""The browser's own record of the reason that was typed last."""
REASON_OF: Any = ClientStateVar.create("reasonof", default="")
"""The competency that this reason belongs to."""
_DETAIL = InterviewState.detail


def scorecard() -> rx.Component:
    return rx.fragment(
        rx.el.div(
            rx.heading("Scorecard", as_="h2", size="3", weight="medium"),
            rx.el.span(InterviewState.rated_words, id="rated-count", class_name="muted figure"),
            save_label("reasons-status", REASONS, _DETAIL.id, InterviewState.reasons_save),
            class_name="pane-head",
        ),
        rx.cond(InterviewState.competencies, _legend()),
        rx.cond(AuthState.returns > 0, _send_reason_again(key=f"{AuthState.returns}")),
        rx.cond(
            _TEXT.questions.to_do.length() > 0,
            rx.el.p(
                "To do: ", _TEXT.questions.to_do.join(" · "), id="to-do", class_name="to-do near"
            ),
        ),
        rx.el.div(
            rx.foreach(InterviewState.competencies, _competency),
            id="competencies",
        ),
        rx.el.div(
            rx.el.span("Your recommendation"),
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


def _legend() -> rx.Component:
    return rx.el.p(
        *(
            rx.el.span(rx.el.b(str(step)), f" {label}", custom_attrs={"data-step": str(step)})
            for step, label in RATING_LABELS.items()
        ),
        class_name="legend muted",
        aria_hidden="true",
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
            class_name="verdict",
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
            class_name="pairs",
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
                *(
                    (str(step), str(step), _looks_like(row, step, label))
                    for step, label in RATING_LABELS.items()
                ),
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


def _looks_like(row: Any, step: int, label: str) -> Any:
    """The step's label, and what the job says it looks like."""
    said = row.steps[step - 1]
    has_steps = row.steps.length() == len(RATING_LABELS)
    return rx.cond(has_steps & (said != ""), f"{label}: {said}", label)


@rx.memo
def _send_reason_again(rest: rx.RestProp) -> rx.Component:
    ahead = REASONS.is_ahead(_DETAIL.id, InterviewState.reasons_save.acked)
    return sent_again(
        ahead,
        InterviewState.give_reason(
            _DETAIL.id, REASON_OF.value, REASONS.text.value, REASONS.stamp.value
        ),
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
    steps: list[tuple[str, str, Any]],
    on_pick: Callable[[str], Any],
    described_by: Any = "",
) -> rx.Component:
    """Radio buttons as a row of steps; a click on the chosen one clears it."""
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
