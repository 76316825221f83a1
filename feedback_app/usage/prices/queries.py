"""The SQL of prices. Every query takes the acting administrator and sees only that company."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Integer, case, cast, func
from sqlalchemy import select as select_values
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import NotFound
from feedback_app.db.epoch import start_of
from feedback_app.db.models import LlmCall, PriceOverride, PriceRecalculation, UsageDay, User

MOST_OVERRIDES = 200
MOST_RECALCULATIONS = 50


@dataclass(frozen=True, slots=True)
class Kind:
    """Calls that asked one provider for a model and were answered by one."""

    provider: str
    requested: str
    resolved: str | None

    @property
    def name(self) -> str:
        """The model that answered, or the requested one if none did."""
        return self.resolved or self.requested


@dataclass(frozen=True, slots=True)
class UsedModel:
    """The finished calls that a model answered, or that asked for it and got no answer."""

    name: str
    calls: int
    unpriced: int
    """How many of them have no cost."""
    first_unpriced_on: date | None
    """The first day (UTC) with such a call."""
    kinds: tuple[Kind, ...]
    """Those of the days on which models were last used, the latest first; never empty."""

    @property
    def names(self) -> set[str]:
        """The names its calls use for it."""
        return {self.name, *(kind.requested for kind in self.kinds)}


@dataclass(frozen=True, slots=True)
class OverrideRecord:
    """A price that was set, and who set it."""

    override: PriceOverride
    set_by: str
    withdrawn_by: str | None


@dataclass(frozen=True, slots=True)
class RecalculationRecord:
    """A recalculation, and who ran it."""

    recalculation: PriceRecalculation
    made_by: str


async def used_models(session: AsyncSession, user: CurrentUser) -> list[UsedModel]:
    """Every model of the company's finished calls, read from their sums by day."""
    model, day, unpriced = col(UsageDay.model), col(UsageDay.day), col(UsageDay.unpriced)
    rows = await (await session.connection()).execute(
        select_values(
            model,
            cast(func.sum(col(UsageDay.calls)), Integer),
            cast(func.sum(unpriced), Integer),
            func.min(case((unpriced > 0, day))),
            func.max(day),
        )
        .where(col(UsageDay.company_id) == user.company_id, col(UsageDay.subject_id) == "")
        .group_by(model)
    )
    found = rows.all()
    kinds = await _kinds(session, user, {last_day for *_, last_day in found})
    return [
        UsedModel(
            name=name,
            calls=calls,
            unpriced=without,
            first_unpriced_on=None if first is None else start_of(first * 24).date(),
            kinds=tuple(k for k in kinds if k.name == name) or (Kind("", name, None),),
        )
        for name, calls, without, first, _ in found
    ]


async def _kinds(session: AsyncSession, user: CurrentUser, days: Collection[int]) -> list[Kind]:
    """The models the company's calls of these days asked for and were answered by, latest first.

    Queried day by day, so that each uses its index: a year of calls costs as much as a week.
    """
    kind = (col(LlmCall.provider), col(LlmCall.requested_model), col(LlmCall.resolved_model))
    began = col(LlmCall.started_at)
    last_at: dict[Kind, datetime] = {}
    for day in sorted(days):
        rows = await (await session.connection()).execute(
            select_values(*kind, func.max(began))
            .where(
                col(LlmCall.company_id) == user.company_id,
                began >= start_of(day * 24),
                began < start_of((day + 1) * 24),
            )
            .group_by(*kind)
        )
        last_at |= {Kind(row[0], row[1], row[2]): row[3] for row in rows}
    return sorted(last_at, key=lambda found: last_at[found], reverse=True)


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
        .order_by(col(PriceRecalculation.at).desc(), col(PriceRecalculation.id).desc())
        .limit(MOST_RECALCULATIONS)
    )
    return [RecalculationRecord(*row) for row in rows.all()]
