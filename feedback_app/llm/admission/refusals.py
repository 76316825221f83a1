"""Says in words why a limit does not let a call start, and when one is nearly used up."""

import math
from datetime import datetime

from feedback_app.core import clock
from feedback_app.core.errors import AppError, BudgetExceeded, ConcurrencyLimit, RateLimited
from feedback_app.core.money import dollars
from feedback_app.llm.admission.limit_use import LimitUse
from feedback_app.llm.admission.limits import LimitName

RUNNING_AGAIN_S = 15
"""When to try again if a running call has to end first; nobody knows when it will."""


def refusal_of(s: LimitUse) -> AppError | None:
    """Why the call may not start, if this limit does not let it."""
    if s.fits:
        return None
    if s.asked > s.allowed:
        return BudgetExceeded(_beyond_budget(s))
    waits = s.held if s.resets_at is not None and s.used - s.held + s.asked <= s.allowed else 0
    retry_after_s = RUNNING_AGAIN_S if waits or s.resets_at is None else _seconds_to(s.resets_at)
    match s.name:
        case LimitName.PERSON_PER_MINUTE:
            return RateLimited(
                f"You may start {_drafts(s.allowed)} a minute and have used them all. "
                f"Try again in {_in_seconds(retry_after_s)}.",
                retry_after_s=retry_after_s,
            )
        case LimitName.COMPANY_PER_MINUTE:
            return RateLimited(
                f"Your company may start {_drafts(s.allowed)} a minute and has used them all. "
                f"Try again in {_in_seconds(retry_after_s)}.",
                retry_after_s=retry_after_s,
            )
        case LimitName.PERSON_AT_ONCE:
            return ConcurrencyLimit(
                f"You may have {_drafts(s.allowed)} written at once and have {s.used:,}, so none "
                "is left. Try again when one of them ends.",
                retry_after_s=retry_after_s,
            )
        case LimitName.COMPANY_AT_ONCE:
            return ConcurrencyLimit(
                f"Your company may have {_drafts(s.allowed)} written at once and has {s.used:,}, "
                "so none is left. Try again when one of them ends.",
                retry_after_s=retry_after_s,
            )
        case _:
            return BudgetExceeded(_over_budget(s, bool(waits)), retry_after_s=retry_after_s)


def _over_budget(s: LimitUse, waits: bool) -> str:
    asks = f"This draft may {_take(s, s.asked)}, and {_whose(s)} {_amount(s, s.left)} left of "
    again = f"It resets {_moment(s.resets_at)}; an administrator can raise it sooner."
    if waits:
        again = "Drafts being written hold the rest. Try again when they end."
    return f"{asks}{_period(s)} {_amount(s, s.allowed)}. {again}"


def _beyond_budget(s: LimitUse) -> str:
    """For a draft that would not fit even into an unused budget, so that waiting does not help."""
    whose = "your" if s.name.is_personal else "your company's"
    each = "day" if s.name.unit == "tokens" else "month"
    return (
        f"This draft may {_take(s, s.asked)}, more than {whose} whole budget of "
        f"{_amount(s, s.allowed)} a {each}. An administrator has to raise it under Limits first."
    )


def warning_of(s: LimitUse) -> str:
    """How much of the limit is left or used, for people."""
    match s.name:
        case LimitName.PERSON_PER_MINUTE:
            return f"You have {_drafts(s.left)} left to start this minute, of {s.allowed:,}."
        case LimitName.COMPANY_PER_MINUTE:
            return f"Your company has {_drafts(s.left)} left to start this minute."
        case LimitName.PERSON_AT_ONCE:
            return f"{s.used:,} of the {_drafts(s.allowed)} you may have at once are being written."
        case LimitName.COMPANY_AT_ONCE:
            return f"{s.used:,} of your company's {_drafts(s.allowed)} at once are being written."
        case _:
            share = math.floor(100 * s.used / s.allowed)
            who = "You have" if s.name.is_personal else "Your company has"
            return (
                f"{who} used {share}% of {_period(s)} {_amount(s, s.allowed)}. "
                f"It resets {_moment(s.resets_at)}."
            )


def _whose(s: LimitUse) -> str:
    return "you have" if s.name.is_personal else "your company has"


def _period(s: LimitUse) -> str:
    return "today's" if s.name.unit == "tokens" else "this month's"


def _take(s: LimitUse, amount: int) -> str:
    """The most a draft may use, as the quote next to the button writes it."""
    if s.name.unit == "tokens":
        return f"use up to {_amount(s, amount)}"
    return f"cost up to {dollars(amount)}"


def _amount(s: LimitUse, amount: int) -> str:
    if s.name.unit == "tokens":
        return f"{amount:,} tokens"
    return dollars(amount, down=True)


def _drafts(number: int) -> str:
    return f"{number:,} draft{'' if number == 1 else 's'}"


def _in_seconds(seconds: int) -> str:
    return f"{seconds} second{'' if seconds == 1 else 's'}"


def _seconds_to(moment: datetime) -> int:
    return max(1, math.ceil((moment - clock.now()).total_seconds()))


def _moment(moment: datetime | None) -> str:
    return f"on {moment.day} {moment:%b} at {moment:%H:%M} UTC" if moment else ""
