"""How long an answer will probably be: the reference for a generation's progress."""

from statistics import median

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.llm.operation import Operation

LATELY_CALLS = 100
"""The company's latest calls, of any operation: few enough to read at every start."""


async def expected_tokens(session: AsyncSession, company_id: str, operation: Operation) -> int:
    """The median of the company's latest answers to this template, without reasoning; the
    operation's target if there is none."""
    latest = await session.exec(
        select(
            LlmCall.operation,
            LlmCall.template_id,
            col(LlmCall.completion_tokens) - col(LlmCall.reasoning_tokens),
        )
        .where(LlmCall.company_id == company_id, LlmCall.status == CallStatus.COMPLETE)
        .order_by(col(LlmCall.started_at).desc())
        .limit(LATELY_CALLS)
    )
    this = [operation.name, operation.template_id]
    answers = [tokens for *of, tokens in latest.all() if of == this and tokens > 0]
    return round(median(answers)) if answers else operation.target_tokens
