"""How much of an answer is accepted, and which token counts of it are believed.

A server is asked for at most as many output tokens as admission has reserved. It may not keep to
that, and it may count as it likes. So an answer is cut off here, and its counts have to be
possible: a call takes at most as many tokens as its prompt has bytes, `PREAMBLE_TOKENS`, and
sixteen times its reserved output.
"""

from feedback_app.llm.client.completion import CompletionRequest, Message, Usage
from feedback_app.llm.ledger.token_estimates import CHARACTERS_PER_TOKEN, NON_LATIN_FROM
from feedback_app.llm.text.markdown import MOST_BLOCKS

SLACK = 2
"""How many times the reserved output is accepted: our estimate of tokens is rough, and an answer
within its limit must never be cut."""
PREAMBLE_TOKENS = 2_000
"""What a server may put before the prompt itself: a chat template, a system prompt."""


def most_weight(max_output_tokens: int) -> int:
    """The most accepted of an answer, in quarters of a token as `estimate_tokens` counts them.

    A Latin character weighs one quarter and has at most two bytes, any other weighs a whole token
    and has at most four. Reasoning counts, as it does in the limit that providers apply.
    """
    return CHARACTERS_PER_TOKEN * SLACK * max_output_tokens


def is_possible(usage: Usage, request: CompletionRequest, answer_bytes: int) -> bool:
    """Whether a call can have used this much, given the UTF-8 bytes of its answer.

    A token has at least one byte. Reasoning that was not streamed cannot be seen, so up to `SLACK`
    times the reserved output is believed, however little was received.
    """
    most_completion = max(SLACK * request.max_output_tokens, answer_bytes)
    return (
        usage.prompt_tokens <= _most_prompt_tokens(request.messages)
        and usage.completion_tokens <= most_completion
    )


def _most_prompt_tokens(messages: tuple[Message, ...]) -> int:
    return PREAMBLE_TOKENS + sum(len(message.content.encode()) for message in messages)


class Allowance:
    """What may still be accepted of one answer. Lines are limited, too: each may be a block."""

    def __init__(self, max_output_tokens: int) -> None:
        self._weight = most_weight(max_output_tokens)
        self._lines = MOST_BLOCKS - 1
        self.taken_bytes = 0
        """Bytes accepted so far, as UTF-8."""
        self.is_spent = False
        """Whether something was no longer accepted: the answer ends here."""

    def take_reasoning(self, text: str) -> str:
        """The beginning of some reasoning that is still accepted: mostly all of it."""
        return self._take(text)

    def take_text(self, text: str) -> str:
        """The beginning of some text that is still accepted: mostly all of it."""
        lines = text.count("\n")
        if lines > self._lines:
            text = "\n".join(text.split("\n", self._lines + 1)[: self._lines + 1])
            self.is_spent = True
        self._lines -= min(lines, self._lines)
        return self._take(text)

    def _take(self, text: str) -> str:
        weight = _weight_of(text)
        if weight > self._weight:
            text = _beginning(text, self._weight)
            self.is_spent = True
        self._weight -= min(weight, self._weight)
        self.taken_bytes += len(text.encode())
        return text


def _weight_of(text: str) -> int:
    if text.isascii():
        return len(text)
    heavy = sum(ord(character) >= NON_LATIN_FROM for character in text)
    return len(text) + (CHARACTERS_PER_TOKEN - 1) * heavy


def _beginning(text: str, weight: int) -> str:
    """As much of the text as has at most that weight."""
    for end, character in enumerate(text):
        weight -= _weight_of(character)
        if weight < 0:
            return text[:end]
    return text
