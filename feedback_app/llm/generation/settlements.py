"""Settles calls that have ended, retrying while the database does not answer."""

import logging

from feedback_app.db.models import LlmCall
from feedback_app.llm.ledger.entries import Settlement
from feedback_app.llm.ledger.ledger import Ledger

_log = logging.getLogger(__name__)


class Settlements:
    """The settlements of this process, including those that have failed so far."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._unsettled: dict[str, Settlement] = {}
        """Ended calls that could not be settled, because the database was away."""

    async def settle(self, call_id: str, settlement: Settlement) -> LlmCall | None:
        """Close the call; `None` if it was not running, or is to be settled again later."""
        try:
            row = await self._ledger.settle(call_id, settlement)
        except Exception:  # drivers raise errors of many kinds while the database is away
            if call_id not in self._unsettled:
                _log.exception("call %s could not be settled; it is tried again", call_id)
            self._unsettled[call_id] = settlement
            return None
        self._unsettled.pop(call_id, None)
        return row

    async def settle_again(self) -> None:
        """Retry the settlements that failed."""
        for call_id, settlement in list(self._unsettled.items()):
            await self.settle(call_id, settlement)
