"""What is reserved for a call bounds what it costs, whatever name the model answers under."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from feedback_app.core import clock
from feedback_app.core.errors import BudgetExceeded
from feedback_app.db.models import LimitValue
from feedback_app.db.session import Database
from feedback_app.feedback import service
from feedback_app.llm.limits import LimitName
from tests.factories import make_call, make_interview, override, store
from tests.integration.generating import Stage, stage
from tests.upstream import Scenario, Upstream

DATED = "gpt-4o-mini-2024-07-18"
OUTPUT_TOKENS = 600


@dataclass(frozen=True, slots=True)
class Case:
    """Who answers, what the company pays, and under which names its calls were answered before."""

    answers_as: str | None = DATED
    asked: str = "gpt-4o-mini"
    overrides: tuple[tuple[Any, ...], ...] = ()
    """As `factories.override` takes them: the model, then its prices."""
    answered_before: tuple[str, ...] = ()
    cached_tokens: int | None = None
    cache_write_tokens: int | None = None
    reserved_microusd_per_mtok: tuple[int, int] = (150_000, 600_000)
    """What the prompt and the answer must be reserved at."""


GPT_4O = (2_500_000, 10_000_000)
CASES = {
    "the published price, under a dated name": Case(),
    "an own price of the dated name, before it ever answered": Case(
        overrides=((DATED, 1_500_000, 750_000, 6_000_000),),
        reserved_microusd_per_mtok=(1_500_000, 6_000_000),
    ),
    "an own price of another model that begins alike": Case(
        overrides=(("gpt-4o-mini-audio-preview", 9_000_000, 9_000_000, 9_000_000),)
    ),
    "free by the name asked for, paid by the name that answers": Case(
        overrides=(("gpt-4o-mini", 0, 0, 0), (DATED, 1_500_000, 750_000, 6_000_000)),
        reserved_microusd_per_mtok=(1_500_000, 6_000_000),
    ),
    "a router that chose a dearer model before": Case(
        answers_as="gpt-4o-2024-08-06",
        answered_before=("gpt-4o-mini", "gpt-4o-2024-08-06"),
        reserved_microusd_per_mtok=GPT_4O,
    ),
    "an unknown alias of a known model": Case(
        answers_as="gpt-4o-2024-08-06",
        asked="house-alias",
        answered_before=("gpt-4o-2024-08-06",),
        reserved_microusd_per_mtok=GPT_4O,
    ),
    "cached input that costs more": Case(
        overrides=(("gpt-4o-mini", 100_000, 400_000, 600_000),),
        cached_tokens=400,
        reserved_microusd_per_mtok=(400_000, 600_000),
    ),
    "a prompt that is written to the cache": Case(
        answers_as="gpt-6-luna",
        asked="gpt-6-luna",
        cache_write_tokens=800,
        reserved_microusd_per_mtok=(125_000, 500_000),
    ),
    "own prices of a model whose cache writes cost more": Case(
        overrides=(("gpt-4o-mini", 100_000, 50_000, 600_000, 700_000),),
        cache_write_tokens=400,
        reserved_microusd_per_mtok=(700_000, 600_000),
    ),
    "a model that does not say its name": Case(answers_as=None),
}


async def _arrange(on: Stage, case: Case) -> None:
    yesterday = clock.now() - timedelta(days=1)
    for model, *per_mtok in case.overrides:
        price = override(on.made.interviewer, model, yesterday, *per_mtok)
        await store(on.database, price)
    other = await make_interview(on.database, on.made.interviewer)
    for name in case.answered_before:
        await make_call(
            on.database,
            other,
            requested_model=case.asked,
            resolved_model=name,
            started_at=yesterday,
            cost_microusd=0,
        )


@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
async def test_a_call_costs_at_most_what_was_reserved(
    database: Database, upstream: Upstream, case: Case
) -> None:
    changes: dict[str, Any] = {"LLM_MODEL": case.asked, "LLM_MAX_OUTPUT_TOKENS": OUTPUT_TOKENS}
    async with stage(database, upstream.base_url, **changes) as on:
        await _arrange(on, case)
        prompt = await on.prompt_tokens()
        upstream.play(
            Scenario(
                prompt_tokens=prompt,
                resolved_model=case.answers_as,
                cached_tokens=case.cached_tokens,
                cache_write_tokens=case.cache_write_tokens,
            )
        )
        await on.run()
        row = (await on.calls())[-1]
    assert row.resolved_model == case.answers_as
    paid_in, paid_out = case.reserved_microusd_per_mtok
    worst = (prompt * paid_in + OUTPUT_TOKENS * paid_out) / 1_000_000
    assert row.reserved_microusd == pytest.approx(worst, abs=0.5)
    assert row.reserved_microusd is not None
    assert row.cost_microusd is not None
    assert 0 < row.cost_microusd <= row.reserved_microusd


async def test_the_quote_and_the_refusal_go_by_the_dearest_name_too(database: Database) -> None:
    async with stage(database) as on:
        await _arrange(on, CASES["free by the name asked for, paid by the name that answers"])
        budget = LimitValue(
            company_id=on.user.company_id, name=LimitName.COMPANY_COST_PER_MONTH, value=100
        )
        await store(database, budget)
        shown = (await service.view(on.user, on.interview_id)).evidence.quote
        assert shown.text.startswith("about $0.00")
        assert "costs nothing" not in shown.text
        with pytest.raises(BudgetExceeded) as refused:
            await on.start()
        assert refused.value.message == shown.refusal


async def test_what_answers_for_another_model_or_another_company_is_not_reserved_for(
    database: Database,
) -> None:
    async with stage(database) as on:
        before = (await service.view(on.user, on.interview_id)).evidence.quote.text
        other = await make_interview(database, on.made.interviewer)
        dear = "gpt-4o-2024-08-06"
        await make_call(database, other, requested_model="gpt-4o", resolved_model=dear)
        stranger = await make_interview(database)
        await make_call(database, stranger, requested_model="gpt-4o-mini", resolved_model=dear)
        assert (await service.view(on.user, on.interview_id)).evidence.quote.text == before
        await make_call(database, other, requested_model="gpt-4o-mini", resolved_model=dear)
        assert (await service.view(on.user, on.interview_id)).evidence.quote.text != before
