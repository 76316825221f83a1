"""The list of running calls, and the question before one is stopped."""

import reflex as rx

from feedback_app.ui.components import badge, card
from feedback_app.usage.running.schemas import RunningRow
from feedback_app.usage.running.state import RunningState


def running_now() -> rx.Component:
    """The calls that are running now."""
    return card(
        rx.cond(
            RunningState.rows,
            rx.el.ul(rx.foreach(RunningState.rows, _row), class_name="rows"),
            rx.text("No call is running.", size="2", color_scheme="gray"),
        ),
        _question(),
        title="Running now",
        id="running-now",
    )


def _row(row: RunningRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.link(row.subject, href=row.href, weight="medium"),
            rx.el.small(
                row.person, rx.cond(row.subject_note != "", rx.fragment(" · ", row.subject_note))
            ),
        ),
        rx.el.span(row.model, class_name="muted wraps"),
        badge(row.phase, "running"),
        rx.el.span(row.tokens, " tokens", class_name="figure"),
        rx.el.span(row.since, class_name="figure"),
        rx.button(
            rx.icon("square", size=13),
            "Stop",
            on_click=RunningState.ask(row.call_id),
            variant="soft",
            color_scheme="red",
            size="1",
            aria_label=f"Stop the call of {row.person} about {row.subject}",
        ),
        custom_attrs={"data-id": row.call_id},
        class_name="running-row",
    )


def _question() -> rx.Component:
    call = RunningState.asked
    return rx.alert_dialog.root(
        rx.alert_dialog.content(
            rx.alert_dialog.title("Stop this call?", size="4"),
            rx.alert_dialog.description(
                f"{call.person} is having a draft written about {call.subject}. It ends where it "
                "is; the text so far stays with them, and what it used is charged.",
                size="2",
            ),
            rx.el.div(
                rx.button(
                    "Keep it running",
                    variant="soft",
                    color_scheme="gray",
                    on_click=RunningState.keep,
                ),
                rx.button(
                    "Stop it",
                    color_scheme="red",
                    on_click=RunningState.stop(call.call_id),
                    id="confirm-stop",
                ),
                class_name="dialog-actions",
            ),
            max_width="440px",
            on_escape_key_down=RunningState.keep,
        ),
        open=RunningState.asking,
    )
