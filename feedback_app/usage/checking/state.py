"""The check of the ledger, when an administrator asks for it."""

from collections.abc import AsyncIterator

import reflex as rx

from feedback_app.auth.guards import acting_user, guarded
from feedback_app.core.markers import logged
from feedback_app.usage.checking import service
from feedback_app.usage.checking.schemas import FindingRow


class CheckState(rx.State):
    """The result of the last check on this page; no summary before the first."""

    busy: bool = False
    summary: str = ""
    findings: list[FindingRow] = []

    @rx.event
    @logged("Checked the ledger")
    @guarded(admin=True)
    async def check(self) -> AsyncIterator[None]:
        """Check the company's calls against the rules they must satisfy."""
        self.busy = True
        yield
        try:
            self.summary, self.findings = await service.check(acting_user())
        finally:
            self.busy = False

    def _forget(self) -> None:
        self.summary, self.findings = "", []
