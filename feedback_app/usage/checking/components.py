"""The button that checks the ledger, and what it found."""

import reflex as rx

from feedback_app.ui.components import card
from feedback_app.usage.checking.schemas import FindingRow
from feedback_app.usage.checking.state import CheckState


def ledger_check() -> rx.Component:
    """Compares every call with the drafts, the feedback and the log that belong to it."""
    return card(
        rx.flex(
            rx.box(
                rx.heading("Ledger", as_="h2", size="3", weight="medium"),
                rx.text(
                    "Compares every call with its tokens and cost, its draft, the feedback that "
                    "began as it, and the system log.",
                    size="2",
                    color_scheme="gray",
                ),
                flex="1 1 280px",
            ),
            rx.button(
                rx.icon("shield-check", size=15),
                "Check the ledger",
                on_click=CheckState.check,
                loading=CheckState.busy,
                variant="soft",
                id="check-ledger",
            ),
            align="center",
            wrap="wrap",
            spacing="4",
        ),
        rx.text(
            CheckState.summary,
            size="2",
            weight="medium",
            role="status",
            id="check-summary",
            margin_top=rx.cond(CheckState.summary != "", "12px", "0"),
        ),
        rx.cond(
            CheckState.findings,
            rx.el.ul(
                rx.foreach(CheckState.findings, _finding),
                id="check-findings",
                class_name="rows wraps",
            ),
        ),
    )


def _finding(row: FindingRow) -> rx.Component:
    return rx.el.li(
        row.sentence,
        " ",
        rx.link(row.call_id, href=row.href),
        custom_attrs={"data-id": row.call_id},
    )
