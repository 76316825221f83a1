"""What is taken of an answer, and which counts of it are possible."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.llm.client.completion import Usage
from feedback_app.llm.generation.allowance import SLACK, Allowance, is_possible, most_weight
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from feedback_app.llm.text.markdown import MOST_BLOCKS
from tests.integration.completing import request

RESERVED = request().max_output_tokens


@given(st.lists(st.text(max_size=30), max_size=60), st.integers(1, 40))
def test_however_an_answer_comes_its_beginning_is_taken_up_to_the_bound(
    pieces: list[str], reserved: int
) -> None:
    allowance, taken = Allowance(reserved), ""
    for piece in pieces:
        taken += allowance.take_text(piece)
        if allowance.is_spent:
            break
    whole = "".join(pieces)
    assert whole.startswith(taken)
    assert allowance.is_spent == (taken != whole)
    assert allowance.taken_bytes == len(taken.encode()) <= 2 * most_weight(reserved)
    assert estimate_tokens(taken) <= SLACK * reserved
    if allowance.is_spent:
        assert estimate_tokens(taken + whole[len(taken)]) > SLACK * reserved - 1


@pytest.mark.parametrize(
    ("text", "length"), [("a", 8 * 5), ("é", 8 * 5), ("語", 2 * 5), ("👍", 2 * 5)]
)
def test_a_bound_is_in_tokens_whatever_the_script(text: str, length: int) -> None:
    assert Allowance(5).take_text(100 * text) == length * text


def test_reasoning_and_answer_share_one_bound() -> None:
    allowance = Allowance(5)
    assert allowance.take_reasoning(30 * "r") == 30 * "r"
    assert allowance.take_text(30 * "a") == 10 * "a"
    assert allowance.is_spent


def test_an_answer_that_reaches_its_bound_exactly_is_whole() -> None:
    allowance = Allowance(5)
    allowance.take_text(40 * "a")
    assert not allowance.is_spent
    assert allowance.take_text("a") == ""
    assert allowance.is_spent


def test_an_answer_has_so_many_lines_and_reasoning_as_many_as_it_likes() -> None:
    allowance = Allowance(100_000)
    allowance.take_reasoning(3 * MOST_BLOCKS * "r\n")
    taken = allowance.take_text(3 * MOST_BLOCKS * "a\n")
    assert len(taken.split("\n")) == MOST_BLOCKS
    assert allowance.is_spent


@pytest.mark.parametrize(
    ("usage", "answer_bytes", "possible"),
    [
        pytest.param(Usage(900, 400), 2000, True, id="ordinary"),
        pytest.param(Usage(900, SLACK * RESERVED), 0, True, id="hidden reasoning"),
        pytest.param(Usage(900, SLACK * RESERVED + 1), 0, False, id="beyond the reservation"),
        pytest.param(Usage(900, 9000), 9000, True, id="a token for each byte"),
        pytest.param(Usage(900, 9001), 9000, False, id="more tokens than bytes"),
        pytest.param(Usage(10**6, 4), 2000, False, id="a prompt that was not sent"),
    ],
)
def test_a_count_is_possible_as_far_as_what_came_allows(
    usage: Usage, answer_bytes: int, possible: bool
) -> None:
    assert is_possible(usage, request(), answer_bytes) is possible
