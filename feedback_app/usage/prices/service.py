"""Prices in force, setting and withdrawing one, and recalculating calls."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden, Invalid
from feedback_app.core.settings import get_settings
from feedback_app.db.models import PriceOverride
from feedback_app.db.session import database
from feedback_app.llm.ledger import recalculation
from feedback_app.llm.ledger.pricing import price_for
from feedback_app.llm.ledger.recalculation import Effect, PlanOutdated, Scope
from feedback_app.usage.prices import queries, rows
from feedback_app.usage.prices.checks import NeedsConfirmation, doubts, parse_period, parse_price
from feedback_app.usage.prices.queries import UsedModel
from feedback_app.usage.prices.schemas import PeriodForm, PriceForm, PricesView

_MICRO = 1_000_000
_PLANS = 3
"""How often a recalculation is planned again if drafts become feedback in between."""


class AlreadyWithdrawn(Invalid):
    sentence = "This price has been withdrawn already."


class PreviewOutdated(Invalid):
    sentence = "Prices or calls have changed since the preview. Look at it again, then decide."


@dataclass(frozen=True, slots=True)
class Preview:
    """The changes a recalculation would have made when the preview was requested."""

    scope: Scope
    effect: Effect
    looked_at: int
    """Settled calls of the model in the period."""


async def view(user: CurrentUser) -> PricesView:
    """The company's models with their prices, and what was set and recalculated.

    Raises:
        Forbidden: not an administrator.
    """
    _require_admin(user)
    settings = get_settings()
    async with database().read() as session:
        used = await queries.used_models(session, user)
        set_prices = await queries.in_force_at_any_time(session, user)
        history = await queries.overrides(session, user)
        made = await queries.recalculations(session, user)
    in_use = None if settings.offline else settings.LLM_MODEL
    return rows.page(used, set_prices, history, made, in_use)


async def blank(user: CurrentUser, model: str) -> PriceForm:
    """The form for a model's price: from its first call without a cost on, else from today.

    It begins with the price in force now, if there is one to be changed.

    Raises:
        Forbidden: not an administrator.
    """
    _require_admin(user)
    async with database().read() as session:
        used = await queries.used_models(session, user)
        in_force = await price_for(session, user.company_id, "", model[:200], clock.now())
    firsts = [each.first_unpriced_on for each in used if model in each.names]
    first = min((day for day in firsts if day), default=clock.now().date())
    return rows.form_of(model[:200], first, in_force.rates if in_force else None)


async def set_price(
    user: CurrentUser, form: PriceForm, confirmed: Sequence[str] = ()
) -> PriceOverride:
    """Add a price to the company's own; `confirmed` are the doubts the person has answered.

    Raises:
        Forbidden: not an administrator.
        WrongPrice: a field cannot be used.
        NeedsConfirmation: it is probably a slip, for reasons that were not confirmed.
    """
    _require_admin(user)
    new = parse_price(form)
    async with database().read() as session:
        model = _as_calls_spell(new.model, await queries.used_models(session, user))
    async with database().write() as session:
        in_force = await price_for(session, user.company_id, "", model, new.starts_at)
        doubtful = doubts(new.rates, in_force)
        if doubtful and doubtful != tuple(confirmed):
            raise NeedsConfirmation(doubtful)
        override = PriceOverride(
            company_id=user.company_id,
            model=model,
            starts_at=new.starts_at,
            input_microusd_per_mtok=_micro(new.rates.input_usd),
            cached_microusd_per_mtok=_micro(new.rates.cached_usd),
            output_microusd_per_mtok=_micro(new.rates.output_usd),
            cache_write_microusd_per_mtok=_micro(new.rates.cache_write_usd),
            set_by=user.id,
        )
        session.add(override)
    return override


async def withdraw(user: CurrentUser, override_id: str) -> None:
    """Withdraw a price; it stays in the history.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such price, or another company's.
        AlreadyWithdrawn: it is no longer in effect.
    """
    _require_admin(user)
    async with database().write() as session:
        override = await queries.require_override(session, user, override_id)
        if override.withdrawn_at is not None:
            raise AlreadyWithdrawn
        override.withdrawn_at, override.withdrawn_by = clock.now(), user.id
        session.add(override)


async def preview(user: CurrentUser, form: PeriodForm) -> Preview:
    """What recalculating a model's calls would change.

    Raises:
        Forbidden: not an administrator.
        Invalid: the form does not name a model and a valid period.
    """
    _require_admin(user)
    since, until = parse_period(form)
    scope = Scope(user.company_id, form.model, since, until)
    async with database().read() as session:
        effect, looked_at = await recalculation.preview(session, scope)
    return Preview(scope, effect, looked_at)


async def recalculate(user: CurrentUser, seen: Preview) -> Effect:
    """Recalculate the calls of a preview, all or none.

    Raises:
        Forbidden: not an administrator.
        PreviewOutdated: it would no longer change what the preview showed.
    """
    _require_admin(user)
    if seen.scope.company_id != user.company_id:
        raise Forbidden
    if seen.effect.calls == 0:
        raise Invalid("There is nothing to change.")
    for _ in range(_PLANS):
        async with database().read() as session:
            plan = await recalculation.plan(session, seen.scope)
        if plan.effect != seen.effect:
            raise PreviewOutdated
        with suppress(PlanOutdated):
            async with database().write() as session:
                await recalculation.carry_out(session, plan, user.id)
            return plan.effect
    raise PreviewOutdated


def _as_calls_spell(model: str, used: Sequence[UsedModel]) -> str:
    """The model's name as the calls spell it; as given if none names it."""
    names = {name for each in used for name in each.names}
    alike = {name for name in names if name.lower() == model.lower()}
    return model if model in names or not alike else min(alike)


def _micro(usd: Decimal) -> int:
    return int(usd * _MICRO)


def _require_admin(user: CurrentUser) -> None:
    if not user.is_admin:
        raise Forbidden
