"""What the tests of prices and of pricing anew share."""

from datetime import UTC, datetime
from typing import Any

from feedback_app.db.models import (
    LlmCall,
    User,
)
from feedback_app.db.session import Database
from feedback_app.usage.prices.schemas import PeriodForm, PriceForm
from tests.factories import MadeInterview, make_admin, make_interview

MODEL = "house-7b"
TYPED = PriceForm(MODEL, "2026-01-01", "0.20", "0.05", "0.80")
UNPRICED: dict[str, Any] = {
    "requested_model": MODEL,
    "resolved_model": MODEL,
    "cost_microusd": None,
    "price_source": "",
}
"""A call of 800 and 300 tokens: 160 + 240 micro-dollars at the price typed."""
PAID: dict[str, Any] = UNPRICED | {"cost_microusd": 1, "price_source": "x"}
AT = datetime(2026, 2, 3, 12, tzinfo=UTC)
FEBRUARY = PeriodForm(MODEL, "2026-02-01", "2026-02-28")


async def office(database: Database) -> tuple[MadeInterview, User]:
    """An interview and an administrator of its company."""
    made = await make_interview(database)
    return made, await make_admin(database, company_id=made.interviewer.company_id)


async def call_of(database: Database, call: LlmCall) -> LlmCall:
    async with database.read() as session:
        return await session.get_one(LlmCall, call.id)
