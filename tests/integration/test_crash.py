"""What is left when the server is killed (`kill -9`) or stopped in the midst of its work.

Real servers are killed with their whole process group until, on each database, fifty generations
were killed at random moments. The moments come from a seed, which every run prints; run with
`CRASH_SEED=<seed>` to have the same ones again.
"""

import asyncio
import os
import random
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from feedback_app.core.errors import Interrupted
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from feedback_app.llm.text.markdown import parse_blocks
from tests.apart import run_apart
from tests.databases import Databases, temporary_home
from tests.factories import DRAFT_TEXT
from tests.integration.crashing import ANSWER, Campaign, Left, Round, save_text
from tests.integration.generating import gpt_4o_mini_microusd

pytestmark = pytest.mark.processes

MOMENTS = 50
LOST_AT_MOST_S = 1.0
IN_FLIGHT_S = 0.1
"""What a token may take from the model to the server."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What one database's campaign found."""

    kind: str
    seed: int
    rounds: list[Round]
    """Those that ended in a kill."""
    stopped: Round
    """The one that ended in SIGTERM."""

    def __str__(self) -> str:
        killed = [(left, done) for done in self.rounds for left in done.killed]
        counted = Counter(left.moment for left, _ in killed)
        lost_s = max(left.lost_s(done.ended_at) for left, done in killed)
        lag_s = max(done.lag_s for done in self.rounds)
        moments = ", ".join(f"{moment} {number}" for moment, number in counted.items())
        return (
            f"CRASH_SEED={self.seed} {self.kind}: {len(killed)} generations ({moments}) killed "
            f"with {len(self.rounds)} servers; text of {lost_s:.2f} s lost at most, on a machine "
            f"late by {lag_s:.2f} s at most; stopped in {self.stopped.took_s:.2f} s"
        )


@pytest.fixture(scope="module")
def campaigns(databases: Databases) -> dict[str, Evidence]:
    """Run on both databases at the same time."""
    seed = int(os.environ["CRASH_SEED"])

    async def run(kind: str, url: str, home: Path) -> Evidence:
        campaign = Campaign(url, home, random.Random(f"{seed} {kind}"))
        async with campaign.opened():
            rounds = await campaign.killed_rounds(MOMENTS)
            return Evidence(kind, seed, rounds, await campaign.stopped_round())

    async def run_all(places: list[tuple[str, str, Path]]) -> list[Evidence]:
        return await asyncio.gather(*(run(*place) for place in places))

    with ExitStack() as stack:
        places = [
            (
                kind,
                stack.enter_context(databases.fresh(kind)),
                stack.enter_context(temporary_home("crash")),
            )
            for kind in ("sqlite", "postgresql")
        ]
        return {found.kind: found for found in run_apart(run_all(places))}


@pytest.fixture(params=["sqlite", "postgresql"])
def evidence(request: pytest.FixtureRequest, campaigns: dict[str, Evidence]) -> Evidence:
    """Told by every test that fails, so that it can be repeated."""
    found = campaigns[request.param]
    print(found)  # noqa: T201
    return found


@pytest.fixture
def rounds(evidence: Evidence) -> list[Round]:
    return evidence.rounds


def _charge(left: Left) -> int:
    return gpt_4o_mini_microusd(left.prompt_tokens, estimate_tokens(left.text))


def test_after_a_restart_nothing_is_running_and_nothing_is_reserved(
    evidence: Evidence, rounds: list[Round], record_property: Callable[[str, object], None]
) -> None:
    record_property("summary", str(evidence))
    assert sum(len(done.killed) for done in rounds) >= MOMENTS
    assert [done.running for done in rounds] == [[] for _ in rounds]
    for done in rounds:
        assert {left.row.status for left in done.left if left.row} <= {"interrupted", "complete"}


def test_the_text_of_a_killed_generation_lacks_at_most_its_last_second(
    rounds: list[Round],
) -> None:
    for done in rounds:
        for left in done.killed:
            assert "".join(ANSWER).startswith(left.text)
            assert left.lost_s(done.ended_at) <= LOST_AT_MOST_S + done.lag_s, left.moment
            if left.draft:
                assert left.draft.blocks == [block.as_dict() for block in parse_blocks(left.text)]


def test_a_killed_generation_is_charged_what_it_used(rounds: list[Round]) -> None:
    for row, left in [(left.row, left) for done in rounds for left in done.killed]:
        if row:
            assert (row.error_code, row.tokens_estimated) == (Interrupted.code, True)
            assert row.prompt_tokens == left.prompt_tokens
            assert row.completion_tokens == estimate_tokens(left.text)
            assert row.cost_microusd == _charge(left)


def test_every_call_leaves_one_summary_however_it_ended(rounds: list[Round]) -> None:
    for done in rounds:
        assert [left.logged for left in done.left] == [
            int(left.row is not None) for left in done.left
        ]


def test_what_was_settled_before_the_end_stays_whole(evidence: Evidence) -> None:
    for done in [*evidence.rounds, evidence.stopped]:
        for left in done.left:
            if left.row and left.row.status == "complete":
                assert left.text == "".join(ANSWER)
                assert (left.row.completion_tokens, left.row.tokens_estimated) == (
                    len(ANSWER),
                    False,
                )


def test_a_save_is_there_whole_or_not_at_all_and_once_confirmed_it_stays(
    rounds: list[Round],
) -> None:
    for done in rounds:
        card, saves = done.saves.scorecard, done.saves
        coming = saves.confirmed + 1
        possible = [
            (save_text(saves.confirmed), saves.origins[saves.confirmed % 2]),
            (DRAFT_TEXT, saves.origins[coming % 2]),
            (save_text(coming), saves.origins[coming % 2]),
        ]
        assert (card.feedback, card.feedback_call_id) in possible
        assert saves.marked == [card.feedback_call_id]
    assert rounds[-1].saves.confirmed > len(rounds)


def test_the_page_says_what_happened_and_its_retry_completes(rounds: list[Round]) -> None:
    for done in rounds:
        assert (done.told["phase"], done.told["error"]) == ("interrupted", Interrupted.sentence)
        assert done.retried is not None
        row, draft = done.retried
        assert (row.status, draft.text) == ("complete", "".join(ANSWER))


def test_a_graceful_stop_settles_everything_with_its_whole_text_within_five_seconds(
    evidence: Evidence,
) -> None:
    stopped = evidence.stopped
    assert stopped.took_s < 5
    assert stopped.running == []
    assert {left.row.status for left in stopped.left if left.row} <= {"interrupted", "complete"}
    assert [left.logged for left in stopped.left] == [
        int(left.row is not None) for left in stopped.left
    ]
    for left in stopped.killed:
        if left.row and left.draft:
            assert "".join(ANSWER).startswith(left.text)
            assert left.lost_s(stopped.ended_at) <= IN_FLIGHT_S + stopped.lag_s
            events = [timing["event"] for timing in left.draft.timings]
            assert (events[-1], left.row.error_code) == ("interrupted", Interrupted.code)
            if left.row.tokens_estimated:
                assert left.row.cost_microusd == _charge(left)
            else:
                asked = "thinking" in events
                assert left.row.completion_tokens == (len(ANSWER) if asked else 0)
