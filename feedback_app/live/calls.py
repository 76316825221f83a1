"""The words on a page about a call that has ended, and about the next one."""

from collections.abc import Iterator
from dataclasses import dataclass

from feedback_app.core.errors import error_named
from feedback_app.db.models import LlmCall
from feedback_app.llm.client.completion import LENGTH
from feedback_app.llm.generation.supervisor import generations
from feedback_app.llm.operation import Run
from feedback_app.ui import wording

LENGTH_NOTICE = "The answer reached its length limit and may end in mid-sentence."


@dataclass(frozen=True, slots=True)
class CallMeta:
    """What one call took, in words for people."""

    call_id: str = ""
    status: str = ""
    model: str = ""
    tokens: str = ""
    cost: str = ""
    duration: str = ""
    when: str = ""
    error: str = ""
    notice: str = ""
    departs: str = ""
    """Where its text departs from what was recorded, in one sentence."""


@dataclass(frozen=True, slots=True)
class QuoteView:
    """What a call would cost now, in words; `refusal` or `warning` if a limit is near."""

    text: str = ""
    warning: str = ""
    refusal: str = ""


def call_meta(call: LlmCall, departs: str = "") -> CallMeta:
    """What the call took, and where its text departs from the record."""
    return CallMeta(
        call_id=call.id,
        status=call.status,
        model=call.resolved_model or call.requested_model,
        tokens=wording.tokens(
            call.prompt_tokens + call.completion_tokens, estimated=call.tokens_estimated
        ),
        cost=wording.cost(call.cost_microusd),
        duration=wording.duration(call.latency_ms),
        when=wording.moment(call.started_at),
        error=error_named(call.error_code).sentence if call.error_code else "",
        notice=" ".join(_notices(call)),
        departs=departs,
    )


def _notices(call: LlmCall) -> Iterator[str]:
    """Things the writer should know about how the text was made."""
    if call.finish_reason == LENGTH:
        yield LENGTH_NOTICE
    if call.sent_tokens_at_least:
        yield (
            f"The AI model read only {call.prompt_tokens:,} of at least "
            f"{call.sent_tokens_at_least:,} tokens, so it may have missed some of your text. "
            "Shorten it, or ask an administrator to let the model's server read more at once."
        )


async def quote_of(run: Run) -> QuoteView:
    """The cost of the next call, as a start would find it."""
    quote = await generations().quote(run)
    return QuoteView(
        text=wording.quote(quote.cost.microusd, quote.left_microusd),
        warning=quote.warning,
        refusal=quote.refusal.message if quote.refusal else "",
    )
