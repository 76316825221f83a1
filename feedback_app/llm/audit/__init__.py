"""The ledger's audit: finds rows that contradict themselves, each other, or the running calls.

It only reads and never repairs. `python -m feedback_app audit` prints the findings. Operations add
checks of the results made from their drafts.
"""

from collections.abc import Collection
from dataclasses import dataclass

from sqlmodel import func, select

from feedback_app.db.models import LlmCall
from feedback_app.db.session import Database
from feedback_app.llm.audit import costs, rows, sums
from feedback_app.llm.audit.finding import Check, Finding
from feedback_app.llm.operation import declared

__all__ = ["Audited", "Check", "Finding", "audit", "audit_counted"]


@dataclass(frozen=True, slots=True)
class Audited:
    """What an audit found, and how many calls it checked."""

    findings: list[Finding]
    calls: int

    @property
    def lines(self) -> list[str]:
        """Each finding, and the summary."""
        return [*(f"{f.call_id}  {f.check}: {f.sentence}" for f in self.findings), self.summary]

    @property
    def summary(self) -> str:
        """`No findings, 1,234 calls checked`."""
        found = len(self.findings)
        findings = f"{found:,}" if found else "No"
        return (
            f"{findings} {'finding' if found == 1 else 'findings'}, "
            f"{self.calls:,} {'call' if self.calls == 1 else 'calls'} checked"
        )


async def audit(
    database: Database, live_calls: Collection[str] | None, *, company_id: str | None = None
) -> list[Finding]:
    """Everything wrong with the ledger, of all companies or of one.

    `live_calls` are the calls this process runs, read while the audit runs; pass `None` if other
    processes may run calls, so that only stale heartbeats show that a call has lost its process. A
    check stops after `finding.MOST_PER_CHECK` findings.
    """
    findings: list[Finding] = []
    async with database.read() as session:
        findings += await rows.without_a_task(session, company_id, live_calls)
        findings += await rows.finished_at(session, company_id)
        findings += await costs.without_cost(session, company_id)
        findings += await costs.without_tokens(session, company_id)
        findings += await costs.wrongly_estimated(session, company_id)
        findings += await rows.drafts(session, company_id)
        findings += await rows.log_rows(session, company_id)
        findings += await sums.rollups(session, company_id)
        for operation in declared():
            for check in operation.checks:
                findings += await check(session, company_id)
    return findings


async def audit_counted(
    database: Database, live_calls: Collection[str] | None, *, company_id: str | None = None
) -> Audited:
    """The same, with the number of calls that were checked."""
    findings = await audit(database, live_calls, company_id=company_id)
    counted = select(func.count()).select_from(LlmCall)
    if company_id is not None:
        counted = counted.where(LlmCall.company_id == company_id)
    async with database.read() as session:
        return Audited(findings, (await session.exec(counted)).one())
