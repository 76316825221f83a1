"""`python -m feedback_app.llm.audit`: prints what is wrong with the ledger; exit code 1 if any."""

import asyncio
import sys

from feedback_app.core.settings import get_settings
from feedback_app.db.session import Database
from feedback_app.llm.audit import Audited, audit_counted


async def _audited() -> Audited:
    database = Database(get_settings().DATABASE_URL)
    try:
        return await audit_counted(database, None)
    finally:
        await database.aclose()


def main() -> int:
    """Audit the configured database; the exit code."""
    done = asyncio.run(_audited())
    for finding in done.findings:
        print(f"{finding.call_id}  {finding.check}: {finding.sentence}")
    print(done.summary)
    return 1 if done.findings else 0


if __name__ == "__main__":
    sys.exit(main())
