"""The demo's weeks of LLM calls: rows as the ledger would have left them, from a seeded generator.

No model was really called; tokens, times and faults are drawn at random in the proportions of a
team that has got used to the app, and costs follow from the tokens at real prices.
"""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from genai_prices import Usage, calc_price

from feedback_app.db.demo_data.shapes import DemoCompany
from feedback_app.db.models import INTERVIEW, CallStatus, LlmCall, LogComponent, SystemLog

_WEEKS = 6
_HOURS = range(8, 18)
_MAX_OUTPUT_TOKENS = 1200
_OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class _Model:
    name: str
    resolved: str
    provider: str
    weight: float
    ttft_ms: tuple[int, int]
    tokens_per_s: tuple[int, int]


_MODELS = (
    _Model("gpt-6-luna", "gpt-6-luna", "openai", 0.66, (320, 900), (60, 110)),
    _Model("gpt-5.6", "gpt-5.6", "openai", 0.22, (380, 1400), (45, 80)),
    _Model("offline-drafter", "offline-drafter", _OFFLINE, 0.12, (40, 120), (70, 90)),
)
_OUTCOMES = (
    (CallStatus.COMPLETE, None, 0.865),
    (CallStatus.CANCELLED, "CANCELLED", 0.06),
    (CallStatus.INTERRUPTED, "INTERRUPTED", 0.01),
    (CallStatus.ERROR, "LLM_RATE_LIMITED", 0.02),
    (CallStatus.ERROR, "LLM_STALLED", 0.02),
    (CallStatus.ERROR, "LLM_FIRST_TOKEN_TIMEOUT", 0.01),
    (CallStatus.ERROR, "LLM_UNAVAILABLE", 0.015),
)
_LEAST_CACHED_TOKENS = 1024
"""Providers do not cache shorter prompts."""
_BEFORE_ANY_TOKEN = frozenset({"LLM_RATE_LIMITED", "LLM_FIRST_TOKEN_TIMEOUT", "LLM_UNAVAILABLE"})
_OPERATIONS = (("feedback", True, 0.84), ("cv_parse", False, 0.11), ("job_metadata", False, 0.05))


