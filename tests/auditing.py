"""The ledger's audit after a test."""

from collections.abc import Collection

from feedback_app.db.session import Database
from feedback_app.llm.audit import Finding, audit


async def findings_in(url: str, live: Collection[str] | None = ()) -> list[Finding]:
    """Everything wrong in the database at `url`; `live` as `audit` takes it, nothing by default."""
    database = Database(url)
    try:
        return await audit(database, live)
    finally:
        await database.aclose()
