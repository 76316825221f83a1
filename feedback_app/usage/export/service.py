"""Exports the calls of a filter, as CSV or as one JSON object per line, in UTF-8.

The ids are first written to a temporary file, and the calls are read by them in batches: so the
export contains the calls that existed when it was requested, needs little memory whatever their
number, and holds no database connection while a slow client reads.
"""

import csv
import io
import json
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import aclosing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any, Literal

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden
from feedback_app.db.session import database
from feedback_app.usage.calls import queries
from feedback_app.usage.calls.schemas import CallEntry
from feedback_app.usage.export.cells import cell
from feedback_app.usage.filters import Span, UsageFilter

Format = Literal["csv", "jsonl"]

_MEDIA_TYPES: dict[Format, str] = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
}
_CALLS_AT_A_TIME = 500
_SPOOL_BYTES = 1_000_000
_ID_BYTES = 37
"""The size of an id and its line end."""
_COLUMNS = tuple(
    {
        name: None
        for field in CallEntry.__dataclass_fields__
        for name in ((field, "cost_usd") if field == "cost_microusd" else (field,))
    }
)


@dataclass(frozen=True, slots=True)
class Export:
    """A file being written."""

    file_name: str
    media_type: str
    parts: AsyncIterator[bytes]


async def export(user: CurrentUser, wanted: UsageFilter, kind: Format) -> Export:
    """The filter's calls of the administrator's company, in their order.

    Raises:
        Forbidden: not an administrator.
    """
    if not user.is_admin:
        raise Forbidden
    span = wanted.span(clock.now())
    spool = SpooledTemporaryFile[bytes](max_size=_SPOOL_BYTES)
    try:
        async with (
            database().read() as session,
            aclosing(queries.all_ids(session, user, wanted, span)) as found,
        ):
            async for ids in found:
                spool.write(b"".join(f"{call_id:<36}\n".encode() for call_id in ids))
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    return Export(_file_name(span, kind), _MEDIA_TYPES[kind], _parts(user, spool, kind))


def _file_name(span: Span, kind: Format) -> str:
    return f"debrief-usage-{span.first_day}-to-{span.last_day}.{kind}"


async def _parts(user: CurrentUser, spool: IO[bytes], kind: Format) -> AsyncIterator[bytes]:
    with spool:
        if kind == "csv":
            yield written_csv([_COLUMNS])
        while kept := spool.read(_ID_BYTES * _CALLS_AT_A_TIME):
            ids = kept.decode().split()
            async with database().read() as session:
                entries = await queries.entries(session, user, ids)
            yield _written(entries, kind)


def _written(entries: Sequence[CallEntry], kind: Format) -> bytes:
    if kind == "csv":
        return written_csv([_cell(value) for value in _values(entry).values()] for entry in entries)
    lines = (json.dumps(_values(entry), ensure_ascii=False) for entry in entries)
    return "".join(f"{line}\n" for line in lines).encode()


def _values(entry: CallEntry) -> dict[str, Any]:
    """The columns of a call; times as ISO 8601 in UTC, dollars as an exact decimal text."""
    values = {**asdict(entry), "cost_usd": _dollars(entry.cost_microusd)}
    return {name: _plain(values[name]) for name in _COLUMNS}


def _dollars(microusd: int | None) -> str | None:
    return None if microusd is None else f"{Decimal(microusd).scaleb(-6):.6f}"


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return value


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return cell(value) if isinstance(value, str) else value


def written_csv(rows: Iterable[Sequence[Any]]) -> bytes:
    """Rows as CSV, each cell quoted; `None` is an empty cell."""
    text = io.StringIO()
    csv.writer(text, quoting=csv.QUOTE_ALL).writerows(rows)
    return text.getvalue().encode()
