"""The interviews of a company: who meets whom about which job, when, and what they rate."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import ChangedElsewhere, Forbidden, Invalid
from feedback_app.core.text import storable
from feedback_app.db.models import Candidate, Interview
from feedback_app.db.session import database
from feedback_app.hiring.checks import CHANGED_SINCE, MOST_NAME_CHARACTERS, Fields, WrongFields
from feedback_app.hiring.creating import (
    LONGEST_MIN,
    SHORTEST_MIN,
    add_interview,
    add_scorecards,
    lock_company,
)
from feedback_app.hiring.interviews import queries
from feedback_app.hiring.interviews.schemas import InterviewForm, Option
from feedback_app.hiring.interviews.when import as_field, from_field
from feedback_app.hiring.lists.schemas import LONGEST_SEARCH
from feedback_app.hiring.schemas import Record
from feedback_app.ui.choice import Choice

FOUND = 8
"""Candidates shown for a search."""
_FIELDS = ("candidate", "job", "kind", "when", "minutes", "people", "covers")


async def interview(
    user: CurrentUser, interview_id: str, *, with_candidate: str = ""
) -> InterviewForm:
    """One interview, or the form of a new one, perhaps with a candidate.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such interview, or another company's.
    """
    _require_admin(user)
    async with database().read() as session:
        if interview_id == routes.NEW:
            blank = dict.fromkeys(_FIELDS, "")
            given = await queries.candidate_of(session, user, with_candidate)
            record = Record(
                routes.NEW,
                values=blank
                | {
                    "candidate": given.id if given and given.archived_at is None else "",
                    "minutes": "60",
                    "zone": user.time_zone,
                },
            )
        else:
            row = await queries.interview_of(session, user, interview_id)
            record = await _record(session, row, user.time_zone)
        values = record.values
        chosen = values["people"].split()
        covers = values["covers"].split()
        return InterviewForm(
            record,
            await _candidates(session, user, "", values["candidate"]),
            [
                Choice(job_id, f"{title}, {department}")
                for job_id, title, department in await queries.jobs(session, user, values["job"])
            ],
            [
                Option(user_id, name, email, user_id in chosen)
                for user_id, name, email in await queries.people(session, user, chosen)
            ],
            await _competencies(session, user, values["job"], covers),
            await queries.kinds(session, user),
        )


async def found(user: CurrentUser, search: str, chosen: str) -> list[Option]:
    """The candidates that match, after the one that is chosen already.

    Raises:
        Forbidden: not an administrator.
    """
    _require_admin(user)
    async with database().read() as session:
        return await _candidates(session, user, storable(search[:LONGEST_SEARCH]), chosen)


async def competencies(user: CurrentUser, job_id: str, covers: str) -> list[Option]:
    """A job's competencies, those ticked that `covers` names, or all if it names none.

    Raises:
        Forbidden: not an administrator.
    """
    _require_admin(user)
    async with database().read() as session:
        return await _competencies(session, user, job_id, covers.split())


@dataclass(frozen=True, slots=True)
class _Typed:
    candidate: str
    job: str
    kind: str
    held_at: datetime
    minutes: int
    people: set[str]
    covers: set[str]
    """Empty: all of the job's."""


async def save(
    user: CurrentUser,
    interview_id: str,
    form: Mapping[str, Any],
    offered: Collection[str],
    base: Mapping[str, str],
) -> Record:
    """Add an interview, or change the one that was `base` when it was loaded.

    `offered` are the competencies that the form offered: if all of them are ticked, the interview
    covers the whole job, also what is added to it later.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such interview, or anything in it is another company's.
        WrongFields: what was chosen cannot be saved.
        ChangedElsewhere: somebody else has changed the interview since.
    """
    _require_admin(user)
    zone = base.get("zone", "")
    typed = _typed(form, offered, zone)
    async with database().write() as session:
        if interview_id == routes.NEW:
            await _require_offered(session, user, typed, None)
            row = await add_interview(
                session,
                user.company_id,
                candidate_id=typed.candidate,
                job_id=typed.job,
                interviewers=typed.people,
                held_at=typed.held_at,
                kind=typed.kind,
                duration_min=typed.minutes,
                covers=typed.covers,
                created_by=user.id,
            )
        else:
            # A draft that is just being started must not lose its scorecard.
            await lock_company(session, user.company_id)
            row = await queries.interview_of(session, user, interview_id, lock=True)
            await queries.lock_scorecards(session, row)
            before = (await _record(session, row, zone)).values
            if before != base:
                raise ChangedElsewhere(CHANGED_SINCE)
            await _require_offered(session, user, typed, row)
            await _change(session, row, typed, is_moved=before["when"] != form.get("when"))
        return await _record(session, row, zone)


