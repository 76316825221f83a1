"""The pieces of a call's page: its timeline, its facts, what was asked and answered."""

import reflex as rx

from feedback_app import routes
from feedback_app.live.components import draft_text
from feedback_app.ui.components import badge, card, error_callout, skeleton_rows, time_element
from feedback_app.usage.trace.schemas import Fact, FactGroup, PromptMessage, Segment, Step
from feedback_app.usage.trace.state import TraceState

_view = TraceState.view


def header() -> rx.Component:
    """Whom the call was about, how it ended, and a link back."""
    return rx.flex(
        rx.link(
            rx.icon("arrow-left", size=15),
            "Usage",
            href=routes.ADMIN_USAGE,
            size="2",
            display="inline-flex",
            align_items="center",
            gap="6px",
        ),
        rx.el.div(
            rx.heading(_view.title, as_="h1", size="6", weight="bold", class_name="page-title"),
            badge(_view.status_label, _view.status, id="call-status"),
            class_name="line",
        ),
        rx.text(_view.subtitle, ", ", time_element(_view.started), size="2", color_scheme="gray"),
        rx.cond(
            _view.interview != "",
            rx.link(
                "What was submitted about this interview",
                href=_view.interview,
                size="2",
                id="call-interview",
            ),
        ),
        direction="column",
        align="start",
        spacing="2",
        margin_bottom="20px",
    )


def failure() -> rx.Component:
    """What went wrong, in the words the person saw and by its code."""
    return rx.cond(
        _view.error != "",
        rx.callout.root(
            rx.callout.icon(rx.icon("circle-alert", size=17)),
            rx.callout.text(_view.error, " ", rx.el.code(_view.error_code)),
            color_scheme=rx.cond(_view.status == "error", "red", "amber"),
            variant="surface",
            size="1",
            id="call-error",
        ),
    )


def timeline() -> rx.Component:
    """The phases as a bar, and everything that happened as a list."""
    line = _view.timeline
    return card(
        rx.el.div(
            rx.heading("Timeline", as_="h2", size="3", weight="medium"),
            rx.el.span(line.total, class_name="figure muted", id="call-total"),
            class_name="split card-head",
        ),
        rx.cond(line.note != "", rx.text(line.note, size="2", color_scheme="gray")),
        rx.cond(
            line.segments,
            rx.el.div(
                rx.foreach(line.segments, _segment),
                role="img",
                aria_label=line.summary,
                class_name="phase-bar",
            ),
        ),
        rx.cond(
            line.steps,
            rx.el.ol(rx.foreach(line.steps, _step), class_name="phase-steps"),
        ),
        id="call-timeline",
    )


def _segment(segment: Segment) -> rx.Component:
    return rx.el.div(
        class_name="phase",
        title=f"{segment.label}: {segment.lasted}",
        style={"left": segment.start, "width": segment.width},
        custom_attrs={"data-stage": segment.stage},
    )


def _step(step: Step) -> rx.Component:
    return rx.el.li(
        rx.el.span(step.at, class_name="figure muted"),
        rx.el.span(class_name="step-dot", custom_attrs={"data-stage": step.stage}),
        rx.el.span(step.label),
        rx.el.span(step.lasted, class_name="figure muted"),
        custom_attrs={"data-stage": step.stage},
    )


def facts() -> rx.Component:
    """All the ledger's facts about the call."""
    return rx.el.div(rx.foreach(_view.groups, _group), class_name="fact-groups", id="call-facts")


def _group(group: FactGroup) -> rx.Component:
    return rx.el.section(
        rx.heading(group.title, as_="h2", size="3", weight="medium", class_name="card-title"),
        rx.data_list.root(rx.foreach(group.facts, _fact), size="2"),
        class_name="card",
    )


def _fact(fact: Fact) -> rx.Component:
    return rx.data_list.item(
        rx.data_list.label(fact.label),
        rx.data_list.value(
            rx.el.div(
                rx.cond(fact.at.text != "", time_element(fact.at), rx.el.span(fact.value)),
                rx.cond(fact.note != "", rx.el.small(fact.note)),
                class_name="figure",
            )
        ),
    )


def answer() -> rx.Component:
    """The final answer, or its replay."""
    return card(
        rx.el.div(
            rx.heading("Answer", as_="h2", size="3", weight="medium", id=routes.CALL_ANSWER_ANCHOR),
            rx.el.div(
                rx.cond(
                    TraceState.replaying,
                    rx.fragment(
                        rx.text(
                            TraceState.message, as_="span", size="2", weight="medium", role="status"
                        ),
                        rx.el.span(TraceState.elapsed, class_name="figure muted"),
                        rx.button(
                            rx.icon("square", size=14),
                            "Stop replay",
                            on_click=rx.redirect(TraceState.stop_href),
                            variant="soft",
                            color_scheme="red",
                            size="2",
                            id="stop-replay",
                        ),
                    ),
                    rx.cond(
                        _view.can_replay,
                        rx.button(
                            rx.icon("play", size=14),
                            "Replay",
                            on_click=rx.redirect(TraceState.replay_href),
                            variant="soft",
                            size="2",
                            id="replay",
                        ),
                    ),
                ),
                class_name="line",
            ),
            class_name="split card-head",
        ),
        rx.cond(
            _view.answer_note != "",
            rx.text(_view.answer_note, size="2", color_scheme="gray", id="answer-note"),
            rx.el.div(
                draft_text(TraceState),
                class_name=rx.cond(
                    TraceState.replaying, "document small inset writing", "document small inset"
                ),
                role="region",
                aria_label="Answer",
                aria_busy=rx.cond(TraceState.replaying, "true", "false"),
                tab_index=0,
                id="call-answer-text",
                custom_attrs={"data-phase": TraceState.phase},
            ),
        ),
        rx.cond(
            _view.replay_note != "",
            rx.text(_view.replay_note, size="1", color_scheme="gray", margin_top="8px"),
        ),
    )


def prompt() -> rx.Component:
    """The messages that were sent."""
    return card(
        rx.cond(
            _view.prompt,
            rx.fragment(rx.foreach(_view.prompt, _message)),
            rx.text(_view.prompt_note, size="2", color_scheme="gray", id="prompt-note"),
        ),
        title="Prompt",
        id="call-prompt",
    )


def _message(message: PromptMessage) -> rx.Component:
    return rx.el.details(
        rx.el.summary(message.role),
        rx.el.pre(message.content, class_name="inset prompt-text", tab_index=0),
    )


def loading() -> rx.Component:
    """Placeholder shown until the call has loaded."""
    return rx.el.div(
        skeleton_rows(3, height="180px"),
        rx.el.span("Loading the call…", role="status", class_name="sr-only"),
    )


def failed() -> rx.Component:
    return error_callout(
        "The call could not be loaded.",
        rx.button("Try again", on_click=TraceState.load, variant="soft", color_scheme="red"),
        id="call-failed",
    )
