"""The generator as a component: one button for the next action, the progress, what a call took.

A page describes its calls by a `Panel`, and places the pieces where it wants them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import reflex as rx

from feedback_app.live.generator import Generator
from feedback_app.llm.events import STAGE_MESSAGES
from feedback_app.ui.components import small_button


@dataclass(frozen=True)
class Panel:
    """One page's generator; its vars belong to whichever state has them."""

    live: type[Generator]
    subject_id: Any
    button: str
    """The id of the button while nothing runs; `stop-generation` while something does."""
    label: Any
    """The button's label then."""
    is_offline: Any
    """Whether the operation's own writer is used instead of a model."""
    offline_words: str
    """Shown in place of the cost then."""
    may_start: Any
    has_facts: Any
    """Whether there is something to write from."""
    hint: str
    """What is missing if there is not."""
    quote: Any
    """A `QuoteView`."""
    noun: str = "draft"

    @property
    def running(self) -> Any:
        """Whether an answer is being written; a var for the browser."""
        return is_running(self.live)

    @property
    def ended_early(self) -> Any:
        phase = self.live.phase
        return (phase == "error") | (phase == "cancelled") | (phase == "interrupted")


def is_running(live: type[Generator]) -> Any:
    """Whether an answer is being written; a var for the browser."""
    running: Any = live.phase == "connecting"
    for stage in list(STAGE_MESSAGES)[1:]:
        running = running | (live.phase == stage)
    return running


def action_bar(panel: Panel, on_begin: Any) -> rx.Component:
    """The one action and the text about it. `on_begin` runs in the browser at a start."""
    live = panel.live
    return rx.el.div(
        rx.el.div(_status(panel), class_name="action-status note"),
        main_button(panel, on_begin),
        rx.cond(
            panel.running,
            rx.progress(
                value=live.progress,
                size="1",
                id="generation-progress",
                aria_label=f"Progress of the {panel.noun}",
                class_name="action-progress",
            ),
        ),
        rx.cond(live.wait_s > 0, rx.el.span(hidden=True, on_mount=_event(live.count_down))),
        rx.el.span(
            live.announcement,
            role="status",
            id="generation-announcement",
            class_name="sr-only",
        ),
        class_name="action-bar",
    )


def main_button(panel: Panel, on_begin: Any) -> rx.Component:
    """Generate, or Stop while a call runs: one button, so that the focus stays on it."""
    live, running = panel.live, panel.running
    waits = ~running & (live.wait_s > 0)
    label = rx.cond(
        running, "Stop", rx.cond(live.wait_s > 0, f"Try again in {live.wait_s} s", panel.label)
    )
    return rx.button(
        rx.cond(
            running,
            rx.icon("square", size=14),
            rx.cond(panel.is_offline, rx.icon("pen-line", size=15), rx.icon("sparkles", size=15)),
        ),
        rx.el.span(label),
        type="button",
        id=rx.cond(running, "stop-generation", panel.button),
        on_click=rx.cond(
            running, _event(live.stop)(panel.subject_id), _event(live.generate)(panel.subject_id)
        ),
        on_mouse_up=on_begin,
        disabled=~running & (~panel.may_start | waits),
        variant=rx.cond(running, "soft", "solid"),
        color_scheme=rx.cond(running, "red", "iris"),
        high_contrast=rx.cond(running, True, False),
        class_name="tall",
        title=rx.cond(panel.has_facts, "", panel.hint),
        custom_attrs={"aria-keyshortcuts": "Control+Enter"},
    )


def generation_error(panel: Panel) -> rx.Component:
    """Why a call ended early or was not started, and what to do next."""
    live = panel.live
    return rx.cond(
        live.error != "",
        rx.el.div(
            rx.icon("circle-alert", size=16),
            rx.el.span(live.error),
            rx.cond(
                panel.ended_early & live.may_retry & panel.may_start,
                small_button(
                    rx.cond(live.wait_s > 0, f"Try again in {live.wait_s} s", "Try again"),
                    _event(live.generate)(panel.subject_id),
                    disabled=live.wait_s > 0,
                    id="retry-generation",
                ),
            ),
            class_name=rx.cond(live.phase == "error", "banner bad", "banner near"),
            role="alert",
            id="generation-error",
        ),
    )


def reasoning(panel: Panel) -> rx.Component:
    """The reasoning of a model that shows it, folded."""
    return rx.cond(
        panel.live.reasoning != "",
        rx.el.details(
            rx.el.summary("What the model is thinking"),
            rx.el.p(panel.live.reasoning),
            class_name="reasoning",
            id="generation-reasoning",
        ),
    )


def outcome(panel: Panel) -> rx.Component:
    """What the call on the page took; the details are behind an icon."""
    meta: Any = panel.live.meta
    return rx.cond(
        ~panel.running & (meta.call_id != ""),
        rx.el.div(
            rx.cond(meta.notice != "", rx.el.span(meta.notice, class_name="near")),
            rx.el.span(meta.tokens, id="generation-tokens", class_name="figure"),
            rx.el.button(
                rx.icon("info", size=14),
                type="button",
                id="about-draft",
                class_name="quiet tool",
                aria_label=f"About this {panel.noun}",
                custom_attrs={"popoverTarget": "generation-facts"},
            ),
            rx.el.div(
                rx.el.span(meta.when),
                rx.el.span(meta.model),
                rx.el.span(meta.cost, id="generation-cost", class_name="figure"),
                rx.el.span(meta.duration, class_name="figure"),
                id="generation-facts",
                class_name="facts",
                custom_attrs={"popover": "auto"},
            ),
            class_name="line outcome",
        ),
    )


def _event(handler: Any) -> Callable[..., Any]:
    return handler


def _status(panel: Panel) -> rx.Component:
    live = panel.live
    return rx.cond(
        panel.running,
        rx.el.span(
            # A spinner repaints every frame; while text streams, that would delay the text.
            rx.cond(live.phase == "streaming", rx.icon("pen-line", size=15), rx.spinner(size="1")),
            rx.el.span(live.message, id="generation-message"),
            rx.el.span(live.tokens, id="generation-tokens", class_name="figure muted"),
            rx.el.span(live.elapsed, class_name="figure muted"),
            class_name="action-running",
        ),
        rx.cond(panel.has_facts, _quote(panel), rx.el.span(panel.hint, id="generate-hint")),
    )


def _quote(panel: Panel) -> rx.Component:
    """What the next call costs, if anything, and a limit that is nearly reached."""
    quote = panel.quote
    return rx.fragment(
        rx.cond(
            panel.is_offline,
            rx.el.span(panel.offline_words, id="generation-quote"),
            rx.el.span(quote.text, id="generation-quote", class_name="figure"),
        ),
        rx.cond(
            quote.refusal != "",
            # Not next to the same sentence as an error.
            rx.cond(
                panel.live.error != quote.refusal,
                rx.el.span(quote.refusal, id="generation-blocked", class_name="near"),
            ),
            rx.cond(
                quote.warning != "",
                rx.el.span(quote.warning, id="generation-warning", class_name="near"),
            ),
        ),
    )
