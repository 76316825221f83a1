"""What an administrator sees of the company's jobs, candidates, interviews and departments."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import Forbidden, Invalid
from feedback_app.db.session import database
from feedback_app.hiring.lists import queries
from feedback_app.hiring.lists.queries import LISTINGS, PAGE_LENGTH
from feedback_app.hiring.lists.schemas import (
    Cell,
    Column,
    Kind,
    ListFilter,
    ListView,
    Row,
    filter_from,
)
from feedback_app.hiring.metadata import LEVELS
from feedback_app.ui import wording
from feedback_app.ui.choice import Choice

PATHS: Mapping[str, Kind] = {
    routes.ADMIN_HIRING: "jobs",
    routes.ADMIN_CANDIDATES: "candidates",
    routes.ADMIN_INTERVIEWS: "interviews",
    routes.ADMIN_DEPARTMENTS: "departments",
}
"""The list at each address."""
_PATH_OF = {kind: path for path, kind in PATHS.items()}

_COLUMNS: Mapping[Kind, Sequence[tuple[str, str, str]]] = {
    "jobs": (
        ("Job", "", "title"),
        ("Department", "", "department"),
        ("Level", "", ""),
        ("Competencies", "number", "competencies"),
        ("Interviews", "number", "interviews"),
    ),
    "candidates": (
        ("Candidate", "", "name"),
        ("Email", "", ""),
        ("Interviews", "number", "interviews"),
        ("Latest interview", "", "latest"),
    ),
    "interviews": (
        ("Candidate", "", "candidate"),
        ("Job", "", "job"),
        ("When", "", "when"),
        ("Interviewers", "", ""),
        ("Submitted", "number", ""),
    ),
    "departments": (("Department", "", "name"), ("Jobs", "number", "jobs")),
}
"""Label, CSS class and name of the order of each column."""

_ORDERS: Mapping[Kind, Sequence[tuple[str, str]]] = {
    "jobs": (
        ("", "By title"),
        ("department", "By department"),
        ("-interviews", "Most interviews first"),
        ("-competencies", "Most competencies first"),
    ),
    "candidates": (
        ("", "By name"),
        ("-latest", "Latest interview first"),
        ("-interviews", "Most interviews first"),
    ),
    "interviews": (
        ("", "Latest first"),
        ("when", "Earliest first"),
        ("candidate", "By candidate"),
        ("job", "By job"),
    ),
    "departments": (("", "By name"), ("-jobs", "Most jobs first")),
}
_DESCENDING_FIRST = {"competencies", "interviews", "latest", "when", "jobs"}
"""Figures and times: the first click on their heading shows the highest at the top."""


class BadAddress(Invalid):
    """The page's address asks for something that cannot exist; the message says what."""


