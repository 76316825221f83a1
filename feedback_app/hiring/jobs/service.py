"""The form of a job: what it is, and the competencies that its interviewers rate."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import ChangedElsewhere, Forbidden, Invalid
from feedback_app.core.ids import new_id
from feedback_app.db.models import Competency, Department, Job
from feedback_app.db.session import database
from feedback_app.hiring import queries
from feedback_app.hiring.checks import (
    CHANGED_SINCE,
    MOST_NAME_CHARACTERS,
    MOST_SUMMARY_CHARACTERS,
    Fields,
    WrongFields,
)
from feedback_app.hiring.creating import NO_TITLE, add_job, department_named
from feedback_app.hiring.jobs.schemas import STEPS, Asked, JobForm
from feedback_app.hiring.metadata import (
    LEVELS,
    MOST_COMPETENCIES,
    MOST_LINE_CHARACTERS,
    MOST_MUST_HAVES,
    MOST_TITLE_CHARACTERS,
)
from feedback_app.hiring.schemas import Record
from feedback_app.ui.choice import Choice

MOST_ABOUT_CHARACTERS = 600
RATED = "Interviewers have rated it, so it stays: their ratings would be lost with it."
_MOST_JOBS_TO_COPY_FROM = 500


async def add(user: CurrentUser, form: Mapping[str, Any]) -> str:
    """Add a job by its title and, if one is named, its department; return its id.

    Raises:
        Forbidden: not an administrator.
        WrongFields: the title is empty, or something is too long or unreadable.
    """
    _require_admin(user)
    fields = Fields(form)
    title = fields.line("title", MOST_TITLE_CHARACTERS, NO_TITLE)
    department = fields.line("department", MOST_NAME_CHARACTERS)
    fields.finish()
    async with database().write() as session:
        return (await add_job(session, user.company_id, title, department or None)).id


async def departments(user: CurrentUser) -> list[str]:
    """The names of the company's departments that are in use.

    Raises:
        Forbidden: not an administrator.
    """
    _require_admin(user)
    async with database().read() as session:
        return await _departments(session, user)


async def job(user: CurrentUser, job_id: str) -> JobForm:
    """One job as its form shows it.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such job, or another company's.
    """
    _require_admin(user)
    async with database().read() as session:
        row = await queries.job_of(session, user, job_id)
        others = await session.exec(
            select(Job.id, Job.title)
            .where(
                Job.company_id == user.company_id,
                Job.id != job_id,
                col(Competency.job_id) == Job.id,
            )
            .distinct()
            .order_by(Job.title, Job.id)
            .limit(_MOST_JOBS_TO_COPY_FROM)
        )
        return JobForm(
            await _record(session, row),
            await _departments(session, user),
            [Choice(other_id, title) for other_id, title in others.all()],
        )


async def is_rated(user: CurrentUser, job_id: str, competency_id: str) -> bool:
    """Whether some scorecard says anything about a competency of the job.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such job, or another company's.
    """
    _require_admin(user)
    async with database().read() as session:
        row = await queries.job_of(session, user, job_id)
        of_job = await queries.competencies_of(session, row)
        found = [each for each in of_job if each.id == competency_id]
        return bool(found and await queries.rated_among(session, found))


async def copied(user: CurrentUser, job_id: str) -> list[Asked]:
    """The competencies of a job as new ones for another.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such job, or another company's.
    """
    _require_admin(user)
    async with database().read() as session:
        row = await queries.job_of(session, user, job_id)
        found = await queries.competencies_of(session, row)
    return [_asked_in(each, id=new_id()) for each in found]


async def save(
    user: CurrentUser,
    job_id: str,
    form: Mapping[str, Any],
    order: Sequence[str],
    base: Mapping[str, str],
) -> Record:
    """Save a job that was `base` when it was loaded; `order` has the ids of its competencies.

    A competency of the job that is not in `order` is removed. Ids in it that are not the job's are
    those of new ones.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such job, or another company's.
        WrongFields: what was typed cannot be saved, or a competency to be removed was rated.
        ChangedElsewhere: somebody else has changed the job since.
    """
    _require_admin(user)
    if len(order) > MOST_COMPETENCIES:
        raise Invalid(f"A job may have {MOST_COMPETENCIES} competencies; these are {len(order)}.")
    fields = Fields(form)
    title = fields.line("title", MOST_TITLE_CHARACTERS, NO_TITLE)
    department = fields.line("department", MOST_NAME_CHARACTERS, "Name a department.")
    level = fields.raw("level")
    if level not in LEVELS:
        fields.faults["level"] = "Choose one of the levels."
    summary = fields.text("summary", MOST_SUMMARY_CHARACTERS)
    must_haves = _must_haves(fields)
    asked = [_asked(fields, competency_id) for competency_id in order]
    _require_different_names(fields, asked)
    fields.finish()
    async with database().write() as session:
        row = await queries.job_of(session, user, job_id, lock=True)
        if (await _record(session, row)).values != base:
            raise ChangedElsewhere(CHANGED_SINCE)
        present = await session.get_one(Department, row.department_id)
        if present.name.casefold() != department.casefold():
            unit = await department_named(session, user.company_id, department)
            row.department_id = unit.id
        row.title, row.level, row.summary = title, level, summary
        row.must_haves = must_haves
        session.add(row)
        await _replace(session, row, asked)
        await session.flush()
        return await _record(session, row)


async def _replace(session: AsyncSession, row: Job, asked: Sequence[Asked]) -> None:
    present = {each.id: each for each in await queries.competencies_of(session, row)}
    wanted = {each.id for each in asked}
    gone = [each for competency_id, each in present.items() if competency_id not in wanted]
    if rated := await queries.rated_among(session, gone):
        raise WrongFields({f"name-{competency_id}": RATED for competency_id in rated})
    await queries.remove_competencies(session, row, gone)
    for position, each in enumerate(asked):
        competency = present.get(each.id) or Competency(
            id=each.id, job_id=row.id, name="", position=0
        )
        competency.name, competency.description = each.name, each.about
        competency.steps = list(each.steps) if any(each.steps) else []
        competency.position = position
        session.add(competency)


def _asked(fields: Fields, competency_id: str) -> Asked:
    return Asked(
        competency_id,
        fields.line(f"name-{competency_id}", MOST_LINE_CHARACTERS, "Name the competency."),
        fields.line(f"about-{competency_id}", MOST_ABOUT_CHARACTERS),
        [
            fields.line(f"step{step}-{competency_id}", MOST_LINE_CHARACTERS)
            for step in range(1, STEPS + 1)
        ],
    )


def _require_different_names(fields: Fields, asked: Sequence[Asked]) -> None:
    seen: set[str] = set()
    for each in asked:
        name = each.name.casefold()
        if name and name in seen:
            fields.faults[f"name-{each.id}"] = "This job has another competency of this name."
        seen.add(name)


def _must_haves(fields: Fields) -> list[str]:
    text = fields.text("must_haves", MOST_MUST_HAVES * MOST_LINE_CHARACTERS)
    lines = [" ".join(line.split()) for line in text.split("\n") if line.strip()]
    if len(lines) > MOST_MUST_HAVES:
        fields.faults["must_haves"] = (
            f"A job may have {MOST_MUST_HAVES} must-haves; these are {len(lines)}."
        )
    elif any(len(line) > MOST_LINE_CHARACTERS for line in lines):
        fields.faults["must_haves"] = f"A must-have may have {MOST_LINE_CHARACTERS} characters."
    return lines


async def _departments(session: AsyncSession, user: CurrentUser) -> list[str]:
    rows = await session.exec(
        select(Department.name).where(
            Department.company_id == user.company_id, col(Department.archived_at).is_(None)
        )
    )
    return sorted(rows.all(), key=str.casefold)


async def _record(session: AsyncSession, row: Job) -> Record:
    found = await queries.competencies_of(session, row)
    values = {
        "title": row.title,
        "department": await queries.department_of(session, row),
        "level": row.level,
        "summary": row.summary,
        "must_haves": "\n".join(row.must_haves),
        "order": " ".join(each.id for each in found),
    }
    for each in found:
        values |= _asked_in(each).values()
    return Record(row.id, row.title, values, row.archived_at is not None)


def _asked_in(each: Competency, *, id: str = "") -> Asked:
    steps = [*each.steps, *[""] * STEPS][:STEPS]
    return Asked(id or each.id, each.name, each.description, steps)


def _require_admin(user: CurrentUser) -> None:
    if not user.is_admin:
        raise Forbidden
