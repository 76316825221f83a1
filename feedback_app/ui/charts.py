"""The parts of Recharts that the app draws with, loaded when a chart is first drawn.

Reflex loads the charts themselves that way, but the parts around and in them with the page, and
with those all of Recharts. The names are those of Reflex's parts, by which its charts recognise
them.
"""

from typing import Any

import reflex as rx
from reflex_base.components.component import NoSSRComponent
from reflex_components_recharts import cartesian, general


class Bar(NoSSRComponent, cartesian.Bar):
    """A series as bars."""


class CartesianGrid(NoSSRComponent, cartesian.CartesianGrid):
    """The grid lines behind a chart."""


class Line(NoSSRComponent, cartesian.Line):
    """A series as a line."""


class XAxis(NoSSRComponent, cartesian.XAxis):
    """The horizontal axis."""


class YAxis(NoSSRComponent, cartesian.YAxis):
    """The vertical axis."""


class GraphingTooltip(NoSSRComponent, general.GraphingTooltip):
    """The tooltip for the point under the pointer."""


class ResponsiveContainer(NoSSRComponent, general.ResponsiveContainer):
    """A chart that is as wide as its container."""


def bar_chart(*parts: rx.Component, height: Any, **props: Any) -> rx.Component:
    """A chart of bars, `height` in pixels."""
    return _placed(rx.recharts.bar_chart(*parts, **props), height)


def line_chart(*parts: rx.Component, height: Any, **props: Any) -> rx.Component:
    """A chart of lines, `height` in pixels."""
    return _placed(rx.recharts.line_chart(*parts, **props), height)


def _placed(chart: rx.Component, height: Any) -> rx.Component:
    """The chart moved from the container that Reflex put it in into one that is loaded late."""
    return ResponsiveContainer.create(*chart.children, width="100%", height=height)


bar = Bar.create
grid = CartesianGrid.create
line = Line.create
x_axis = XAxis.create
y_axis = YAxis.create
tooltip = GraphingTooltip.create
