"""The ledger that is measured is one that the app could have written."""

import pytest
from alembic import command
from sqlmodel import func, select

from bench.ledger_rows import make_days, make_offices
from bench.ledger_store import settle_down, store_days, store_offices
from feedback_app.db.models import LlmCall, UsageDay
from feedback_app.db.rollups import SHORTEN_EVERY
from feedback_app.db.session import Database
from feedback_app.feedback.audit import FeedbackCheck
from feedback_app.llm.audit import Check, audit
from tests.apart import call_apart
from tests.databases import alembic_config
from tests.integration.recounting import assert_sums_are_those_of_the_calls

pytestmark = pytest.mark.unaudited(reason="the measured calls have no drafts and log rows")


async def test_the_measured_ledger_adds_up_and_has_every_index(
    database: Database, database_url: str
) -> None:
    offices = make_offices()
    await store_offices(database, offices)
    await store_days(database, database_url, list(make_days(offices, 40_000))[:20])
    await settle_down(database)
    await assert_sums_are_those_of_the_calls(database)
    found = await audit(database, None)
    assert {finding.check for finding in found} <= {
        Check.UNKNOWN_PRICE,
        Check.CALL_WITHOUT_DRAFT,
        Check.LOG_ROWS,
        FeedbackCheck.SAVED_FLAG,
    }
    async with database.read() as session:
        assert (await session.exec(select(func.count()).select_from(LlmCall))).one() > 3_000
        busiest = (await session.exec(select(func.max(UsageDay.calls)))).one()
    assert busiest > SHORTEN_EVERY, "some histograms are long enough to be shortened"
    call_apart(lambda: command.check(alembic_config(database_url)))
