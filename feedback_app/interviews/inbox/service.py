"""What the list of interviews shows: the groups, and the one next step of each."""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock, zones
from feedback_app.core.text import storable
from feedback_app.db.session import database
from feedback_app.interviews.inbox import queries
from feedback_app.interviews.inbox.queries import InboxRecord
from feedback_app.interviews.inbox.schemas import (
    Counts,
    Filter,
    Group,
    InboxRow,
    InboxView,
    Sizes,
    Step,
)
from feedback_app.interviews.service import initials
from feedback_app.llm.generation.supervisor import generations
from feedback_app.ui import wording

MAX_SEARCH_CHARACTERS = 200
DONE_SHOWN = 5
"""Submitted interviews shown before the person asks for all."""

_TINTS = ("iris", "cyan", "orange", "pink", "grass", "plum", "blue", "brown", "teal", "crimson")
_DAY = timedelta(days=1)


async def inbox(
    user: CurrentUser, search: str = "", shown: Filter = "all", *, all_done: bool = False
) -> InboxView:
    """The person's matching interviews in groups; all open ones are counted.

    Newest first, except those still to come: soonest first. Of the submitted ones the newest
    `DONE_SHOWN`, unless `all_done` or `shown` asks for them.
    """
    records = await queries.inbox(database(), user, storable(search[:MAX_SEARCH_CHARACTERS]))
    now = clock.now()
    still_open = {record.id: _row(record, now) for record in records if record.submitted_at is None}
    groups: dict[Group, list[InboxRecord]] = {"today": [], "older": [], "waiting": [], "done": []}
    counted: list[Filter] = []
    for record in records:
        if record.matches:
            counted.append(_filter_of(record))
            if shown in ("all", counted[-1]):
                groups[_group(record, now)].append(record)
    # A long list is mostly done: words are made only for the part that is shown.
    done = groups["done"] if all_done or shown == "submitted" else groups["done"][:DONE_SHOWN]
    due = [row for row in still_open.values() if row.group in ("today", "older")]
    return InboxView(
        today=[still_open[record.id] for record in groups["today"]],
        older=[still_open[record.id] for record in groups["older"]],
        waiting=[still_open[record.id] for record in reversed(groups["waiting"])],
        done=[_row(record, now) for record in done],
        done_hidden=len(groups["done"]) - len(done),
        sizes=Sizes(*map(len, groups.values())),
        counts=Counts(
            len(counted), *(counted.count(key) for key in ("none", "ready", "submitted"))
        ),
        summary=_summary(due, has_any=bool(records)),
        due=len(due),
        ready=sum(row.is_ready for row in due),
        has_rows=any(groups.values()),
        is_empty=not records and not search.strip(),
        open=tuple(still_open.values()),
    )


async def open_rows(user: CurrentUser) -> tuple[InboxRow, ...]:
    """The person's interviews without submitted feedback, as `InboxView.open` has them."""
    now = clock.now()
    return tuple(_row(record, now) for record in await queries.open_interviews(database(), user))


async def may_draft(user: CurrentUser, interview_id: str) -> bool:
    """Whether a draft is the next step of this interview of the person.

    It is not if a draft is being written or waits to be checked: it must not be paid for twice.
    """
    rows = await open_rows(user)
    return any(row.id == interview_id and row.step == "draft" for row in rows)


def _row(record: InboxRecord, now: datetime) -> InboxRow:
    group, step = _group(record, now), _step(record, now)
    return InboxRow(
        id=record.id,
        href=routes.interview(record.id),
        candidate=record.candidate,
        initials=initials(record.candidate),
        tint=_TINTS[zlib.crc32(record.candidate.encode()) % len(_TINTS)],
        job=record.job,
        kind=record.kind,
        held=wording.local_time(record.held_at, _capital(wording.meeting(record.held_at))),
        note=wording.ago(record.held_at)
        if group in ("today", "older")
        else f"{record.duration_min} min",
        group=group,
        step=step,
        step_label=_step_label(record, step),
        progress=_progress(record, step),
        share=_share(record),
        is_writing=bool(record.is_running),
        is_ready=_is_ready(record),
        submitted=wording.local_time(record.submitted_at),
    )


def _group(record: InboxRecord, now: datetime) -> Group:
    if record.submitted_at is not None:
        return "done"
    if record.held_at > now:
        return "waiting"
    is_today = zones.local(record.held_at).date() == zones.local(now).date()
    return "today" if is_today or now - record.held_at < _DAY else "older"


def _step(record: InboxRecord, now: datetime) -> Step:
    if record.submitted_at is not None:
        return "read"
    if record.is_running:
        return "watch"
    if _is_ready(record):
        kept = record.has_feedback and record.is_kept
        return "submit" if kept and record.has_recommendation else "review"
    if record.held_at > now and not record.has_notes and not record.rated:
        return "prepare"
    if not record.has_notes:
        return "notes"
    return "rate" if record.rated < record.competencies else "draft"


def _is_ready(record: InboxRecord) -> bool:
    has_text = bool(record.has_feedback or record.has_draft)
    return record.submitted_at is None and not record.is_running and has_text


def _step_label(record: InboxRecord, step: Step) -> str:
    match step:
        case "prepare":
            return "Prepare"
        case "notes":
            return "Add notes"
        case "rate" if record.rated:
            return f"Rate {record.competencies - record.rated} more"
        case "rate":
            noun = "competency" if record.competencies == 1 else "competencies"
            return f"Rate {record.competencies} {noun}"
        case "draft":
            return "Draft from my notes" if generations().offline else "Generate with AI"
        case "watch":
            return "Watch it being written"
        case "review":
            return "Review draft"
        case "submit":
            return "Check and submit"
        case "read":
            return "Read"


def _progress(record: InboxRecord, step: Step) -> str:
    """How far the feedback has got, in words; empty before the interview and once submitted."""
    if step in ("prepare", "read"):
        return ""
    if record.is_running:
        return "Being written now"
    rated = f"{record.rated} of {record.competencies} rated"
    if _is_ready(record):
        missing = [] if record.rated >= record.competencies else [rated]
        missing += [] if record.has_recommendation else ["no recommendation"]
        return ", ".join(["Draft ready", *missing])
    if not record.has_notes and not record.rated:
        return "Nothing recorded yet"
    return f"{'Notes' if record.has_notes else 'No notes'}, {rated}"


def _share(record: InboxRecord) -> str:
    """A third each for notes, ratings and a text."""
    if record.submitted_at is not None:
        return "100%"
    rated = record.rated / record.competencies if record.competencies else 1
    done = bool(record.has_notes) + min(rated, 1) + _is_ready(record)
    return f"{done / 3:.0%}"


def _filter_of(record: InboxRecord) -> Filter:
    if record.submitted_at is not None:
        return "submitted"
    return "ready" if _is_ready(record) else "none"


def _summary(due: Sequence[InboxRow], *, has_any: bool) -> str:
    """`3 to write today, 2 overdue`."""
    if not has_any:
        return ""
    today = sum(row.group == "today" for row in due)
    overdue = len(due) - today
    parts = [f"{today} to write today"] if today else []
    parts += [f"{overdue} overdue"] if overdue else []
    return ", ".join(parts) or "Nothing to write: all that was held is submitted."


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
