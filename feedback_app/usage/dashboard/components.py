"""The charts of the usage page, and every chart as a table."""

from typing import Any, Literal

import reflex as rx
from reflex.vars.function import ArgsFunctionOperation, FunctionVar

from feedback_app.ui import charts
from feedback_app.ui.components import card
from feedback_app.usage.dashboard.views import (
    ChartView,
    Ranked,
    RankingView,
    Series,
    TableRow,
    TableView,
)
from feedback_app.usage.labels import MODEL_NAMES
from feedback_app.usage.state import UsageState

_HEIGHT = 220
_VALUE = rx.Var("value").to(float)
_Form = Literal["bars", "lines"]
_Scale = Literal["linear", "log"]


def _written(text: str) -> FunctionVar[Any]:
    """A function of the browser that formats `value` in this way."""
    return ArgsFunctionOperation.create(("value",), rx.Var.create(text))


_DOLLARS = _written(f"${_VALUE}")
_EXACT_DOLLARS = _written(f"${_VALUE:,.6f}")
_WHOLE = _written(f"{_VALUE:,}")
_SECONDS = _written(f"{_VALUE} s")


def over_time() -> rx.Component:
    """How calls ended, how long they took, and where the month's budget goes."""
    return _charts(
        _over_time("Calls by outcome", "outcomes", UsageState.outcomes, "bars", _WHOLE, _WHOLE),
        _over_time("Latency", "times", UsageState.times, "lines", _SECONDS, _SECONDS, scale="log"),
        _over_time(
            "This month's budget",
            "budget",
            UsageState.budget,
            "lines",
            _DOLLARS,
            _EXACT_DOLLARS,
            said=True,
        ),
    )


def models() -> rx.Component:
    """What each model cost and used."""
    return rx.fragment(
        rx.el.p(MODEL_NAMES, id="usage-model-names", class_name="explained note"),
        _charts(
            _over_time(
                "Cost by model",
                "cost",
                UsageState.cost,
                "bars",
                _DOLLARS,
                _EXACT_DOLLARS,
                nothing="No known cost in this period.",
            ),
            _over_time("Tokens by model", "tokens", UsageState.tokens, "bars", _WHOLE, _WHOLE),
        ),
    )


def people() -> rx.Component:
    """The people and departments who spent most."""
    nobody = "Nobody called the model in this period."
    return _charts(
        _ranking("People by cost", "people", UsageState.people, "var(--series-0)", nobody),
        _ranking(
            "Departments by cost",
            "departments",
            UsageState.departments,
            "var(--series-1)",
            nobody,
        ),
    )


def errors() -> rx.Component:
    """What went wrong, by code."""
    return _charts(
        _ranking(
            "Failed and interrupted calls by code",
            "errors",
            UsageState.errors,
            "var(--series-bad)",
            "No call failed or was interrupted in this period.",
        )
    )


def _charts(*cards: rx.Component) -> rx.Component:
    return rx.el.div(*cards, class_name="charts")


def _over_time(
    title: str,
    name: str,
    view: ChartView,
    form: _Form,
    tick: FunctionVar[Any],
    value: FunctionVar[Any],
    *,
    said: bool = False,
    scale: _Scale = "linear",
    nothing: str = "Nothing in this period.",
) -> rx.Component:
    """A chart over time; `said` shows its sentence above it."""
    return card(
        rx.el.div(
            rx.heading(title, as_="h2", size="3", weight="medium"),
            rx.el.div(
                rx.foreach(view.legend, _bar_key if form == "bars" else _line_key),
                class_name="chart-legend note",
                aria_hidden="true",
            ),
            class_name="split card-head",
        ),
        rx.el.p(view.summary, class_name="chart-said") if said else rx.fragment(),
        rx.cond(view.note != "", rx.el.p(view.note, class_name="chart-said")),
        rx.cond(
            view.is_empty,
            rx.el.p(nothing, class_name="nothing"),
            rx.el.div(
                _drawn(view, form, tick, value, scale),
                role="img",
                aria_label=view.summary,
                class_name="chart-box",
            ),
        ),
        _table(title, view.table),
        id=f"usage-chart-{name}",
    )


def _bar_key(series: Series) -> rx.Component:
    return _key(series)


def _line_key(series: Series) -> rx.Component:
    return _key(series, class_name=rx.cond(series.dash != "", "dashed-key", "line-key"))


def _key(series: Series, class_name: str | rx.Var[str] = "") -> rx.Component:
    return rx.el.span(
        rx.el.span(class_name=["chart-swatch", class_name], style={"--swatch": series.color}),
        series.label,
    )


