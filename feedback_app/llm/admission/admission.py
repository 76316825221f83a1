"""Admission: who may start a call now.

One function, `_limits`, computes what a call would take of each limit. The page shows the result
beforehand, and a start obeys it in the transaction that inserts the call: starts of one company are
admitted one at a time, so none is admitted on figures that another is about to change.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import datetime, timedelta

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core import clock
from feedback_app.core.settings import Settings
from feedback_app.db.models import Company
from feedback_app.db.session import Database
from feedback_app.llm.admission.limit_use import LimitUse
from feedback_app.llm.admission.limits import LimitName, Limits, default_limits, limits_of
from feedback_app.llm.admission.quote import Quote
from feedback_app.llm.admission.refusals import refusal_of
from feedback_app.llm.admission.spending import Running, running, spent
from feedback_app.llm.admission.start_rates import StartRates
from feedback_app.llm.admission.worst_case import worst_case
from feedback_app.llm.ledger.entries import Reservation
from feedback_app.llm.ledger.ledger import insert_running
from feedback_app.llm.ledger.pricing import Cost
from feedback_app.llm.ledger.watching import BudgetRefusal, PriceRefusal, tell
from feedback_app.llm.owner import Owner


class Admission:
    """The limits of this installation, and the one way to be admitted."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.defaults = default_limits(settings)
        self._database = database
        self._rates = StartRates(settings.REDIS_URL)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """By company: its starts wait here, so that each does not hold a connection of the pool."""

    async def quote(self, reservation: Reservation) -> Quote:
        """What the call would take now, without starting it."""
        async with self._database.read() as session:
            cost = await worst_case(session, reservation)
            runs = await _running(session, reservation.owner)
            found = self._limits_of(session, reservation, cost, runs)
            uses = [limit async for limit in found]
        return Quote(reservation.requested_model, cost, tuple(uses))

    async def limit_uses(self, company_id: str, user_id: str) -> tuple[LimitUse, ...]:
        """Every limit that applies to the person's calls, before the next one."""
        async with self._database.read() as session:
            runs = await running(session, company_id, user_id)
            who, nothing = (company_id, user_id), Cost(0, "")
            found = self._limits(session, who, clock.now(), 0, nothing, runs)
            return tuple([limit async for limit in found])

    async def look_at_rate(self, owner: Owner) -> None:
        """Reject early, before anything is loaded, a person with no start left this minute.

        Raises:
            RateLimited: none is left, and there is no running call to join.
        """
        async with self._database.read() as session:
            limits = await limits_of(session, self.defaults, owner.company_id, owner.user_id)
            async for limit in self._rate_limits(limits, owner.company_id, owner.user_id):
                refusal = refusal_of(limit)
                if refusal and (await _running(session, owner)).call_id is None:
                    raise refusal

    async def reserve(self, reservation: Reservation) -> str | None:
        """Insert the call as running; return the id of the owner's running call if there is one.

        A refusal, like joining a call, inserts nothing and counts towards no limit.

        Raises:
            RateLimited: too many starts within a minute.
            ConcurrencyLimit: too many calls are running.
            BudgetExceeded: too little of a budget is left, or the price is unknown.
        """
        owner = reservation.owner
        async with self._turns[owner.company_id], self._database.write() as session:
            if not self._database.is_sqlite:
                await _take_turn(session, owner.company_id)
            runs = await _running(session, owner)
            if runs.call_id:
                return runs.call_id
            cost = await worst_case(session, reservation)
            taken: list[LimitUse] = []
            async for limit in self._limits_of(session, reservation, cost, runs):
                taken.append(limit)
                if refusal := Quote(reservation.requested_model, cost, (limit,)).refusal:
                    _tell_refusal(reservation, limit, cost)
                    raise refusal
            await insert_running(session, reservation, cost)
            for limit in taken:
                if key := _rate_key(limit.name, owner.company_id, owner.user_id):
                    await self._rates.count(limit.allowed, *key)
        return None

    def _limits_of(
        self, session: AsyncSession, r: Reservation, cost: Cost, runs: Running
    ) -> AsyncIterator[LimitUse]:
        tokens = r.most_prompt_tokens + r.max_output_tokens
        who = (r.owner.company_id, r.owner.user_id)
        return self._limits(session, who, r.started_at, tokens, cost, runs)

    async def _limits(
        self,
        session: AsyncSession,
        who: tuple[str, str],
        at: datetime,
        tokens: int,
        cost: Cost,
        runs: Running,
    ) -> AsyncIterator[LimitUse]:
        """Every limit that applies to a call of that company and person that may use this much;
        `runs` was read before, in the same session."""
        company_id, user_id = who
        limits = await limits_of(session, self.defaults, company_id, user_id)
        async for limit in self._rate_limits(limits, company_id, user_id):
            yield limit
        person, company = runs.person, runs.company
        for name, calls in (
            (LimitName.PERSON_AT_ONCE, person.calls),
            (LimitName.COMPANY_AT_ONCE, company.calls),
        ):
            if (allowed := limits[name]) is not None:
                yield LimitUse(name, allowed, calls, calls, 1, None)
        if (allowed := limits[LimitName.PERSON_TOKENS_PER_DAY]) is not None:
            since, until = day_of(at)
            used = (await spent(session, company_id, user_id, since, until)).tokens + person.tokens
            name = LimitName.PERSON_TOKENS_PER_DAY
            yield LimitUse(name, allowed, used, person.tokens, tokens, until)
        since, until = month_of(at)
        for name, whose, held in (
            (LimitName.PERSON_COST_PER_MONTH, user_id, person.cost_microusd),
            (LimitName.COMPANY_COST_PER_MONTH, None, company.cost_microusd),
        ):
            if (allowed := limits[name]) is not None:
                used = (await spent(session, company_id, whose, since, until)).cost_microusd + held
                yield LimitUse(name, allowed, used, held, cost.microusd or 0, until)

    async def _rate_limits(
        self, limits: Limits, company_id: str, user_id: str
    ) -> AsyncIterator[LimitUse]:
        for name in (LimitName.PERSON_PER_MINUTE, LimitName.COMPANY_PER_MINUTE):
            allowed, key = limits[name], _rate_key(name, company_id, user_id)
            if allowed is not None and key is not None:
                window = await self._rates.window(allowed, *key)
                yield LimitUse(name, allowed, window.used, 0, 1, window.resets_at)


