"""The ledger's audit after a test."""

from collections.abc import Collection

from feedback_app.db.session import Database
from feedback_app.feedback.operation import OPERATION
from feedback_app.llm.audit import Finding, audit
from feedback_app.llm.operation import declared


async def findings_in(url: str, live: Collection[str] | None = ()) -> list[Finding]:
    """Everything wrong in the database at `url`; `live` as `audit` takes it, nothing by default."""
    assert OPERATION in declared(), "its checks belong to the audit"
    database = Database(url)
    try:
        return await audit(database, live)
    finally:
        await database.aclose()
