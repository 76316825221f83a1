"""The departments of a company: their names, which are unique whatever their case."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import ChangedElsewhere, Forbidden, NotFound
from feedback_app.db.models import Department
from feedback_app.db.session import database
from feedback_app.hiring.checks import CHANGED_SINCE, MOST_NAME_CHARACTERS, Fields, WrongFields
from feedback_app.hiring.creating import (
    NO_DEPARTMENT_NAME,
    department_called,
    lock_company,
)
from feedback_app.hiring.schemas import Record


async def department(user: CurrentUser, department_id: str) -> Record:
    """One department, or the blank form of a new one.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such department, or another company's.
    """
    _require_admin(user)
    if department_id == routes.NEW:
        return Record(routes.NEW, values={"name": ""})
    async with database().read() as session:
        return _record(await _row(session, user, department_id))


async def save(
    user: CurrentUser, department_id: str, form: Mapping[str, Any], base: Mapping[str, str]
) -> Record:
    """Add a department, or rename the one that was `base` when it was loaded.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such department, or another company's.
        WrongFields: it has no name, or another one has that name.
        ChangedElsewhere: somebody else has renamed it since.
    """
    _require_admin(user)
    fields = Fields(form)
    name = fields.line("name", MOST_NAME_CHARACTERS, NO_DEPARTMENT_NAME)
    fields.finish()
    async with database().write() as session:
        await lock_company(session, user.company_id)
        if department_id == routes.NEW:
            row = Department(company_id=user.company_id, name=name)
        else:
            row = await _row(session, user, department_id)
            if _record(row).values != base:
                raise ChangedElsewhere(CHANGED_SINCE)
        other = await department_called(session, user.company_id, name)
        if other is not None and other.id != row.id:
            raise WrongFields({"name": _taken(other)})
        row.name = name
        session.add(row)
    return _record(row)


def _taken(other: Department) -> str:
    if other.archived_at is None:
        return f"There is a department “{other.name}” already."
    return f"“{other.name}” is among the archived departments: bring that one back instead."


async def _row(session: AsyncSession, user: CurrentUser, department_id: str) -> Department:
    own = select(Department).where(
        Department.id == department_id, Department.company_id == user.company_id
    )
    found = (await session.exec(own)).first()
    if found is None:
        raise NotFound
    return found


def _record(row: Department) -> Record:
    return Record(row.id, row.name, {"name": row.name}, row.archived_at is not None)


def _require_admin(user: CurrentUser) -> None:
    if not user.is_admin:
        raise Forbidden
