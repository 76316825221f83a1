"""Audits the company's part of the ledger for an administrator."""

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import Forbidden
from feedback_app.db.session import database
from feedback_app.llm.audit import audit_counted
from feedback_app.llm.generation.supervisor import generations
from feedback_app.usage.checking.schemas import FindingRow


async def check(user: CurrentUser) -> tuple[str, list[FindingRow]]:
    """The outcome in a sentence, and every finding.

    Raises:
        Forbidden: not an administrator.
    """
    if not user.is_admin:
        raise Forbidden
    live = generations().live_calls
    audited = await audit_counted(database(), live, company_id=user.company_id)
    rows = [
        FindingRow(f.call_id, routes.admin_call(f.call_id), f.sentence) for f in audited.findings
    ]
    return f"{audited.summary}.", rows