class History:
    """Generates calls; the same seed and times generate the same calls."""

    def __init__(self, seed: str, now: datetime) -> None:
        self._random = random.Random(seed)  # noqa: S311
        self._now = now

    def weeks_of(
        self,
        company: DemoCompany,
        company_id: str,
        user_ids: Sequence[str],
        department_ids: Sequence[str],
    ) -> Iterator[LlmCall]:
        """The company's calls of the past weeks, oldest first, a little more each week."""
        start = self._now - timedelta(weeks=_WEEKS)
        for day in range(_WEEKS * 7 + 1):
            date = start + timedelta(days=day)
            if date.weekday() >= 5:
                continue
            growth = 0.6 + 0.8 * day / (_WEEKS * 7)
            expected = company.calls_per_day * growth
            count = int(expected) + (self._random.random() < expected % 1)
            moments = sorted(self._working_moment(date) for _ in range(count))
            for moment in moments:
                if start < moment < self._now - timedelta(minutes=10):
                    weights = [1 / (rank + 1) for rank in range(len(user_ids))]
                    user_id = self._random.choices(user_ids, weights)[0]
                    call = self._any_call(company_id, user_id, moment)
                    if call.operation == "feedback":
                        # Most people interview for one department.
                        home = user_ids.index(user_id) + (self._random.random() < 0.2)
                        call.department_id = department_ids[home % len(department_ids)]
                    yield call

    def draft_call(
        self,
        *,
        company_id: str,
        user_id: str,
        interview_id: str,
        department_id: str,
        text: str,
        at: datetime,
    ) -> LlmCall:
        """The completed call that produced `text`, a saved draft."""
        tokens = max(1, len(text) // 4)
        call = self._call(
            company_id, user_id, at, _MODELS[0], "feedback", True, CallStatus.COMPLETE, None, tokens
        )
        call.subject_kind, call.subject_id = INTERVIEW, interview_id
        call.department_id = department_id
        call.saved_as_feedback = True
        return call

    def stopped_call(
        self,
        *,
        company_id: str,
        user_id: str,
        interview_id: str,
        department_id: str,
        text: str,
        at: datetime,
    ) -> LlmCall:
        """A call that the person stopped after `text`."""
        tokens = max(1, len(text) // 4)
        status = CallStatus.CANCELLED
        call = self._call(
            company_id, user_id, at, _MODELS[0], "feedback", True, status, "CANCELLED", tokens
        )
        call.subject_kind, call.subject_id = INTERVIEW, interview_id
        call.department_id = department_id
        return call

    def _working_moment(self, date: datetime) -> datetime:
        return date.replace(
            hour=self._random.choice(_HOURS),
            minute=self._random.randrange(60),
            second=self._random.randrange(60),
            microsecond=self._random.randrange(1_000_000),
        )

    def _any_call(self, company_id: str, user_id: str, at: datetime) -> LlmCall:
        model = self._random.choices(_MODELS, [m.weight for m in _MODELS])[0]
        operation, streaming, _ = self._random.choices(
            _OPERATIONS, [weight for *_, weight in _OPERATIONS]
        )[0]
        status, code, _ = self._random.choices(_OUTCOMES, [weight for *_, weight in _OUTCOMES])[0]
        if model.provider == _OFFLINE and status is CallStatus.ERROR:
            status, code = CallStatus.COMPLETE, None
        tokens = round(self._random.gauss(410, 70)) if streaming else self._random.randint(90, 240)
        if code in _BEFORE_ANY_TOKEN:
            tokens = 0
        elif status is not CallStatus.COMPLETE:
            tokens = self._random.randint(20, max(21, tokens - 60))
        call = self._call(
            company_id, user_id, at, model, operation, streaming, status, code, tokens
        )
        call.saved_as_feedback = (
            operation == "feedback"
            and status is CallStatus.COMPLETE
            and self._random.random() < 0.7
        )
        return call

    def _call(
        self,
        company_id: str,
        user_id: str,
        started_at: datetime,
        model: _Model,
        operation: str,
        streaming: bool,
        status: CallStatus,
        code: str | None,
        completion_tokens: int,
    ) -> LlmCall:
        draw = self._random
        nothing_came = code in _BEFORE_ANY_TOKEN
        estimated = draw.randint(780, 1500)
        prompt_tokens = 0 if nothing_came else estimated - draw.randint(0, 60)
        ttft_ms = None if nothing_came else draw.randint(*model.ttft_ms)
        stream_ms = (
            None
            if nothing_came
            else round(completion_tokens * 1000 / draw.randint(*model.tokens_per_s))
        )
        if code == "LLM_FIRST_TOKEN_TIMEOUT":
            latency_ms = 60_000 + draw.randint(5, 60)
        elif ttft_ms is None or stream_ms is None:
            latency_ms = draw.randint(1_800, 4_200)
        else:
            latency_ms = ttft_ms + stream_ms + (20_000 if code == "LLM_STALLED" else 0)
        finished_at = started_at + timedelta(milliseconds=latency_ms)
        offline = model.provider == _OFFLINE
        counted = status is CallStatus.COMPLETE and not offline
        cached = prompt_tokens // 2 if draw.random() < 0.15 and counted else 0
        is_kept = counted and not cached and prompt_tokens >= _LEAST_CACHED_TOKENS
        written = prompt_tokens if is_kept else 0
        used = Usage(
            input_tokens=prompt_tokens,
            cache_read_tokens=cached,
            cache_write_tokens=written,
            output_tokens=completion_tokens,
        )
        worst = Usage(
            input_tokens=estimated,
            cache_write_tokens=estimated,
            output_tokens=_MAX_OUTPUT_TOKENS,
        )
        return LlmCall(
            id=self._id_at(started_at),
            operation=operation,
            company_id=company_id,
            user_id=user_id,
            template_id="standard" if operation == "feedback" else "",
            prompt_version=f"{operation}-1",
            requested_model=model.name,
            resolved_model=None if nothing_came else model.resolved,
            provider=model.provider,
            streaming=streaming,
            status=status,
            finish_reason="stop" if status is CallStatus.COMPLETE else None,
            prompt_tokens=prompt_tokens,
            completion_tokens=completion_tokens,
            cached_tokens=cached,
            cache_write_tokens=written,
            tokens_estimated=not nothing_came and not counted,
            cost_microusd=_cost(model, used, started_at),
            reserved_microusd=_cost(model, worst, started_at),
            price_source=_OFFLINE if offline else f"genai-prices:openai/{model.name}",
            latency_ms=latency_ms,
            ttft_ms=ttft_ms,
            stream_ms=stream_ms,
            chunk_count=(stream_ms or 0) // 42 if streaming else 0,
            retries=2 if code in {"LLM_RATE_LIMITED", "LLM_UNAVAILABLE"} else 0,
            error_code=code,
            request_id=f"{draw.getrandbits(64):016x}",
            started_at=started_at,
            finished_at=finished_at,
            heartbeat_at=finished_at,
        )

    def _id_at(self, moment: datetime) -> str:
        """A UUIDv7 of that time: calls sort by id as they do by time."""
        milliseconds = int(moment.timestamp() * 1000)
        number = (
            milliseconds << 80
            | 0x7 << 76
            | self._random.getrandbits(12) << 64
            | 0b10 << 62
            | self._random.getrandbits(62)
        )
        return str(uuid.UUID(int=number))


def log_of(call: LlmCall) -> SystemLog:
    """The one ordinary log row that a settled call leaves."""
    return SystemLog(
        at=call.finished_at or call.started_at,
        component=LogComponent.LLM,
        action=call.operation,
        status=call.status,
        duration_ms=call.latency_ms,
        request_id=call.request_id,
        company_id=call.company_id,
        user_id=call.user_id,
        llm_call_id=call.id,
        model=call.resolved_model or call.requested_model,
        tokens=call.prompt_tokens + call.completion_tokens,
        streaming=call.streaming,
    )


def _cost(model: _Model, usage: Usage, at: datetime) -> int:
    if model.provider == _OFFLINE:
        return 0
    priced = calc_price(
        usage,
        model_ref=model.name,
        provider_id=model.provider,
        genai_request_timestamp=at,
    )
    return int((priced.total_price * 1_000_000).quantize(Decimal(1), ROUND_HALF_UP))
