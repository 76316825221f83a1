"""The totals of the usage page: its main figures, and the others as tiles."""

import reflex as rx

from feedback_app.usage.dashboard.sparkline import SPARK_HEIGHT, SPARK_WIDTH
from feedback_app.usage.dashboard.views import Headline, NoteLink, Tile
from feedback_app.usage.state import UsageState


def headlines() -> rx.Component:
    """What was spent, drafted, saved and what failed, each with how it changed."""
    return rx.el.section(
        rx.el.div(rx.foreach(UsageState.headlines, _headline), class_name="headlines"),
        rx.el.div(
            rx.foreach(UsageState.counts, _count),
            rx.el.p("Compared with ", UsageState.head.before, ".", class_name="note at-end"),
            class_name="line counts",
        ),
        aria_label="The period at a glance",
        class_name="stack",
    )


def _headline(shown: Headline) -> rx.Component:
    return rx.el.div(
        rx.el.div(shown.label, class_name="headline-label"),
        rx.el.div(
            rx.el.span(shown.value, id=shown.tile_id, class_name="value figure"),
            rx.el.svg(
                rx.el.path(d=shown.spark),
                view_box=f"0 0 {SPARK_WIDTH} {SPARK_HEIGHT}",
                class_name="spark",
                aria_hidden="true",
            ),
            class_name="headline-figure",
        ),
        rx.cond(
            shown.meter.width != "",
            rx.el.div(
                rx.el.div(style={"width": shown.meter.width}),
                class_name="meter",
                aria_hidden="true",
                custom_attrs={"data-level": shown.meter.level},
            ),
        ),
        rx.foreach(shown.notes, _note),
        rx.cond(
            shown.change != "",
            rx.el.p(
                shown.change,
                class_name="headline-change",
                custom_attrs={"data-trend": shown.trend},
            ),
        ),
        class_name="card tile headline",
    )


def _note(note: NoteLink) -> rx.Component:
    return rx.el.p(
        rx.cond(note.href != "", rx.link(note.text, href=note.href), note.text),
        class_name="note figure",
    )


def _count(tile: Tile) -> rx.Component:
    return rx.el.p(
        rx.el.b(tile.value, id=tile.tile_id, class_name="figure"),
        " ",
        rx.el.span(tile.label, class_name="count-label"),
        " ",
        _change(tile),
        rx.cond(tile.note != "", rx.el.span(" · ", tile.note, class_name="note")),
    )


def more_figures() -> rx.Component:
    """The totals that are not among the page's main figures."""
    return rx.el.section(
        rx.foreach(UsageState.tiles, _tile), aria_label="More figures", class_name="tiles"
    )


def _tile(tile: Tile) -> rx.Component:
    return rx.el.div(
        rx.el.div(tile.label, class_name="note"),
        rx.el.div(
            rx.el.span(tile.value, id=tile.tile_id, class_name="value figure"),
            " ",
            _change(tile),
        ),
        rx.el.small(tile.note, rx.cond(tile.note_change != "", _note_change(tile))),
        class_name="card tile",
    )


def _change(tile: Tile) -> rx.Component:
    return rx.cond(
        tile.change != "",
        rx.el.span(
            rx.el.span(tile.change, aria_hidden="true"),
            rx.el.span(tile.change_words, class_name="sr-only"),
            class_name="change",
            custom_attrs={"data-trend": tile.trend},
        ),
    )


def _note_change(tile: Tile) -> rx.Component:
    return rx.fragment(
        " ",
        rx.el.span(tile.note_change, aria_hidden="true", class_name="change"),
        rx.el.span(", ", tile.note_change_words, class_name="sr-only"),
    )
