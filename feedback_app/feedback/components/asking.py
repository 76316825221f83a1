"""What the page asks the writer: contradictions, lines to place, remarks that are left out."""

from collections.abc import Callable
from typing import Any

import reflex as rx

from feedback_app.feedback.schemas import ContradictionView, RemarkView, UnplacedView
from feedback_app.feedback.state import FeedbackState
from feedback_app.ui.components import small_button

OnAnswer = Callable[[Any, Any], Any]
"""Called with the key of a contradiction and the code of the answer."""
_TEXT: Any = FeedbackState
"""The state's attributes as the browser has them."""


def asking(on_answer: OnAnswer) -> rx.Component:
    """All questions, above the text; nothing if there are none."""
    asked = _TEXT.questions
    return rx.cond(
        (asked.contradictions.length() + asked.unplaced.length() + asked.remarks.length() > 0)
        | asked.has_answers,
        rx.el.div(_contradictions(on_answer), _unplaced(), _remarks(), class_name="asking scrolls"),
    )


def _contradictions(on_answer: OnAnswer) -> rx.Component:
    return rx.el.ul(
        rx.foreach(_TEXT.questions.contradictions, lambda asked: _contradiction(asked, on_answer)),
        id="contradictions",
        aria_label="Questions before you draft",
    )


def _contradiction(
    asked: rx.vars.ObjectVar[ContradictionView], on_answer: OnAnswer
) -> rx.Component:
    answers: Any = asked.answers
    return rx.el.li(
        rx.icon("message-circle-question", size=16),
        rx.el.span(asked.question, class_name="ask-text", dir="auto"),
        rx.el.span(
            rx.foreach(
                answers,
                lambda answer: rx.el.button(
                    answer[1],
                    type="button",
                    on_click=on_answer(asked.key, answer[0]),
                    class_name="chip",
                    custom_attrs={"data-answer": answer[0]},
                ),
            ),
            class_name="choices",
        ),
        class_name="ask near",
        custom_attrs={"data-line": asked.line},
    )


def _unplaced() -> rx.Component:
    asked = _TEXT.questions
    return rx.cond(
        (asked.unplaced.length() > 0) | asked.has_answers,
        rx.el.details(
            rx.el.summary(
                rx.cond(
                    asked.unplaced.length() > 0,
                    rx.cond(
                        asked.unplaced.length() == 1,
                        "1 line has no place yet: place it, or leave it out",
                        f"{asked.unplaced.length()} lines have no place yet: "
                        "place them, or leave them out",
                    ),
                    "Every line has its place",
                ),
            ),
            rx.el.ul(rx.foreach(asked.unplaced, _unplaced_line)),
            rx.cond(
                asked.has_answers,
                small_button("Ask me again about all lines", _TEXT.start_over, id="ask-again"),
            ),
            open=asked.unplaced.length() > 0,
            id="unplaced-notes",
        ),
    )


def _unplaced_line(found: rx.vars.ObjectVar[UnplacedView]) -> rx.Component:
    guesses: Any = found.guesses
    return rx.el.li(
        rx.el.a(found.line, href=f"#n{found.line}", class_name="cite ask-line"),
        rx.el.span(found.text, class_name="ask-text", dir="auto"),
        rx.el.span(
            rx.foreach(
                _TEXT.questions.competencies,
                lambda competency: rx.el.button(
                    competency[1],
                    type="button",
                    on_click=_TEXT.place(found.key, competency[0]),
                    class_name=rx.cond(guesses.contains(competency[0]), "chip guess", "chip"),
                    custom_attrs={"data-competency": competency[0]},
                ),
            ),
            rx.el.button(
                "Leave out",
                type="button",
                on_click=_TEXT.place(found.key, ""),
                class_name="chip leave",
                custom_attrs={"data-competency": ""},
            ),
            class_name="choices",
        ),
        class_name="ask",
        custom_attrs={"data-line": found.line},
    )


def _remarks() -> rx.Component:
    remarks = _TEXT.questions.remarks
    return rx.cond(
        remarks.length() > 0,
        rx.el.details(
            rx.el.summary(_TEXT.questions.left_out),
            rx.el.ul(rx.foreach(remarks, _remark)),
            open=True,
            id="personal-remarks",
        ),
    )


def _remark(found: rx.vars.ObjectVar[RemarkView]) -> rx.Component:
    return rx.el.li(
        rx.cond(
            found.line == "0",
            rx.el.span(found.where, class_name="muted"),
            rx.el.a(found.line, href=f"#n{found.line}", class_name="cite ask-line"),
        ),
        rx.el.span(
            found.text, class_name=rx.cond(found.put_back, "ask-text", "ask-text out"), dir="auto"
        ),
        rx.el.span(found.reason, class_name="muted"),
        rx.el.span(
            rx.el.button(
                rx.cond(found.put_back, "Leave out", "Put back"),
                type="button",
                on_click=_TEXT.put_back(found.key, ~found.put_back),
                class_name="chip",
                aria_label=rx.cond(
                    found.put_back,
                    f"Leave out again: {found.text}",
                    f"Put back on purpose: {found.text}",
                ),
            ),
            class_name="choices",
        ),
        class_name="ask",
        custom_attrs={
            "data-line": found.line,
            "data-put-back": rx.cond(found.put_back, "true", "false"),
        },
    )
