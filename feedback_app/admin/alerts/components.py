"""The pieces of the alerts page: the list and the webhook."""

import reflex as rx

from feedback_app import routes
from feedback_app.admin.alerts.schemas import AlertRow
from feedback_app.admin.alerts.state import AlertsState
from feedback_app.ui.components import badge, card, empty_state, skeleton_rows, time_element
from feedback_app.ui.wording import LocalTime

_view = AlertsState.view


def mark_all() -> rx.Component:
    """Marks every alert as seen; shown while any alert is unseen."""
    return rx.cond(
        _view.unseen > 0,
        rx.button(
            rx.icon("check-check", size=16),
            "Mark all as seen",
            on_click=AlertsState.mark_all_seen,
            variant="soft",
            id="alerts-mark-all",
        ),
    )


def alert_list() -> rx.Component:
    """The alerts, newest first."""
    return rx.cond(
        _view.rows,
        rx.el.section(
            rx.el.ul(rx.foreach(_view.rows, _row), id="alerts-list", class_name="rows"),
            rx.cond(_view.more != "", rx.el.p(_view.more, class_name="note")),
            aria_label="Alerts, newest first",
            class_name="card",
        ),
        rx.el.div(
            empty_state(
                "bell",
                "No alerts",
                "An alert comes when a monthly budget is 80% used or used up, when many calls "
                "fail, when a model without a known price is called, when a model's server reads "
                "only a part of the prompt, and before a provider shuts the model down.",
                rx.link(rx.button("Look at the limits", variant="soft"), href=routes.ADMIN_LIMITS),
            ),
            id="alerts-empty",
        ),
    )


def _row(row: AlertRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            badge(row.level_label, row.level),
            time_element(row.at, class_name="note"),
            class_name="line",
        ),
        rx.el.p(row.text),
        rx.el.div(
            rx.cond(row.href != "", rx.link(row.href_label, href=row.href)),
            rx.cond(
                row.delivery != "",
                rx.el.span(
                    row.delivery,
                    rx.cond(row.delivery_at.text != "", _spaced(row.delivery_at)),
                    class_name="save-state",
                    custom_attrs={"data-status": row.delivery_status},
                ),
            ),
            rx.cond(
                row.seen_by != "",
                rx.el.span("Seen by ", row.seen_by, _spaced(row.seen_at), class_name="note"),
            ),
            class_name="line",
        ),
        rx.cond(
            row.seen_by == "",
            rx.button(
                "Mark as seen",
                on_click=AlertsState.mark_seen(row.alert_id),
                aria_label="Mark as seen: " + row.text,
                variant="soft",
                color_scheme="gray",
                size="1",
                class_name="entry-action",
            ),
        ),
        class_name="entry",
        custom_attrs={
            "data-id": row.alert_id,
            "data-seen": rx.cond(row.seen_by == "", "no", "yes"),
        },
    )


def _spaced(at: LocalTime) -> rx.Component:
    return rx.fragment(" ", time_element(at))


def webhook() -> rx.Component:
    """Where else alerts are sent."""
    return card(
        rx.cond(
            _view.webhook != "",
            rx.el.div(
                rx.text(
                    "Alerts are also sent to ",
                    rx.el.b(_view.webhook),
                    ", signed; failed deliveries are retried for about fifteen hours.",
                    size="2",
                    width="100%",
                ),
                rx.button(
                    "Send a test alert",
                    on_click=AlertsState.send_test,
                    variant="soft",
                    id="alerts-test",
                ),
                rx.el.span(
                    AlertsState.message,
                    id="alerts-test-status",
                    role="status",
                    class_name="save-state",
                    custom_attrs={"data-status": AlertsState.status},
                ),
                class_name="line",
            ),
            rx.el.p(
                "Alerts are shown here only. Whoever runs this installation can have them sent "
                "to another system: ",
                rx.el.code("ALERT_WEBHOOK_URL"),
                " in its settings.",
                class_name="note",
            ),
        ),
        title="Webhook",
        id="alerts-webhook",
    )


def loading() -> rx.Component:
    """Placeholder shown until the page has loaded."""
    return rx.el.div(
        skeleton_rows(3, height="96px"),
        rx.el.span("Loading the alerts…", role="status", class_name="sr-only"),
    )


def refused() -> rx.Component:
    """Shown to anyone who is not an administrator."""
    return rx.el.div(
        empty_state(
            "lock",
            "For administrators",
            "The company's alerts are for its administrators only.",
            rx.link(rx.button("Back to my interviews", variant="soft"), href=routes.INTERVIEWS),
        ),
        id="alerts-refused",
    )
