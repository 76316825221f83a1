"""The ledger's audit after a test: what it finds when nothing may be running any more."""

from feedback_app.db.session import Database
from feedback_app.llm.audit import Finding, audit


async def findings_in(url: str) -> list[Finding]:
    """Everything wrong in the database at `url`, which no process uses now."""
    database = Database(url)
    try:
        return await audit(database, ())
    finally:
        await database.aclose()
