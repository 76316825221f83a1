"""What a provider's count of a prompt says of a server that read only a part of it."""

from collections.abc import AsyncGenerator

import pytest
from pydantic import BaseModel

from feedback_app.core.errors import LLMError, LLMUnavailable
from feedback_app.llm.client.completion import (
    CompletionEvent,
    CompletionRequest,
    Finished,
    Message,
    ResponseOpened,
    TextDelta,
    Usage,
)
from feedback_app.llm.generation.coalescing import LoopLag
from feedback_app.llm.generation.generation import Generation
from feedback_app.llm.generation.recorder import Recorder
from feedback_app.llm.ledger.cut_prompts import LEAST_CONTEXT_TOKENS, sent_at_least
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from feedback_app.llm.operation import Brief, Operation
from feedback_app.llm.stream.event_log import EventLog
from tests.factories import call_owner
from tests.upstream import FEEDBACK

ENGLISH = FEEDBACK * 24
WORDS = len(ENGLISH.split())
RUSSIAN = "Кандидат уверенно описал архитектуру и сам предложил проверить узкое место. " * 300
CHINESE = "候选人清楚地解释了系统设计，并主动提出了测试方案。" * 400
THAI = "ผู้สมัครอธิบายการออกแบบระบบได้ชัดเจน" * 400


def least(text: str, read_tokens: int) -> int:
    return sent_at_least((Message("system", ""), Message("user", text)), read_tokens)


def test_a_count_far_below_the_words_of_a_prompt_says_how_many_were_sent_at_least() -> None:
    assert estimate_tokens(ENGLISH) > 1.3 * WORDS, "which is what English has"
    assert least(ENGLISH, WORDS // 2) == WORDS
    assert least(ENGLISH, 4_096 * WORDS // 9_000) == WORDS


@pytest.mark.parametrize(
    ("text", "read_tokens"),
    [
        pytest.param(ENGLISH, round(1.3 * WORDS), id="as usual"),
        pytest.param(ENGLISH, 3 * WORDS, id="a tokenizer that makes many"),
        pytest.param(
            ENGLISH, round(0.65 * estimate_tokens(ENGLISH)), id="two thirds of our estimate"
        ),
        pytest.param(ENGLISH, WORDS, id="a server that counts words"),
        pytest.param(ENGLISH, -(-9 * WORDS // 10), id="a tenth fewer than the words"),
        pytest.param(
            RUSSIAN, len(RUSSIAN) // 4, id="Russian, of which we estimate four times that"
        ),
        pytest.param(CHINESE, len(CHINESE) // 2, id="Chinese, two characters a token"),
        pytest.param(THAI, len(THAI) // 6, id="text without spaces"),
        pytest.param("", 2_000, id="a server's own words before nothing"),
    ],
)
def test_counts_that_a_whole_prompt_can_have_say_nothing(text: str, read_tokens: int) -> None:
    assert read_tokens >= LEAST_CONTEXT_TOKENS
    assert least(text, read_tokens) == 0


@pytest.mark.parametrize(
    ("text", "read_tokens", "sent"),
    [
        pytest.param(ENGLISH, 9 * WORDS // 10 - 1, WORDS, id="English"),
        pytest.param(RUSSIAN, 2_048, len(RUSSIAN.split()), id="Russian"),
        pytest.param(CHINESE, 2_048, len(CHINESE) // 3, id="Chinese"),
    ],
)
def test_a_cut_is_noticed_in_any_script_that_can_be_counted(
    text: str, read_tokens: int, sent: int
) -> None:
    assert least(text, read_tokens) == sent


def test_a_server_that_counts_only_what_it_had_not_cached_is_believed() -> None:
    for read_tokens in (0, 1, LEAST_CONTEXT_TOKENS - 1):
        assert least(ENGLISH, read_tokens) == 0
    assert least(ENGLISH, LEAST_CONTEXT_TOKENS) == WORDS


class Level(BaseModel):
    level: str


LEVELS = Operation("levels", "job", "1", "level", 50, offline=None, result=Level)


class Counting:
    """Answers what is no JSON, reporting these prompt tokens in turn; then it opens no answer."""

    provider = "openai"

    def __init__(self, *read_tokens: int) -> None:
        self._read_tokens = list(read_tokens)

    async def stream(self, request: CompletionRequest) -> AsyncGenerator[CompletionEvent, None]:
        if not self._read_tokens:
            raise LLMUnavailable
        yield ResponseOpened()
        yield TextDelta("Senior.")
        yield Finished("stop", None, Usage(self._read_tokens.pop(0), 2))

    async def aclose(self) -> None:
        """There is nothing to release."""


async def sent_by_a_call(*read_tokens: int) -> int:
    """What a call says of its prompts that asks for JSON and, of such a client, asks again."""
    messages = (Message("user", ENGLISH),)
    log = EventLog("call", call_owner("company", "person", "job"))
    asked = CompletionRequest("m", messages, 1200)
    brief = Brief(messages, None)
    generation = Generation(log, LEVELS, brief, asked, Recorder(), 100, 0.0, LoopLag())
    with pytest.raises(LLMError) as ended:
        await generation.run(Counting(*read_tokens))
    return generation.settlement(ended.value).sent_tokens_at_least


async def test_of_a_call_that_asks_again_both_prompts_count() -> None:
    whole = round(1.3 * WORDS)
    assert await sent_by_a_call(whole, whole) == 0
    assert await sent_by_a_call(WORDS // 2, WORDS // 2) > 2 * WORDS


async def test_of_a_call_that_is_not_heard_again_the_first_prompt_counts() -> None:
    assert await sent_by_a_call(round(1.3 * WORDS)) == 0
    assert await sent_by_a_call(WORDS // 2) == WORDS
