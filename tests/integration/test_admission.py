"""What may start, one call at a time: which limit refuses, in which words, what warns before."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedback_app.core import clock
from feedback_app.core.errors import BudgetExceeded, ConcurrencyLimit, RateLimited
from feedback_app.db.session import Database
from feedback_app.feedback import service
from feedback_app.llm.admission.limits import LimitName
from tests.factories import make_call, make_interview, make_user
from tests.integration.generating import Stage, as_user, follow, limit, stage
from tests.integration.rush import HeldClient


async def shown(on: Stage) -> tuple[str, str, str]:
    """What the page says beside the button: the quote, the warning, the refusal."""
    quote = (await service.view(on.user, on.interview_id)).evidence.quote
    return quote.text, quote.warning, quote.refusal


async def test_a_joined_draft_counts_once(database: Database) -> None:
    client = HeldClient()
    async with stage(database, client=client, LLM_GENERATIONS_PER_MINUTE=1) as on:
        call_id = await on.start()
        assert await on.start() == call_id
        client.gate.set()
        await follow(on.log(call_id))
        assert len(await on.calls()) == 1


async def test_a_refused_start_gives_its_turn_back(database: Database) -> None:
    client = HeldClient()
    changes: dict[str, Any] = {"LLM_GENERATIONS_AT_ONCE": 1, "LLM_GENERATIONS_PER_MINUTE": 2}
    async with stage(database, client=client, **changes) as on:
        other = await make_interview(database, on.made.interviewer)
        call_id = await on.start()
        with pytest.raises(ConcurrencyLimit) as refused:
            await service.start(on.user, other.id)
        assert refused.value.message == (
            "You may have 1 draft written at once and have 1, so none is left. "
            "Try again when one of them ends."
        )
        assert refused.value.retry_after_s == 15
        client.gate.set()
        await follow(on.log(call_id))
        await follow(on.log(await service.start(on.user, other.id)))
        with pytest.raises(RateLimited):
            await on.start()
        assert len(await on.calls()) == 2


async def test_a_limit_that_is_lowered_counts_the_starts_before_it_was(database: Database) -> None:
    client = HeldClient()
    async with stage(database, client=client, LLM_GENERATIONS_PER_MINUTE=2) as on:
        client.gate.set()
        await follow(on.log(await on.start()))
        await limit(on, LimitName.PERSON_PER_MINUTE, 1)
        with pytest.raises(RateLimited):
            await on.start()


async def test_who_has_no_start_left_may_still_join_the_own_running_draft(
    database: Database,
) -> None:
    client = HeldClient()
    async with stage(database, client=client, LLM_GENERATIONS_PER_MINUTE=1) as on:
        other = await make_interview(database, on.made.interviewer)
        call_id = await on.start()
        admission = on.generations._admission
        await admission.look_at_rate(on.owner)
        with pytest.raises(RateLimited):
            await admission.look_at_rate(service.owner_of(on.user, other.id))
        client.gate.set()
        await follow(on.log(call_id))


@pytest.mark.parametrize(
    ("name", "whose"),
    [
        (LimitName.PERSON_COST_PER_MONTH, "you have"),
        (LimitName.COMPANY_COST_PER_MONTH, "your company has"),
    ],
)
async def test_a_budget_refuses_in_words_and_until_next_month(
    database: Database, name: LimitName, whose: str
) -> None:
    noon = datetime(2026, 12, 31, 12, tzinfo=UTC)
    async with stage(database, client=HeldClient()) as on:
        await limit(on, name, 1_000_000)
        await make_call(database, on.made, cost_microusd=999_900, started_at=noon)
        await make_call(
            database, on.made, cost_microusd=5_000_000, started_at=noon - timedelta(days=31)
        )
        clock.set_now(lambda: noon + timedelta(hours=1))
        try:
            with pytest.raises(BudgetExceeded) as refused:
                await on.start()
            quoted, _, refusal = await shown(on)
        finally:
            clock.set_now(None)
        message = refused.value.message
        assert message == refusal
        assert message.startswith(f"This draft may cost up to {quoted.split()[1]}, ")
        assert message.endswith(
            f"and {whose} $0.0001 left of this month's $1.00. It resets on 1 Jan at 00:00 "
            "UTC; an administrator can raise it sooner."
        )
        assert refused.value.retry_after_s == 11 * 3600
        assert len(await on.calls()) == 2


@pytest.mark.parametrize(
    ("name", "budget", "said"),
    [
        (LimitName.PERSON_COST_PER_MONTH, 500, "your whole budget of $0.0005 a month"),
        (LimitName.COMPANY_COST_PER_MONTH, 0, "your company's whole budget of $0.00 a month"),
        (LimitName.PERSON_TOKENS_PER_DAY, 1_200, "your whole budget of 1,200 tokens a day"),
    ],
)
async def test_a_budget_below_one_draft_is_told_as_that_and_not_to_be_waited_for(
    database: Database, name: LimitName, budget: int, said: str
) -> None:
    client = HeldClient()
    async with stage(database, client=client) as on:
        other = await make_interview(database, on.made.interviewer)
        call_id = await service.start(on.user, other.id)
        await limit(on, name, budget)
        with pytest.raises(BudgetExceeded) as refused:
            await on.start()
        assert refused.value.message.startswith("This draft may ")
        assert refused.value.message.endswith(
            f", more than {said}. An administrator has to raise it under Limits first."
        )
        assert refused.value.retry_after_s is None
        assert (await shown(on))[2] == refused.value.message
        client.gate.set()
        await follow(on.log(call_id))


async def test_a_draft_that_takes_a_whole_budget_waits_for_the_next(database: Database) -> None:
    async with stage(database, client=HeldClient()) as on:
        asked = await on.prompt_tokens() + 1200
        await limit(on, LimitName.PERSON_TOKENS_PER_DAY, asked)
        assert (await shown(on))[2] == ""
        await make_call(database, on.made, started_at=clock.now())
        with pytest.raises(BudgetExceeded, match="It resets") as refused:
            await on.start()
        assert refused.value.retry_after_s is not None


@pytest.mark.parametrize(
    ("name", "budget"),
    [
        (LimitName.COMPANY_COST_PER_MONTH, 1_000),
        (LimitName.PERSON_COST_PER_MONTH, 1_000),
        (LimitName.PERSON_TOKENS_PER_DAY, 2_500),
    ],
)
async def test_a_budget_held_by_running_drafts_says_so(
    database: Database, name: LimitName, budget: int
) -> None:
    client = HeldClient()
    async with stage(database, client=client) as on:
        await limit(on, name, budget)
        other = await make_interview(database, on.made.interviewer)
        call_id = await on.start()
        with pytest.raises(BudgetExceeded) as refused:
            await service.start(on.user, other.id)
        assert "Drafts being written hold the rest." in refused.value.message
        assert refused.value.retry_after_s == 15
        client.gate.set()
        await follow(on.log(call_id))


async def test_tokens_of_a_day_are_renewed_the_next(database: Database) -> None:
    async with stage(database, client=HeldClient(), LLM_TOKENS_PER_DAY=2_500) as on:
        noon = datetime(2026, 12, 30, 12, tzinfo=UTC)
        await make_call(database, on.made, started_at=noon)
        clock.set_now(lambda: noon + timedelta(hours=1))
        try:
            text, warning, refusal = await shown(on)
            assert (warning, text[:6]) == ("", "about ")
            assert "1,400 tokens left of today's 2,500 tokens. It resets on 31 Dec" in refusal
            clock.set_now(lambda: noon + timedelta(hours=12))
            assert (await shown(on))[1:] == ("", "")
        finally:
            clock.set_now(None)


async def test_from_eighty_percent_on_a_budget_warns(database: Database) -> None:
    async with stage(database, client=HeldClient()) as on:
        await limit(on, LimitName.PERSON_COST_PER_MONTH, 1_000_000)
        await make_call(database, on.made, cost_microusd=799_999, started_at=clock.now())
        assert (await shown(on))[1] == ""
        await make_call(database, on.made, cost_microusd=1, started_at=clock.now())
        text, warning, refusal = await shown(on)
        assert text.endswith(" · $0.20 left this month")
        assert warning.startswith("You have used 80% of this month's $1.00. It resets on 1 ")
        assert refusal == ""


@pytest.mark.ledger_findings("unknown_price", reason="the model has no price")
async def test_a_model_without_a_price_drafts_only_without_a_budget(database: Database) -> None:
    client = HeldClient()
    async with stage(database, client=client, LLM_MODEL="house-model") as on:
        assert (await shown(on))[0] == "price not known"
        client.gate.set()
        await follow(on.log(await on.start()))
        await limit(on, LimitName.COMPANY_COST_PER_MONTH, 10**9)
        with pytest.raises(BudgetExceeded) as refused:
            await on.start()
        assert refused.value.message == (
            "The price of house-model is not known, so its drafts cannot be kept within this "
            "month's budget. Ask an administrator to set it under Prices, then try again."
        )
        assert refused.value.retry_after_s is None
        (call,) = await on.calls()
        assert (call.reserved_microusd, call.cost_microusd) == (None, None)


async def test_a_free_draft_needs_no_budget(database: Database) -> None:
    client = HeldClient()
    client.provider = "offline"
    async with stage(database, client=client) as on:
        await limit(on, LimitName.COMPANY_COST_PER_MONTH, 0)
        assert await shown(on) == ("costs nothing here", "", "")
        client.gate.set()
        await follow(on.log(await on.start()))


async def test_of_two_budgets_the_one_with_less_left_is_told(database: Database) -> None:
    async with stage(database, client=HeldClient()) as on:
        await limit(on, LimitName.PERSON_COST_PER_MONTH, 2_000_000)
        assert (await shown(on))[0].endswith(" · $2.00 left this month")
        await limit(on, LimitName.COMPANY_COST_PER_MONTH, 1_000_000)
        assert (await shown(on))[0].endswith(" · $1.00 left this month")


async def test_a_persons_exception_goes_before_the_companys_value(database: Database) -> None:
    async with stage(database, client=HeldClient()) as on:
        await limit(on, LimitName.PERSON_COST_PER_MONTH, 0)
        await limit(on, LimitName.PERSON_COST_PER_MONTH, 2_000_000, on.user.id)
        assert (await shown(on))[0].endswith("$2.00 left this month")
        colleague = await make_user(database, company_id=on.user.company_id)
        theirs = await make_interview(database, colleague)
        with pytest.raises(BudgetExceeded):
            await service.start(as_user(colleague), theirs.id)


async def test_one_companys_limits_and_costs_are_not_anothers(database: Database) -> None:
    async with stage(database, client=HeldClient()) as on:
        await limit(on, LimitName.COMPANY_COST_PER_MONTH, 1_000_000)
        stranger = await make_interview(database)
        await make_call(database, stranger, cost_microusd=10**9, started_at=clock.now())
        assert (await shown(on))[0].endswith(" · $1.00 left this month")
        theirs = await service.view(as_user(stranger.interviewer), stranger.id)
        assert "left" not in theirs.evidence.quote.text
