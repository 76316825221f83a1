"""The SQL of prices. Every query takes the acting administrator and sees only that company."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func, or_
from sqlalchemy import select as select_values
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.models import CallStatus, LlmCall, PriceOverride, PriceRecalculation, User

MOST_OVERRIDES = 200
MOST_RECALCULATIONS = 50


@dataclass(frozen=True, slots=True)
class UsedModel:
    """The calls that asked one provider for a model and were answered by one."""

    provider: str
    requested: str
    resolved: str | None
    calls: int
    unpriced: int
    """How many settled calls have no cost."""
    first_unpriced_at: datetime | None
    last_at: datetime

    @property
    def name(self) -> str:
        """The model that answered, or the one that was asked."""
        return self.resolved or self.requested


@dataclass(frozen=True, slots=True)
class OverrideRecord:
    """A price that was set, and by whom."""

    override: PriceOverride
    set_by: str
    withdrawn_by: str | None


@dataclass(frozen=True, slots=True)
class RecalculationRecord:
    """A recalculation, and by whom."""

    recalculation: PriceRecalculation
    made_by: str


async def used_models(session: AsyncSession, user: CurrentUser) -> list[UsedModel]:
    """Every model of the company's calls, the latest used first."""
    unpriced = and_(col(LlmCall.cost_microusd).is_(None), col(LlmCall.status) != CallStatus.RUNNING)
    kind = (col(LlmCall.provider), col(LlmCall.requested_model), col(LlmCall.resolved_model))
    last = func.max(col(LlmCall.started_at))
    rows = await (await session.connection()).execute(
        select_values(
            *kind,
            func.count(),
            func.sum(case((unpriced, 1), else_=0)),
            func.min(case((unpriced, col(LlmCall.started_at)))),
            last,
        )
        .where(col(LlmCall.company_id) == user.company_id)
        .group_by(*kind)
        .order_by(last.desc())
    )
    return [UsedModel(*row) for row in rows]


async def spelling(session: AsyncSession, user: CurrentUser, model: str) -> str:
    """The model's name as the company's calls spell it; as given where none names it."""
    wanted = model.lower()
    rows = await session.exec(
        select(LlmCall.requested_model, LlmCall.resolved_model)
        .where(
            LlmCall.company_id == user.company_id,
            or_(
                func.lower(col(LlmCall.requested_model)) == wanted,
                func.lower(col(LlmCall.resolved_model)) == wanted,
            ),
        )
        .distinct()
    )
    spelled = {name for row in rows.all() for name in row if name and name.lower() == wanted}
    return model if model in spelled or not spelled else min(spelled)


async def in_force_at_any_time(session: AsyncSession, user: CurrentUser) -> Sequence[PriceOverride]:
    """The company's prices that were not withdrawn."""
    rows = await session.exec(
        select(PriceOverride).where(
            PriceOverride.company_id == user.company_id, col(PriceOverride.withdrawn_at).is_(None)
        )
    )
    return rows.all()


async def overrides(session: AsyncSession, user: CurrentUser) -> list[OverrideRecord]:
    """The company's prices, the last set first; withdrawn ones too."""
    setter, withdrawer = aliased(User), aliased(User)
    rows = await session.exec(
        select(PriceOverride, setter.name, withdrawer.name)
        .join(setter, col(setter.id) == col(PriceOverride.set_by))
        .join(withdrawer, col(withdrawer.id) == col(PriceOverride.withdrawn_by), isouter=True)
        .where(PriceOverride.company_id == user.company_id)
        .order_by(col(PriceOverride.id).desc())
        .limit(MOST_OVERRIDES)
    )
    return [OverrideRecord(*row) for row in rows.all()]


async def require_override(
    session: AsyncSession, user: CurrentUser, override_id: str
) -> PriceOverride:
    """A price of the company, locked until the session ends.

    Raises:
        NotFound: no such price, or another company's.
    """
    found = await session.exec(
        select(PriceOverride)
        .where(PriceOverride.id == override_id, PriceOverride.company_id == user.company_id)
        .with_for_update()
    )
    override = found.first()
    if override is None:
        raise NotFound
    return override


async def recalculations(session: AsyncSession, user: CurrentUser) -> list[RecalculationRecord]:
    """The company's recalculations, the last first."""
    rows = await session.exec(
        select(PriceRecalculation, User.name)
        .join(User, col(User.id) == col(PriceRecalculation.user_id))
        .where(PriceRecalculation.company_id == user.company_id)
        .order_by(col(PriceRecalculation.id).desc())
        .limit(MOST_RECALCULATIONS)
    )
    return [RecalculationRecord(*row) for row in rows.all()]
