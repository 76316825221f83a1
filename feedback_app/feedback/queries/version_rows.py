"""The SQL of the versions of a text. The scorecard must be one of the acting person's."""

from collections.abc import Sequence

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import (
    TextVersion,
    VersionKind,
)


async def versions_of(
    session: AsyncSession, scorecard_id: str, field: str
) -> Sequence[TextVersion]:
    """The versions of one text, newest first."""
    rows = await session.exec(
        select(TextVersion)
        .where(TextVersion.scorecard_id == scorecard_id, TextVersion.field == field)
        .order_by(col(TextVersion.id).desc())
    )
    return rows.all()


async def last_version(session: AsyncSession, scorecard_id: str, field: str) -> TextVersion | None:
    """The newest version of one text."""
    rows = await session.exec(
        select(TextVersion)
        .where(TextVersion.scorecard_id == scorecard_id, TextVersion.field == field)
        .order_by(col(TextVersion.id).desc())
        .limit(1)
    )
    return rows.first()


async def undone_kind(session: AsyncSession, version: TextVersion) -> VersionKind:
    """The kind of the act that was undone when this version was kept."""
    rows = await session.exec(
        select(TextVersion.kind)
        .where(
            TextVersion.scorecard_id == version.scorecard_id,
            TextVersion.field == version.field,
            col(TextVersion.id) < version.id,
            col(TextVersion.kind).not_in(
                (VersionKind.UNDONE, VersionKind.TYPED, VersionKind.ELSEWHERE)
            ),
        )
        .order_by(col(TextVersion.id).desc())
        .limit(1)
    )
    return VersionKind(rows.first() or VersionKind.DRAFT)


async def has_version_of(session: AsyncSession, scorecard_id: str, call_id: str) -> bool:
    """Whether an earlier text of the feedback had begun as this draft."""
    rows = await session.exec(
        select(TextVersion.id)
        .where(TextVersion.scorecard_id == scorecard_id, TextVersion.call_id == call_id)
        .limit(1)
    )
    return rows.first() is not None


async def version_of_tab(
    session: AsyncSession, scorecard_id: str, field: str, writer: str, base: int
) -> TextVersion | None:
    """The newest unsaved text of one tab, written over one revision."""
    rows = await session.exec(
        select(TextVersion)
        .where(
            TextVersion.scorecard_id == scorecard_id,
            TextVersion.field == field,
            TextVersion.kind == VersionKind.ELSEWHERE,
            TextVersion.writer == writer,
            TextVersion.base == base,
        )
        .order_by(col(TextVersion.id).desc())
        .limit(1)
    )
    return rows.first()


async def forget_versions(session: AsyncSession, scorecard_id: str, field: str, most: int) -> None:
    """Delete all but the newest `most` versions of one text."""
    of_it = (col(TextVersion.scorecard_id) == scorecard_id, col(TextVersion.field) == field)
    kept = select(TextVersion.id).where(*of_it).order_by(col(TextVersion.id).desc()).limit(most)
    await session.exec(
        delete(TextVersion)
        .where(*of_it, col(TextVersion.id).not_in(kept))
        .execution_options(synchronize_session=False)
    )
