"""The audit's check of the usage sums against the calls they are made of."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.epoch import start_of
from feedback_app.db.models import LlmCall
from feedback_app.llm.audit.comparing import (
    CompanyDay,
    Comparison,
    days_with_hours,
    hours_with_calls,
)
from feedback_app.llm.audit.figures import each_column, one_number
from feedback_app.llm.audit.finding import SETTLED, Check, Finding, fetch, of_company

_WORDS = {
    "user_id": "person",
    "department_id": "department",
    "subject_id": "person or department",
    "error_code": "error code",
}
"""The words for columns whose names are not words."""


async def rollups(session: AsyncSession, company_id: str | None) -> list[Finding]:
    """Days with a difference between a company's calls and hourly sums, or hourly and daily sums.

    All rows are compared by one number each; the days on which that finds something are then
    compared column by column. A day whose hours are wrong is reported once.
    """
    findings: list[Finding] = []
    known: set[CompanyDay] = set()
    for compared in (hours_with_calls, days_with_hours):
        suspects = await fetch(session, compared(company_id, one_number()).wrong_days())
        days = [(company, day) for company, day in suspects if (company, day) not in known]
        if days:
            findings += await _told(session, compared(company_id, each_column()), days)
            known.update(days)
    return findings


async def _told(
    session: AsyncSession, compared: Comparison, days: Sequence[CompanyDay]
) -> list[Finding]:
    width = len(compared.names)
    findings = []
    for company, day, *gaps in await fetch(session, compared.gaps(days)):
        together, in_rows, in_key = gaps[:width], gaps[width : 2 * width], gaps[2 * width :]
        wrong = _named(compared.names, in_rows)
        if any(together):
            problem = "do not add up to its calls"
        else:
            by = " and ".join(_WORDS.get(name, name) for name in _named(compared.key, in_key))
            problem = f"add up to its calls, but not by {by}"
        sentence = (
            f"The {compared.unit} sums of {start_of(day * 24):%d %b %Y} {problem}: "
            f"{', '.join(wrong)}."
        )
        latest = await _latest_call(session, company, day)
        findings.append(Finding(Check.ROLLUP_SUMS, latest, sentence))
    return findings


def _named(names: Sequence[str], which: Sequence[Any]) -> list[str]:
    return [name for name, is_so in zip(names, which, strict=True) if is_so]


async def _latest_call(session: AsyncSession, company_id: str, day: int) -> str:
    query = select(func.coalesce(func.max(col(LlmCall.id)), "")).where(
        of_company(company_id),
        SETTLED,
        col(LlmCall.started_at) >= start_of(day * 24),
        col(LlmCall.started_at) < start_of((day + 1) * 24),
    )
    return (await fetch(session, query))[0][0]
