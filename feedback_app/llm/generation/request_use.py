"""What one request of a call has used: as the provider counted it, else as we estimate it."""

from feedback_app.core.errors import (
    AppError,
    Cancelled,
    Interrupted,
    LLMFirstTokenTimeout,
    LLMTotalTimeout,
)
from feedback_app.llm.client.completion import CompletionRequest, Usage
from feedback_app.llm.generation.allowance import Allowance, is_possible
from feedback_app.llm.ledger.token_estimates import estimate_prompt_tokens, estimate_tokens

_USED_BEFORE_OPENING = (Cancelled, Interrupted, LLMFirstTokenTimeout, LLMTotalTimeout)


class RequestUse:
    """Updated as the request's answer grows."""

    def __init__(self, request: CompletionRequest) -> None:
        self.request = request
        self.prompt_tokens = estimate_prompt_tokens(request.messages)
        self.allowance = Allowance(request.max_output_tokens)
        self.deltas = 0
        self.reasoning_tokens = 0
        self.was_sent = False
        self.opened = False
        """Whether the provider has opened its answer."""
        self.reported: Usage | None = None
        """The provider's counts, if they cover everything received."""

    def total(self, error: AppError | None, text: str, more_tokens: int) -> tuple[Usage, bool]:
        """The usage of the request, and whether it is estimated; `text` is its answer, from which
        `more_tokens` were removed."""
        # Some servers send zeros until the end, and some send impossible counts.
        reported = self.reported
        if (
            reported
            and (reported.completion_tokens or not self.deltas)
            and is_possible(reported, self.request, self.allowance.taken_bytes)
        ):
            return reported, False
        if not self.opened and not (self.was_sent and isinstance(error, _USED_BEFORE_OPENING)):
            return Usage(0, 0), False
        completion = self.reasoning_tokens + estimate_tokens(text) + more_tokens
        return Usage(self.prompt_tokens, completion, self.reasoning_tokens), True
