"""The ledger's notifications to a watcher in this process; it never waits for the watcher.

Refusals leave no row anywhere, so this is the only place where they can be noticed. Prompts that
were cut do leave one, but this way nobody has to search the calls for them.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settled:
    """Calls of this company have just been settled."""

    company_id: str


@dataclass(frozen=True, slots=True)
class BudgetRefusal:
    """A call was refused because it did not fit into the rest of a month's budget.

    `user_id` is `None` if the budget is the company's. `used_microusd` excludes what running calls
    hold, which may be released.
    """

    company_id: str
    user_id: str | None
    used_microusd: int
    budget_microusd: int
    at: datetime


@dataclass(frozen=True, slots=True)
class PriceRefusal:
    """A call was refused because there is a budget and the model's price is not known."""

    company_id: str
    model: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PromptCut:
    """A model's server read only so many tokens of a longer prompt."""

    company_id: str
    model: str
    """The model that answered, or the requested one if none did."""
    read_tokens: int
    at: datetime


Happening = Settled | BudgetRefusal | PriceRefusal | PromptCut

_watcher: Callable[[Happening], None] | None = None


def set_watcher(watcher: Callable[[Happening], None] | None) -> None:
    """Call `watcher` from now on with whatever happens; it must return at once."""
    global _watcher
    _watcher = watcher


def tell(happening: Happening) -> None:
    """Notify the watcher, if there is one; its exceptions are logged and go no further."""
    if _watcher is None:
        return
    try:
        _watcher(happening)
    except Exception:
        _log.exception("the ledger's watcher failed")
