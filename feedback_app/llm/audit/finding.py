"""An audit's findings, and what its checks share."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, true
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import CallStatus, LlmCall

_Columns = TypeVarTuple("_Columns")

MOST_PER_CHECK = 100

SETTLED = col(LlmCall.status) != CallStatus.RUNNING
TOKENS = col(LlmCall.prompt_tokens) + col(LlmCall.completion_tokens)


class Check(StrEnum):
    """The names of the checks; operations have checks of their own."""

    LOST_CALL = "lost_call"
    FINISHED_AT = "finished_at"
    MISSING_COST = "missing_cost"
    UNKNOWN_PRICE = "unknown_price"
    COST_WITHOUT_TOKENS = "cost_without_tokens"
    ESTIMATE_MARK = "estimate_mark"
    DRAFT_WITHOUT_CALL = "draft_without_call"
    CALL_WITHOUT_DRAFT = "call_without_draft"
    LOG_ROWS = "log_rows"
    ROLLUP_SUMS = "rollup_sums"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong; if it concerns several calls, `call_id` is the latest.

    It is empty if there are sums of calls that do not exist.
    """

    check: str
    call_id: str
    sentence: str


def of_company(company_id: str | None) -> ColumnElement[bool]:
    """A condition for only that company's calls, or for all."""
    return true() if company_id is None else col(LlmCall.company_id) == company_id


async def fetch(session: AsyncSession, query: Select[*_Columns]) -> Sequence[Any]:
    """The first rows of a check's query."""
    result = await (await session.connection()).execute(query.limit(MOST_PER_CHECK))
    return result.all()


async def calls_where(
    session: AsyncSession, company_id: str | None, *conditions: ColumnElement[bool]
) -> list[str]:
    """The ids of the calls for which all conditions hold."""
    query = Select(col(LlmCall.id)).where(of_company(company_id), *conditions)
    return [row[0] for row in await fetch(session, query)]
