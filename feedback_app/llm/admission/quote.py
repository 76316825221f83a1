"""The most that one more call would cost, and what it would take of each limit."""

from dataclasses import dataclass

from feedback_app.core.errors import AppError, BudgetExceeded
from feedback_app.llm.admission.limit_use import LimitUse
from feedback_app.llm.admission.refusals import refusal_of, warning_of
from feedback_app.llm.ledger.pricing import Cost


@dataclass(frozen=True, slots=True)
class Quote:
    """The most a call would cost, and every limit that applies to it."""

    model: str
    cost: Cost
    limits: tuple[LimitUse, ...]

    @property
    def left_microusd(self) -> int | None:
        """What is left of this month's budgets; `None` if there is none."""
        return min((s.left for s in self.limits if s.name.unit == "microusd"), default=None)

    @property
    def refusal(self) -> AppError | None:
        """Why the call may not start, if it may not: the limit, what is left, when it resets."""
        for limit in self.limits:
            if refusal := refusal_of(limit):
                return refusal
        if self.cost.microusd is None and self.left_microusd is not None:
            return BudgetExceeded(
                f"The price of {self.model} is not known, so its drafts cannot be kept within "
                "this month's budget. Ask an administrator to set it under Prices, then try again."
            )
        return None

    @property
    def warning(self) -> str:
        """The limit that is nearest to being used up, from `NEAR` on; empty if there is none."""
        near = [s for s in self.limits if s.is_near and s.fits]
        if not near:
            return ""
        return warning_of(max(near, key=lambda s: s.used / s.allowed))