def _typed(form: Mapping[str, Any], offered: Collection[str], zone: str) -> _Typed:
    fields = Fields(form)
    kind = fields.line("kind", MOST_NAME_CHARACTERS, "Say what kind of interview it is.")
    minutes = fields.number("minutes", SHORTEST_MIN, LONGEST_MIN)
    held_at = None
    try:
        held_at = from_field(fields.raw("when"), zone)
    except Invalid as fault:
        fields.faults["when"] = fault.message
    people, ticked = fields.chosen("person"), fields.chosen("covers")
    for name, value, missing in (
        ("candidate", fields.raw("candidate"), "Choose the candidate."),
        ("job", fields.raw("job"), "Choose the job."),
        ("people", people, "Choose at least one interviewer."),
        ("covers", ticked or not offered, "Choose at least one competency."),
    ):
        if not value:
            fields.faults[name] = missing
    fields.finish()
    assert held_at is not None
    covers = set() if ticked >= set(offered) else ticked
    return _Typed(
        fields.raw("candidate"), fields.raw("job"), kind, held_at, minutes, people, covers
    )


async def _require_offered(
    session: AsyncSession, user: CurrentUser, typed: _Typed, row: Interview | None
) -> None:
    """Check that what is chosen anew is the company's and in use.

    Raises:
        WrongFields: something is not.
    """
    faults: dict[str, str] = {}
    candidate = await queries.candidate_of(session, user, typed.candidate)
    is_kept = row is not None and row.candidate_id == typed.candidate
    if candidate is None or (candidate.archived_at is not None and not is_kept):
        faults["candidate"] = "This candidate is not offered any more. Choose another."
    jobs = await queries.jobs(session, user, row.job_id if row else "")
    if typed.job not in {job_id for job_id, *_ in jobs}:
        faults["job"] = "This job is not offered any more. Choose another."
    present = await queries.interviewers_of(session, row) if row else set()
    people = await queries.people(session, user, present)
    if typed.people - {user_id for user_id, *_ in people}:
        faults["people"] = "Somebody chosen here is not active any more. Load the page again."
    asked = await queries.competencies(session, user, typed.job)
    if typed.covers - {competency_id for competency_id, _ in asked}:
        faults["covers"] = "The job's competencies have changed. Choose the job again."
    if faults:
        raise WrongFields(faults)


async def _change(session: AsyncSession, row: Interview, typed: _Typed, *, is_moved: bool) -> None:
    present = await queries.interviewers_of(session, row)
    writers = await queries.writers_of(session, row)
    faults: dict[str, str] = {}
    if stay := [name for user_id, name in writers.items() if user_id not in typed.people]:
        faults["people"] = (
            f"{_listed(stay)} already wrote about this interview and cannot be removed from it."
        )
    if writers and row.candidate_id != typed.candidate:
        faults["candidate"] = "Something is written about this candidate here, so they stay."
    if writers and row.job_id != typed.job:
        faults["job"] = "Something is written for this job here, so it stays."
    elif typed.covers and await queries.rated_in(session, row) - typed.covers:
        faults["covers"] = "A competency that interviewers have rated here stays covered."
    if faults:
        raise WrongFields(faults)
    row.candidate_id, row.job_id, row.kind = typed.candidate, typed.job, typed.kind
    row.duration_min, row.covers = typed.minutes, sorted(typed.covers)
    if is_moved:
        row.held_at = typed.held_at
    session.add(row)
    await session.flush()
    await queries.remove_scorecards(session, row, present - typed.people)
    await add_scorecards(session, row, typed.people - present)


async def _record(session: AsyncSession, row: Interview, zone: str) -> Record:
    people = await queries.interviewers_of(session, row)
    values = {
        "candidate": row.candidate_id,
        "job": row.job_id,
        "kind": row.kind,
        "when": as_field(row.held_at, zone),
        "minutes": str(row.duration_min),
        "people": " ".join(sorted(people)),
        "covers": " ".join(sorted(row.covers)),
        "zone": zone,
    }
    candidate = await session.get_one(Candidate, row.candidate_id)
    title = f"{candidate.name}, {row.kind}"
    return Record(row.id, title, values, row.archived_at is not None)


async def _candidates(
    session: AsyncSession, user: CurrentUser, search: str, chosen: str
) -> list[Option]:
    matching = await queries.candidates(session, user, search.split()[:8], FOUND + 1)
    options = [Option(*row) for row in matching if row[0] != chosen][:FOUND]
    present = await queries.candidate_of(session, user, chosen) if chosen else None
    if present is None:
        return options
    return [Option(present.id, present.name, present.headline), *options]


async def _competencies(
    session: AsyncSession, user: CurrentUser, job_id: str, covers: Sequence[str]
) -> list[Option]:
    rows = await queries.competencies(session, user, job_id) if job_id else []
    return [
        Option(competency_id, name, chosen=not covers or competency_id in covers)
        for competency_id, name in rows
    ]


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _require_admin(user: CurrentUser) -> None:
    if not user.is_admin:
        raise Forbidden
