"""The totals of the usage page as tiles."""

import reflex as rx

from feedback_app.usage.dashboard.views import Tile
from feedback_app.usage.state import UsageState


def totals() -> rx.Component:
    """The figures of the period."""
    return rx.el.section(
        rx.el.div(rx.foreach(UsageState.tiles, _tile), class_name="usage-tiles"),
        rx.el.p("Changes are against ", UsageState.head.before, ".", class_name="usage-legend"),
        aria_label="Totals",
        class_name="usage-totals-section",
    )


def _tile(tile: Tile) -> rx.Component:
    return rx.el.div(
        rx.el.div(tile.label, class_name="tile-label"),
        rx.el.div(
            rx.el.span(tile.value, id=tile.tile_id, class_name="tile-value figure"),
            rx.cond(
                tile.change != "",
                rx.el.span(
                    rx.el.span(tile.change, aria_hidden="true"),
                    rx.el.span(tile.change_words, class_name="sr-only"),
                    class_name="tile-change",
                    custom_attrs={"data-trend": tile.trend},
                ),
            ),
            class_name="tile-figure",
        ),
        rx.el.div(
            tile.note,
            rx.cond(tile.note_change != "", _note_change(tile)),
            class_name="tile-note",
        ),
        class_name="card tile",
    )


def _note_change(tile: Tile) -> rx.Component:
    return rx.fragment(
        " ",
        rx.el.span(tile.note_change, aria_hidden="true", class_name="tile-note-change"),
        rx.el.span(", ", tile.note_change_words, class_name="sr-only"),
    )
