"""An administrator gives an unknown model its price, and its calls their cost."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlmodel import select

from feedback_app.db.models import LlmCall, PriceOverride, User
from feedback_app.db.session import Database
from tests.e2e.pages.prices import PricesPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.serving import RunningApp
from tests.e2e.test_access import cookie_of, send_by_hand
from tests.e2e.test_look import assert_fits, assert_no_barriers
from tests.factories import make_admin, make_call, make_interview, make_user

_PRICES = "reflex___state____state.feedback_app___usage___prices___state____prices_state"
MODEL = "house-7b"


@pytest.fixture
def admin(running_app: RunningApp) -> User:
    """Of a company with two calls to a model nobody knows, 1,100 tokens each, and one other."""

    async def arrange(database: Database) -> User:
        made = await make_interview(database)
        unknown: dict[str, Any] = {
            "requested_model": MODEL,
            "resolved_model": MODEL,
            "price_source": "",
        }
        for days in (1, 2):
            at = datetime.now(UTC) - timedelta(days=days)
            await make_call(database, made, cost_microusd=None, started_at=at, **unknown)
        await make_call(database, made)
        return await make_admin(database, company_id=made.interviewer.company_id)

    return running_app.arrange(arrange)


def costs(app: RunningApp, admin: User) -> list[int | None]:
    async def read(database: Database) -> list[int | None]:
        async with database.read() as session:
            rows = await session.exec(
                select(LlmCall.cost_microusd).where(
                    LlmCall.company_id == admin.company_id, LlmCall.requested_model == MODEL
                )
            )
            return list(rows.all())

    return app.arrange(read)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_unknown_model_gets_its_price_and_its_calls_their_cost(
    page: Page, running_app: RunningApp, admin: User, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    sign_in(page, admin.email)
    page.get_by_role("link", name="Prices").click()
    prices = PricesPage(page)
    expect(prices.unknown).to_contain_text("2 calls of unknown cost")
    expect(page.locator("#prices-models tbody tr").first).to_contain_text(MODEL)
    assert_no_barriers(page)

    prices.begin(MODEL)
    prices.submit(input="0,5", output="")
    expect(prices.error("input")).to_contain_text("with a point and without commas")
    expect(prices.error("output")).to_contain_text("Enter a price")
    expect(prices.field("input")).to_have_value("0,5")
    assert_no_barriers(page)

    prices.submit(input="0.0005", output="0.0015")
    expect(prices.doubts).to_contain_text("Is this a price per 1,000 tokens (1K)?")
    assert_no_barriers(page)
    prices.reconsider_button.click()
    expect(prices.field("output")).to_have_value("0.0015")
    prices.submit(input="0.5", output="1.5")
    expect(prices.said).to_contain_text(f"The price of {MODEL} is set.")
    expect(prices.model(MODEL)).to_contain_text("$1.50")

    prices.begin(MODEL)
    prices.submit(input="500", output="1500")
    expect(prices.doubts).to_contain_text("this is 1,000 × the previous price")
    prices.confirm_button.click()
    expect(prices.history).to_have_count(2)
    prices.history.first.get_by_role("button").click()
    page.locator("#confirm-withdraw").click()
    expect(prices.history.first).to_contain_text(f"Withdrawn by {admin.name}")
    expect(prices.model(MODEL)).to_contain_text("$1.50")

    assert costs(running_app, admin) == [None, None]
    prices.preview_button.click()
    expect(prices.before).to_have_text("unknown")
    expect(prices.after).to_have_text("$0.0017")
    assert_no_barriers(page)
    assert_fits(page)
    prices.recalculate_button.click()
    expect(prices.said).to_contain_text(f"Recalculated 2 calls to {MODEL}")
    expect(prices.recalculations).to_have_count(1)
    expect(prices.recalculations).to_contain_text("2 calls unknown → known")
    expect(prices.recalculations).to_contain_text(f"By {admin.name}, today")
    expect(prices.unknown).to_be_hidden()
    assert costs(running_app, admin) == [850, 850]
    assert_no_barriers(page)
    assert_fits(page)


def test_an_interviewer_is_refused_the_page_and_its_events(
    page: Page, context: BrowserContext, running_app: RunningApp
) -> None:
    person = running_app.arrange(make_user)
    sign_in(page, person.email)
    expect(page.get_by_role("link", name="Prices")).to_be_hidden()
    page.goto("/admin/prices")
    expect(page.get_by_text("For administrators")).to_be_visible()
    expect(page.locator("#prices")).to_be_hidden()
    price = {"model": MODEL, "starts_on": "2026-01-01", "input": "1", "output": "1"}
    period = {"model": MODEL, "since": "2026-11-01", "until": "2026-11-30"}
    send_by_hand(
        running_app,
        cookie_of(context),
        [
            (f"{_PRICES}.begin", {"model": MODEL}),
            (f"{_PRICES}.submit", {"form": price}),
            (f"{_PRICES}.confirm", {}),
            (f"{_PRICES}.look", {"form": period}),
            (f"{_PRICES}.recalculate", {}),
            (f"{_PRICES}.withdraw", {"override_id": "any"}),
        ],
    )

    async def read(database: Database) -> list[PriceOverride]:
        async with database.read() as session:
            rows = await session.exec(
                select(PriceOverride).where(PriceOverride.set_by == person.id)
            )
            return list(rows.all())

    assert running_app.arrange(read) == []
