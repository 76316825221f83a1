"""Archives rows of hiring and brings them back; nothing that history hangs on is deleted."""

from collections.abc import Mapping

from sqlmodel import col, select

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden, NotFound
from feedback_app.db.models import Candidate, Department, Interview, Job
from feedback_app.db.session import database
from feedback_app.hiring.lists.schemas import Kind

_TABLES: Mapping[Kind, type[Job | Candidate | Interview | Department]] = {
    "jobs": Job,
    "candidates": Candidate,
    "interviews": Interview,
    "departments": Department,
}


async def set_archived(user: CurrentUser, kind: Kind, row_id: str, archived: bool) -> None:
    """Take a row out of lists and choices, or put it back.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such row, or another company's.
    """
    if not user.is_admin:
        raise Forbidden
    table = _TABLES[kind]
    async with database().write() as session:
        own = select(table).where(col(table.id) == row_id, col(table.company_id) == user.company_id)
        row = (await session.exec(own.with_for_update())).first()
        if row is None:
            raise NotFound
        if (row.archived_at is not None) != archived:
            row.archived_at = clock.now() if archived else None
            session.add(row)