async def _running(session: AsyncSession, owner: Owner) -> Running:
    """The running calls that matter to that owner."""
    return await running(session, owner.company_id, owner.user_id, owner.run_key)


async def _take_turn(session: AsyncSession, company_id: str) -> None:
    """Wait until no other process admits a call of this company; on SQLite `BEGIN` already did."""
    row = select(Company.id).where(Company.id == company_id)
    await session.exec(row.with_for_update(key_share=True))


def _tell_refusal(r: Reservation, limit: LimitUse, cost: Cost) -> None:
    """Report a budget that is used up, or one that an unknown price cannot be kept within."""
    if limit.name.unit != "microusd":
        return
    used = limit.used - limit.held
    if cost.microusd is None:
        tell(PriceRefusal(r.owner.company_id, r.requested_model, r.started_at))
    elif used + limit.asked > limit.allowed:
        whose = r.owner.user_id if limit.name.is_personal else None
        tell(BudgetRefusal(r.owner.company_id, whose, used, limit.allowed, r.started_at))


def _rate_key(name: LimitName, company_id: str, user_id: str) -> tuple[str, str] | None:
    match name:
        case LimitName.PERSON_PER_MINUTE:
            return "person", user_id
        case LimitName.COMPANY_PER_MINUTE:
            return "company", company_id
        case _:
            return None


def day_of(moment: datetime) -> tuple[datetime, datetime]:
    """The UTC day that contains `moment`, as its beginning and that of the next day."""
    since = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    return since, since + timedelta(days=1)


def month_of(moment: datetime) -> tuple[datetime, datetime]:
    """The UTC month that contains `moment`, as its beginning and that of the next month."""
    since = day_of(moment.replace(day=1))[0]
    return since, (since + timedelta(days=31)).replace(day=1)
