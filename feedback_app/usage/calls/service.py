"""The calls on a page of their list. Knows nothing of pages in a browser."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden, Invalid
from feedback_app.db.models import LlmCall
from feedback_app.db.session import database
from feedback_app.usage.calls import queries
from feedback_app.usage.calls.schemas import CallsPage, Cursor
from feedback_app.usage.dashboard import queries as sums
from feedback_app.usage.filters import Span, UsageFilter

PAGE_LENGTH = 25


async def page(
    user: CurrentUser,
    wanted: UsageFilter,
    *,
    after: Cursor | None = None,
    before: Cursor | None = None,
    length: int = PAGE_LENGTH,
) -> CallsPage:
    """The first page of the filter's calls, the one after a call, or the one before.

    A cursor at a call that does not exist, or one near the top, gives the first page. Newest first
    is read from an index; any other order reads the calls of the period.

    Raises:
        Forbidden: not an administrator.
    """
    if not user.is_admin:
        raise Forbidden
    span = wanted.span(clock.now())
    async with database().read() as session:
        total = await _count(session, user, wanted, span)
        ids, first, more = await _ids(session, user, wanted, span, after, before, length)
        rows = await queries.entries(session, user, ids)
    return CallsPage(
        rows=rows,
        first=first,
        total=total,
        before=Cursor(ids[0], first) if ids and first else None,
        after=Cursor(ids[-1], first + len(ids) - 1) if more else None,
    )


async def ledger(
    user: CurrentUser, *, after: str | None, limit: int
) -> tuple[list[LlmCall], str | None]:
    """The company's ledger newest first, from `after` on, and the cursor of the next page.

    Raises:
        Forbidden: not an administrator.
        Invalid: `after` is not a call of the company.
    """
    if not user.is_admin:
        raise Forbidden
    async with database().read() as session:
        older_than = await queries.call_by_id(session, user, after) if after else None
        if after and older_than is None:
            raise Invalid("This cursor is not valid for the list.")
        found = await queries.ledger(session, user, older_than=older_than, limit=limit + 1)
    shown = list(found[:limit])
    return shown, shown[-1].id if len(found) > limit else None


async def _count(
    session: AsyncSession, user: CurrentUser, wanted: UsageFilter, span: Span
) -> int | None:
    if wanted.text:
        return None
    running = await queries.count_running(session, user, wanted, span)
    return running + await sums.count(session, user, wanted, span)


async def _ids(
    session: AsyncSession,
    user: CurrentUser,
    wanted: UsageFilter,
    span: Span,
    after: Cursor | None,
    before: Cursor | None,
    length: int,
) -> tuple[Sequence[str], int, bool]:
    """The ids of a page, the position of the first, and whether there are more after them."""
    cursor = after or before
    value = (
        await queries.sort_value(session, user, wanted.sort.by, cursor.call_id) if cursor else None
    )
    if cursor and value is not None:
        beyond = (value, cursor.call_id)
        if after:
            ids = await queries.page_of_ids(
                session, user, wanted, span, beyond=beyond, limit=length + 1
            )
            if ids:
                return ids[:length], cursor.place + 1, len(ids) > length
        else:
            ids = await queries.page_of_ids(
                session, user, wanted, span, beyond=beyond, backwards=True, limit=length + 1
            )
            if len(ids) > length:
                return ids[1:], max(1, cursor.place - length), True
    ids = await queries.page_of_ids(session, user, wanted, span, limit=length + 1)
    return ids[:length], 0, len(ids) > length
