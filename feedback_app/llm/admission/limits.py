"""The limits there are and their values.

A person's exception takes precedence over the company's value, and that over the installation's
default.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Literal

from sqlalchemy import bindparam
from sqlmodel import col, or_, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core.settings import Settings
from feedback_app.db.models import LimitValue

Unit = Literal["drafts", "tokens", "microusd"]


class LimitName(StrEnum):
    """What is limited; days and months are in UTC."""

    PERSON_PER_MINUTE = "person_per_minute"
    PERSON_AT_ONCE = "person_at_once"
    PERSON_TOKENS_PER_DAY = "person_tokens_per_day"
    PERSON_COST_PER_MONTH = "person_cost_per_month"
    COMPANY_PER_MINUTE = "company_per_minute"
    COMPANY_AT_ONCE = "company_at_once"
    COMPANY_COST_PER_MONTH = "company_cost_per_month"

    @property
    def unit(self) -> Unit:
        """The unit of its value."""
        if self.value.endswith("_cost_per_month"):
            return "microusd"
        return "tokens" if self.value.endswith("_tokens_per_day") else "drafts"

    @property
    def is_personal(self) -> bool:
        """Whether it applies to each person separately."""
        return self.value.startswith("person_")


PERSON_LIMITS = tuple(name for name in LimitName if name.is_personal)
COMPANY_LIMITS = tuple(name for name in LimitName if not name.is_personal)

Limits = Mapping[LimitName, int | None]
"""The value of every limit; `None` means no limit."""


def default_limits(settings: Settings) -> Limits:
    """The values that apply when nobody has set anything."""
    budgets = (settings.LLM_BUDGET_USD_PER_MONTH, settings.LLM_COMPANY_BUDGET_USD_PER_MONTH)
    person, company = (None if usd is None else int(usd * 1_000_000) for usd in budgets)
    return {
        LimitName.PERSON_PER_MINUTE: settings.LLM_GENERATIONS_PER_MINUTE,
        LimitName.PERSON_AT_ONCE: settings.LLM_GENERATIONS_AT_ONCE,
        LimitName.PERSON_TOKENS_PER_DAY: settings.LLM_TOKENS_PER_DAY,
        LimitName.PERSON_COST_PER_MONTH: person,
        LimitName.COMPANY_PER_MINUTE: settings.LLM_COMPANY_GENERATIONS_PER_MINUTE,
        LimitName.COMPANY_AT_ONCE: settings.LLM_COMPANY_GENERATIONS_AT_ONCE,
        LimitName.COMPANY_COST_PER_MONTH: company,
    }


_SET = (
    select(LimitValue.name, LimitValue.value)
    .where(
        col(LimitValue.company_id) == bindparam("company"),
        or_(col(LimitValue.user_id).is_(None), col(LimitValue.user_id) == bindparam("user")),
    )
    .order_by(col(LimitValue.user_id).is_not(None))
)
"""The company's values, then the person's own."""


async def limits_of(
    session: AsyncSession, defaults: Limits, company_id: str, user_id: str
) -> Limits:
    """The limits that hold for this person of this company now."""
    asked = {"company": company_id, "user": user_id}
    found = await (await session.connection()).execute(_SET, asked)
    return {**defaults, **{LimitName(name): value for name, value in found.all()}}
