"""Which conditions of a company deserve an alert now, read from its sums, limits and calls."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Row, case, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core.settings import Settings
from feedback_app.db.epoch import hour_of
from feedback_app.db.models import CallStatus, LimitValue, LlmCall, UsageRollup
from feedback_app.db.tables.alerts import Alert, AlertKind, AlertLevel
from feedback_app.llm.admission.admission import month_of
from feedback_app.llm.admission.limit_use import NEAR
from feedback_app.llm.admission.limits import LimitName, default_limits
from feedback_app.llm.ledger.watching import BudgetRefusal, PriceRefusal, PromptCut

_PERSON, _COMPANY = LimitName.PERSON_COST_PER_MONTH, LimitName.COMPANY_COST_PER_MONTH
_FAILED = (CallStatus.ERROR, CallStatus.INTERRUPTED)

Key = tuple[str, str, str, str, str, int]


@dataclass(frozen=True, slots=True)
class Condition:
    """An alert that has not been raised yet; the fields are those of its row."""

    company_id: str
    kind: AlertKind
    subject: str
    period: str
    level: AlertLevel
    measured: int
    bound: int = 0
    calls: int = 0

    @property
    def key(self) -> Key:
        """The key that makes two conditions the same."""
        return key_of(self)


def key_of(alert: "Condition | Alert") -> Key:
    """The columns of the unique constraint."""
    return (
        alert.company_id,
        alert.kind,
        alert.subject,
        alert.period,
        alert.level,
        alert.bound,
    )


def month_name(moment: datetime) -> str:
    """The period of a month: `2026-11`."""
    return f"{moment:%Y-%m}"


async def conditions_of(
    session: AsyncSession, settings: Settings, company_id: str, now: datetime
) -> list[Condition]:
    """Everything about the company that its administrators should know now."""
    rows = await _month_sums(session, company_id, now)
    month = month_name(now)
    budgets = await _budgets(session, settings, company_id)
    by_person = Counter[str]()
    unpriced = Counter[str]()
    for user_id, model, cost, calls in rows:
        by_person[user_id] += int(cost)
        unpriced[model] += int(calls)
    found = [
        *_of_budget(
            company_id, AlertKind.COMPANY_BUDGET, "", month, by_person.total(), budgets[None]
        )
    ]
    for user_id, used in sorted(by_person.items()):
        budget = budgets.get(user_id, budgets[""])
        found += _of_budget(company_id, AlertKind.PERSON_BUDGET, user_id, month, used, budget)
    found += [
        Condition(
            company_id, AlertKind.UNPRICED_MODEL, model, month, AlertLevel.WARNING, measured=calls
        )
        for model, calls in sorted(unpriced.items())
        if calls
    ]
    if failing := await _error_rate(session, settings, company_id, now):
        found.append(failing)
    return found


def condition_of(happening: BudgetRefusal | PriceRefusal | PromptCut) -> Condition:
    """One call as a condition: an exhausted budget, a missing price, or a prompt that was cut.

    The same event in the same month is the same condition, whatever was measured.
    """
    company_id, month = happening.company_id, month_name(happening.at)
    match happening:
        case PriceRefusal(model=model):
            return Condition(
                company_id, AlertKind.UNPRICED_MODEL, model, month, AlertLevel.WARNING, measured=0
            )
        case PromptCut(model=model, read_tokens=read):
            return Condition(
                company_id, AlertKind.CUT_PROMPT, model, month, AlertLevel.WARNING, measured=read
            )
        case BudgetRefusal(user_id=user_id):
            return Condition(
                company_id,
                AlertKind.PERSON_BUDGET if user_id else AlertKind.COMPANY_BUDGET,
                user_id or "",
                month,
                AlertLevel.CRITICAL,
                measured=happening.used_microusd,
                bound=happening.budget_microusd,
            )


def _of_budget(
    company_id: str, kind: AlertKind, subject: str, month: str, used: int, budget: int | None
) -> Iterator[Condition]:
    """The higher of the two levels that has been reached; none while nothing is used."""
    if budget is None or not used or used < NEAR * budget:
        return
    level = AlertLevel.CRITICAL if used >= budget else AlertLevel.WARNING
    yield Condition(company_id, kind, subject, month, level, used, budget)


async def _month_sums(
    session: AsyncSession, company_id: str, now: datetime
) -> Sequence[Row[str, str, int, int]]:
    """By person and model: what this month's settled calls cost, and how many have no price.

    The hourly sums cover the same calls that admission adds up one by one.
    """
    since, until = month_of(now)
    asked = (
        select(
            col(UsageRollup.user_id),
            col(UsageRollup.model),
            func.sum(col(UsageRollup.cost_microusd)),
            func.sum(col(UsageRollup.unpriced)),
        )
        .where(
            UsageRollup.company_id == company_id,
            UsageRollup.hour >= hour_of(since),
            UsageRollup.hour < hour_of(until),
        )
        .group_by(col(UsageRollup.user_id), col(UsageRollup.model))
    )
    return (await (await session.connection()).execute(asked)).all()


async def _budgets(
    session: AsyncSession, settings: Settings, company_id: str
) -> dict[str | None, int | None]:
    """The monthly budgets: the company's under `None`, everybody's under "", exceptions by user."""
    defaults = default_limits(settings)
    budgets: dict[str | None, int | None] = {None: defaults[_COMPANY], "": defaults[_PERSON]}
    asked = select(LimitValue).where(
        LimitValue.company_id == company_id, col(LimitValue.name).in_((_PERSON, _COMPANY))
    )
    for row in (await session.exec(asked)).all():
        if row.name == _COMPANY:
            budgets[None] = row.value
        else:
            budgets[row.user_id or ""] = row.value
    return budgets


async def _error_rate(
    session: AsyncSession, settings: Settings, company_id: str, now: datetime
) -> Condition | None:
    """Too many failures among the latest calls, not counting those an earlier alert reported."""
    window = timedelta(minutes=settings.ALERT_ERROR_WINDOW_MIN)
    bound = round(settings.ALERT_ERROR_RATE_PERCENT * 10)
    failed = func.coalesce(func.sum(case((col(LlmCall.status).in_(_FAILED), 1), else_=0)), 0)
    asked = select(func.count(), failed).where(
        LlmCall.company_id == company_id,
        LlmCall.started_at > now - window,
        LlmCall.status != CallStatus.RUNNING,
    )
    calls, failures = (await session.exec(asked)).one()
    if calls < settings.ALERT_ERROR_MIN_CALLS or failures * 1000 <= bound * calls:
        return None
    told = select(Alert.id).where(
        Alert.company_id == company_id,
        Alert.kind == AlertKind.ERROR_RATE,
        Alert.raised_at > now - window,
    )
    if (await session.exec(told.limit(1))).first() is not None:
        return None
    return Condition(
        company_id,
        AlertKind.ERROR_RATE,
        "",
        _window_name(now, window),
        AlertLevel.CRITICAL,
        measured=int(failures),
        bound=bound,
        calls=calls,
    )


def _window_name(now: datetime, window: timedelta) -> str:
    """The same for all workers that check at about the same time."""
    length = int(window.total_seconds())
    began = datetime.fromtimestamp(int(now.timestamp()) // length * length, now.tzinfo)
    return f"{began:%Y-%m-%dT%H:%M}Z"