async def view(user: CurrentUser, kind: Kind, query: Mapping[str, str]) -> ListView:
    """The list as the page's address asks for it.

    Raises:
        Forbidden: not an administrator.
        BadAddress: the address names an order that the list does not have.
    """
    if not user.is_admin:
        raise Forbidden
    wanted = filter_from(query)
    if wanted.sort and wanted.sort.removeprefix("-") not in LISTINGS[kind].orders:
        raise BadAddress(f"This list has no order “{wanted.sort[:40]}”.")
    if wanted.sort == LISTINGS[kind].first:
        wanted = replace(wanted, sort="")
    async with database().read() as session:
        found, total = await queries.page(session, user, kind, wanted)
        if not found and wanted.page > 1:
            # The list has become shorter, or the address was typed.
            last = max(1, -(-total // PAGE_LENGTH))
            wanted = replace(wanted, page=last)
            found, total = await queries.page(session, user, kind, wanted)
        if kind == "interviews":
            ids = [row[0] for row in found]
            rows = _interviews(found, await queries.interviewers(session, ids))
        else:
            rows = [_ROWS[kind](*row) for row in found]
    return ListView(
        kind=kind,
        columns=[_column(kind, *column, wanted) for column in _COLUMNS[kind]],
        orders=_orders(kind, wanted.sort),
        order=wanted.sort,
        q=wanted.q,
        archived=wanted.archived,
        rows=rows,
        position=_position(wanted.page, len(rows), total),
        previous_href=_turned(kind, wanted, wanted.page - 1) if wanted.page > 1 else "",
        next_href=(
            _turned(kind, wanted, wanted.page + 1) if wanted.page * PAGE_LENGTH < total else ""
        ),
        in_use_href=_address(kind, replace(wanted, archived=False)),
        archived_href=_address(kind, replace(wanted, archived=True)),
    )


def address_with(kind: Kind, query: Mapping[str, str], name: str, value: str) -> str:
    """The address of the same list with one part changed, from its first page on."""
    return _address(kind, filter_from({**query, name: value}))


def _address(kind: Kind, wanted: ListFilter, page: str = "") -> str:
    return routes.with_query(
        _PATH_OF[kind],
        q=wanted.q,
        sort=wanted.sort if wanted.sort != LISTINGS[kind].first else "",
        archived="1" if wanted.archived else "",
        page=page,
    )


def _turned(kind: Kind, wanted: ListFilter, page: int) -> str:
    return _address(kind, wanted, str(page) if page > 1 else "")


def _column(kind: Kind, label: str, css: str, order: str, wanted: ListFilter) -> Column:
    if not order:
        return Column(label, css)
    current = wanted.sort or LISTINGS[kind].first
    if current.removeprefix("-") != order:
        sort = f"-{order}" if order in _DESCENDING_FIRST else order
        return Column(label, css, _address(kind, replace(wanted, sort=sort)))
    is_descending = current.startswith("-")
    other = order if is_descending else f"-{order}"
    href = _address(kind, replace(wanted, sort=other))
    return Column(label, css, href, "descending" if is_descending else "ascending")


def _orders(kind: Kind, current: str) -> list[Choice]:
    choices = [Choice(value, label) for value, label in _ORDERS[kind]]
    if all(choice.value != current for choice in choices):
        label = next(label for label, _, name in _COLUMNS[kind] if name == current.lstrip("-"))
        direction = "descending" if current.startswith("-") else "ascending"
        choices.append(Choice(current, f"{label}, {direction}"))
    return choices


def _position(page: int, shown: int, total: int) -> str:
    begins = (page - 1) * PAGE_LENGTH
    return f"{begins + 1:,}–{begins + shown:,} of {total:,}" if shown else ""


def _job(
    job_id: str, title: str, department: str, level: str, competencies: int, interviews: int
) -> Row:
    return Row(
        job_id,
        routes.admin_job(job_id),
        title,
        cells=[
            Cell(department),
            Cell(LEVELS.get(level, "") if level else ""),
            Cell(f"{competencies:,}", "number", "Competencies"),
            Cell(f"{interviews:,}", "number", "Interviews"),
        ],
    )


def _candidate(
    candidate_id: str, name: str, headline: str, email: str, interviews: int, latest: Any
) -> Row:
    return Row(
        candidate_id,
        routes.admin_candidate(candidate_id),
        name,
        headline,
        [
            Cell(email, "wraps"),
            Cell(f"{interviews:,}", "number", "Interviews"),
            _time(latest),
        ],
    )


def _department(department_id: str, name: str, jobs: int) -> Row:
    return Row(
        department_id,
        routes.admin_department(department_id),
        name,
        cells=[Cell(f"{jobs:,}", "number", "Jobs")],
    )


_ROWS = {"jobs": _job, "candidates": _candidate, "departments": _department}


def _interviews(found: Sequence[Any], people: Sequence[tuple[str, str, bool]]) -> list[Row]:
    names: dict[str, list[str]] = defaultdict(list)
    submitted: dict[str, int] = defaultdict(int)
    for interview_id, name, is_submitted in people:
        names[interview_id].append(name)
        submitted[interview_id] += is_submitted
    return [
        Row(
            interview_id,
            routes.admin_interview(interview_id),
            candidate,
            f"{kind}, {minutes} min",
            [
                Cell(job),
                _time(held_at),
                Cell(", ".join(names[interview_id])),
                Cell(
                    f"{submitted[interview_id]} of {len(names[interview_id])}",
                    "number",
                    "Submitted",
                ),
            ],
        )
        for interview_id, held_at, candidate, job, kind, minutes in found
    ]


def _time(value: datetime | None) -> Cell:
    shown = wording.local_time(value)
    return Cell(shown.text, iso=shown.iso, utc=shown.utc)