def _drawn(
    view: ChartView, form: _Form, tick: FunctionVar[Any], value: FunctionVar[Any], scale: _Scale
) -> rx.Component:
    common = (
        charts.grid(vertical=False, stroke="var(--gray-a4)"),
        charts.x_axis(
            data_key="step", tick_line=False, interval="preserveStartEnd", min_tick_gap=24
        ),
        charts.y_axis(
            width="auto",
            tick_line=False,
            axis_line=False,
            tick_formatter=tick,
            custom_attrs={
                "ticks": view.ticks,
                "domain": [view.ticks[0], view.ticks[-1]],
                "scale": scale,
            },
        ),
        _tooltip(value),
    )
    draw = charts.bar_chart if form == "bars" else charts.line_chart
    return draw(
        *common,
        rx.foreach(view.series, _bar if form == "bars" else _line),
        data=view.points,
        height=_HEIGHT,
        margin={"top": 6, "right": 8, "bottom": 0, "left": 0},
        custom_attrs={"accessibilityLayer": False},
    )


def _bar(series: Series) -> rx.Component:
    return charts.bar(
        data_key=series.key,
        name=series.label,
        fill=series.color,
        stack_id="all",
        max_bar_size=36,
        is_animation_active=False,
    )


def _line(series: Series) -> rx.Component:
    return charts.line(
        data_key=series.key,
        name=series.label,
        stroke=series.color,
        stroke_dasharray=series.dash,
        stroke_width=2,
        type_="linear",
        dot=False,
        connect_nulls=True,
        is_animation_active=False,
    )


def _tooltip(value: FunctionVar[Any]) -> rx.Component:
    return charts.tooltip(
        custom_attrs={"formatter": value},
        is_animation_active=False,
        cursor={"fill": "var(--gray-a3)", "stroke": "var(--gray-a6)"},
        content_style={
            "background": "var(--color-panel-solid)",
            "border": "1px solid var(--gray-a6)",
            "borderRadius": "var(--radius-3)",
            "boxShadow": "var(--shadow-3)",
            "fontSize": "12px",
            "lineHeight": "18px",
            "padding": "8px 12px",
        },
        label_style={"color": "var(--gray-12)", "fontWeight": 500},
        item_style={"color": "var(--gray-12)", "padding": 0},
    )


def _ranking(title: str, name: str, view: RankingView, color: str, nothing: str) -> rx.Component:
    """Names with links, each next to its bar and its value."""
    return card(
        rx.el.div(
            rx.heading(title, as_="h2", size="3", weight="medium"), class_name="split card-head"
        ),
        rx.cond(
            view.rows,
            rx.el.div(
                rx.el.ol(rx.foreach(view.rows, _ranked), class_name="figure"),
                rx.el.div(
                    charts.bar_chart(
                        charts.x_axis(type_="number", hide=True, domain=[0, "dataMax"]),
                        charts.y_axis(type_="category", data_key="step", hide=True),
                        charts.bar(
                            data_key="s0",
                            fill=color,
                            bar_size=6,
                            radius=3,
                            min_point_size=2,
                            is_animation_active=False,
                        ),
                        data=view.points,
                        layout="vertical",
                        height=view.height,
                        margin={"top": 0, "right": 0, "bottom": 0, "left": 0},
                        custom_attrs={"accessibilityLayer": False},
                    ),
                    aria_hidden="true",
                    class_name="ranking-bars",
                ),
                class_name=rx.cond(view.is_noted, "ranking noted", "ranking"),
            ),
            rx.el.p(nothing, class_name="nothing"),
        ),
        rx.cond(view.rows, _table(title, view.table)),
        id=f"usage-chart-{name}",
    )


def _ranked(row: Ranked) -> rx.Component:
    return rx.el.li(
        rx.cond(
            row.href != "",
            rx.link(row.label, href=row.href, class_name="ranking-name"),
            rx.el.span(row.label, class_name="ranking-name"),
        ),
        rx.el.span(row.value),
        rx.cond(row.note != "", rx.el.small(row.note)),
    )


def _table(title: str, table: TableView) -> rx.Component:
    return rx.el.details(
        rx.el.summary("Show as table", rx.el.span(f": {title}", class_name="sr-only")),
        rx.el.div(
            rx.el.table(
                rx.el.thead(
                    rx.el.tr(rx.foreach(table.columns, lambda name: rx.el.th(name, scope="col")))
                ),
                rx.el.tbody(rx.foreach(table.rows, _table_row)),
                rx.cond(
                    table.total,
                    rx.el.tfoot(
                        rx.el.tr(rx.el.th("Total", scope="row"), rx.foreach(table.total, rx.el.td))
                    ),
                ),
                aria_label=title,
                class_name="table chart-table",
            ),
            class_name="chart-scroll",
            role="region",
            aria_label=f"{title}, scrollable",
            tab_index=0,
        ),
        class_name="chart-as-table",
    )


def _table_row(row: TableRow) -> rx.Component:
    return rx.el.tr(
        rx.el.th(
            rx.cond(row.href != "", rx.link(row.heading, href=row.href), row.heading), scope="row"
        ),
        rx.foreach(row.cells, rx.el.td),
    )
