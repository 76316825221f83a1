"""What the ledger tells whoever watches it in this process; it never waits for them.

Refusals leave no row anywhere, so this is the only place where they can be noticed. Prompts that
were cut do, but nobody has to search the calls for them.
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
    """A call was refused because it did not fit into what is left of a month's budget.

    `user_id` is `None` where the budget is the company's. `used_microusd` is without what running
    calls hold: that comes back.
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
    """The one that answered, or the one that was asked."""
    read_tokens: int
    at: datetime


Happening = Settled | BudgetRefusal | PriceRefusal | PromptCut

_watcher: Callable[[Happening], None] | None = None


def set_watcher(watcher: Callable[[Happening], None] | None) -> None:
    """Have `watcher` called, from now on, with what happens; it must return at once."""
    global _watcher
    _watcher = watcher


def tell(happening: Happening) -> None:
    """Tell the watcher, if there is one; a fault of it is logged and goes no further."""
    if _watcher is None:
        return
    try:
        _watcher(happening)
    except Exception:
        _log.exception("the ledger's watcher failed")
