"""What the feedback panel shows: values for the page, no rows."""

from dataclasses import dataclass

from feedback_app.llm.blocks import Block


@dataclass(frozen=True, slots=True)
class DraftMeta:
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


@dataclass(frozen=True, slots=True)
class DraftView:
    """One past or present draft."""

    meta: DraftMeta
    text: str
    blocks: list[Block]


@dataclass(frozen=True, slots=True)
class QuoteView:
    """What a draft would cost now, in words; `refusal` or `warning` where a limit is near."""

    text: str = ""
    warning: str = ""
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class FeedbackView:
    """One person's feedback on one interview."""

    feedback: str
    saved_at: str
    submitted_at: str
    has_evidence: bool
    has_recommendation: bool
    latest: DraftView | None
    """The newest draft that has ended and was not discarded."""
    history: list[DraftMeta]
    offline: bool
    """Whether the offline drafter serves, because no model is configured."""
    model: str
    quote: QuoteView
    origin_call: str = ""
    """The call whose draft the saved feedback began as, and that draft's text."""
    origin_text: str = ""
