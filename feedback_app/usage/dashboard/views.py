"""The usage page's view of a dashboard: figures in words, and points to draw."""

from dataclasses import dataclass, field
from typing import Literal

Trend = Literal["", "better", "worse"]
"""Empty: neither."""

Point = dict[str, str | float | None]
"""One step of a chart: `step` is its label, `s0`, `s1` ... the values of its series."""


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure of the period and how it changed against the period before."""

    tile_id: str
    """The id of its element."""
    label: str
    value: str
    note: str = ""
    change: str = ""
    """`↑ 12%`; empty if there is nothing to compare."""
    change_words: str = ""
    """The same for screen readers."""
    trend: Trend = ""
    note_change: str = ""
    """How the figure of the note changed."""
    note_change_words: str = ""


@dataclass(frozen=True, slots=True)
class NoteLink:
    """Something said below a figure, with an optional link."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Meter:
    """How much of a budget is used."""

    width: str = ""
    """A CSS width, at most `100%`; empty if there is no budget."""
    level: Literal["", "near", "full"] = ""


@dataclass(frozen=True, slots=True)
class Headline:
    """One of the page's main figures: what it is, its basis, its change."""

    tile_id: str
    """The id of its element."""
    label: str
    value: str
    notes: list[NoteLink] = field(default_factory=list)
    change: str = ""
    """A sentence; empty if there is nothing to compare."""
    trend: Trend = ""
    spark: str = ""
    """The bars of the period as the path of an SVG of `SPARK_WIDTH` by `SPARK_HEIGHT`."""
    meter: Meter = field(default_factory=Meter)


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of value of a chart."""

    key: str
    label: str
    color: str
    """CSS."""
    dash: str = ""
    """For a line, in SVG's notation; empty is a solid line."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row; `href` is the link of its heading, if any."""

    heading: str
    cells: list[str]
    href: str = ""


@dataclass(frozen=True, slots=True)
class TableView:
    """All values that a chart draws, in words; the first column is that of the headings."""

    columns: list[str] = field(default_factory=list)
    rows: list[TableRow] = field(default_factory=list)
    total: list[str] = field(default_factory=list)
    """The last row, without its heading `Total`; empty if there is nothing to add up."""


@dataclass(frozen=True, slots=True)
class ChartView:
    """Values over time."""

    summary: str = ""
    """The chart in a sentence."""
    note: str = ""
    """What the drawing leaves out."""
    is_empty: bool = True
    series: list[Series] = field(default_factory=list)
    legend: list[Series] = field(default_factory=list)
    """The series whose marks can be seen."""
    points: list[Point] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)
    """The ticks of the axis of values, from its beginning to its end."""
    table: TableView = field(default_factory=TableView)


@dataclass(frozen=True, slots=True)
class Ranked:
    """One bar of a ranking."""

    label: str
    value: str
    href: str
    note: str = ""
    """What the value leaves out."""


@dataclass(frozen=True, slots=True)
class RankingView:
    """Names by a value, the highest first."""

    rows: list[Ranked] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    """The points of `rows`, in their order."""
    height: int = 0
    """The height of the bars in pixels."""
    is_noted: bool = False
    """Whether a row has a note; then all are higher."""
    table: TableView = field(default_factory=TableView)
