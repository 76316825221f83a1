"""What the lists of hiring are asked for and show: values for the page, no rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from feedback_app.ui.choice import Choice

Kind = Literal["jobs", "candidates", "interviews", "departments"]
Sorted = Literal["none", "ascending", "descending"]

LONGEST_SEARCH = 120


@dataclass(frozen=True, slots=True)
class ListFilter:
    """Which rows of a list an address asks for, and in which order."""

    q: str = ""
    """Words that must all be found."""
    sort: str = ""
    """A column's name, after a minus if it is descending; empty for the list's own order."""
    archived: bool = False
    page: int = 1


def filter_from(query: Mapping[str, str]) -> ListFilter:
    """The filter of an address; what cannot be a page is the first one."""
    number = query.get("page", "")
    is_page = number.isascii() and number.isdecimal() and len(number) < 6
    return ListFilter(
        q=query.get("q", "").strip()[:LONGEST_SEARCH],
        sort=query.get("sort", ""),
        archived=query.get("archived") == "1",
        page=max(1, int(number)) if is_page else 1,
    )


@dataclass(frozen=True, slots=True)
class Column:
    """A heading; `href` sorts by it, or the other way round."""

    label: str
    kind: str = ""
    """CSS class of its cells."""
    href: str = ""
    sorted: Sorted = "none"


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row after the first."""

    text: str = ""
    kind: str = ""
    label: str = ""
    """Names the value where a row is drawn as a card."""
    iso: str = ""
    """Of a time, ISO 8601 in UTC; empty for anything else."""
    utc: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row; its first column is the link that opens it."""

    id: str
    href: str
    name: str
    note: str = ""
    """A line below the name."""
    cells: list[Cell] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ListView:
    """A page of one list."""

    kind: str = ""
    columns: list[Column] = field(default_factory=list)
    orders: list[Choice] = field(default_factory=list)
    order: str = ""
    q: str = ""
    archived: bool = False
    rows: list[Row] = field(default_factory=list)
    position: str = ""
    """`51-100 of 1,203`."""
    previous_href: str = ""
    next_href: str = ""
    in_use_href: str = ""
    archived_href: str = ""
