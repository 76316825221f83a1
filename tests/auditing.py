"""The ledger's audit after a test."""

import sqlite3
from collections.abc import Collection
from contextlib import closing

from sqlalchemy import make_url

from feedback_app.db.session import Database
from feedback_app.feedback.operation import OPERATION
from feedback_app.llm.audit import Finding, audit
from feedback_app.llm.operation import declared

_AUDITED = (
    "llm_call",
    "draft",
    "usage_rollup",
    "usage_day",
    "system_log WHERE llm_call_id IS NOT NULL",
    "scorecard WHERE feedback_call_id IS NOT NULL",
)
"""Rows that a finding may be about."""


def has_rows_to_audit(url: str) -> bool:
    """Whether the audit could find anything; asked of SQLite only, in a hundredth of its time."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or parsed.database is None:
        return True
    some = " OR ".join(f"EXISTS (SELECT 1 FROM {rows})" for rows in _AUDITED)
    with closing(sqlite3.connect(parsed.database)) as connection:
        return bool(connection.execute(f"SELECT {some}").fetchone()[0])


async def findings_in(url: str, live: Collection[str] | None = ()) -> list[Finding]:
    """Everything wrong in the database at `url`; `live` as `audit` takes it, nothing by default."""
    assert OPERATION in declared(), "its checks belong to the audit"
    if not has_rows_to_audit(url):
        return []
    database = Database(url)
    try:
        return await audit(database, live)
    finally:
        await database.aclose()
