"""Draws calls of any kind, for what must hold whatever the calls are."""

import random
from datetime import datetime, timedelta

from feedback_app.db.models import INTERVIEW, CallStatus, LlmCall
from tests.factories import MadeInterview

FAILED = {CallStatus.ERROR, CallStatus.INTERRUPTED}


def any_call(draw: random.Random, made: MadeInterview, before: datetime) -> LlmCall:
    """A finished call of any kind within the last 200 days, most of them lately."""
    status = draw.choice([s for s in CallStatus if s != CallStatus.RUNNING])
    started = before - timedelta(seconds=draw.random() ** 3 * 200 * 86_400)
    answered = draw.random() < 0.9
    about_interview = draw.random() < 0.5
    return LlmCall(
        company_id=made.interviewer.company_id,
        user_id=made.interviewer.id,
        subject_kind=INTERVIEW if about_interview else "",
        subject_id=made.id if about_interview else "",
        department_id=made.department.id if about_interview else None,
        operation=draw.choice(["feedback", "cv_parse"]),
        requested_model=draw.choice("abcdefghi"),
        resolved_model=draw.choice([None, "a", "resolved"]),
        provider="openai",
        status=status,
        error_code=draw.choice(["LLM_STALLED", "INTERRUPTED"]) if status in FAILED else None,
        prompt_tokens=draw.randrange(5_000_000_000 if draw.random() < 0.05 else 3_000) % 2**31,
        completion_tokens=draw.randrange(2_000),
        reasoning_tokens=draw.randrange(1_500),
        cached_tokens=draw.randrange(50),
        cache_write_tokens=draw.randrange(50),
        tokens_estimated=draw.random() < 0.3,
        cost_microusd=draw.choice([None, 0, draw.randrange(10**12), draw.randrange(100)]),
        latency_ms=int(draw.lognormvariate(8, 2)) if answered else None,
        ttft_ms=draw.randrange(20) if answered else None,
        stream_ms=draw.randrange(9_000) if answered else None,
        saved_as_feedback=draw.random() < 0.3,
        started_at=started,
        finished_at=started,
    )
