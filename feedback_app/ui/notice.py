"""The page's notice: the one place for failures that belong to no field."""

import reflex as rx

from feedback_app.core.markers import logged, own_event, public


class NoticeState(rx.State):
    """One plain sentence above the page's content; empty when there is nothing to say."""

    message: str = ""

    @rx.event
    @own_event
    @public
    async def show(self, message: str) -> None:
        self.message = message[:400]

    @rx.event
    @logged("Dismissed a message")
    @public
    async def dismiss(self) -> None:
        self.message = ""


def notice() -> rx.Component:
    """Draws the notice; assistive technology hears it at once."""
    return rx.el.div(
        rx.cond(
            NoticeState.message != "",
            rx.el.div(
                rx.icon("circle-alert", size=18),
                rx.el.span(NoticeState.message),
                rx.icon_button(
                    rx.icon("x", size=16),
                    aria_label="Dismiss this message",
                    on_click=NoticeState.dismiss,
                    variant="ghost",
                    color_scheme="red",
                    size="1",
                ),
                id="page-notice",
                class_name="banner bad",
            ),
        ),
        role="alert",
    )
