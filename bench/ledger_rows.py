"""A year of calls for the ledger's benchmark, from a seeded generator."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from feedback_app.db.models import (
    INTERVIEW,
    Candidate,
    Company,
    Department,
    Interview,
    Job,
    Role,
    User,
)

NOW = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
DAYS = 365
_SHARES = (0.40, 0.22, 0.15, 0.12, 0.08, 0.03)
"""Of all calls, by company."""
_MODELS = (
    ("gpt-4o-mini", "gpt-4o-mini-2024-07-18", 0.60, 0.15),
    ("gpt-4o", "gpt-4o-2024-08-06", 0.20, 2.5),
    ("gpt-4.1-mini", "gpt-4.1-mini-2025-04-14", 0.12, 0.4),
    ("o4-mini", "o4-mini-2025-04-16", 0.05, 1.1),
    ("house-7b", "house-7b", 0.03, None),
)
"""Requested, resolved, share of calls, micro-dollars a prompt token (four times that a completion
token), `None` where nobody knows."""
_OUTCOMES = (
    ("complete", None, 0.87),
    ("cancelled", "CANCELLED", 0.06),
    ("interrupted", "INTERRUPTED", 0.01),
    ("error", "LLM_RATE_LIMITED", 0.02),
    ("error", "LLM_STALLED", 0.02),
    ("error", "LLM_UNAVAILABLE", 0.02),
)
_OPERATIONS = (("feedback", 0.8), ("cv_parse", 0.12), ("job_metadata", 0.08))
COLUMNS = (
    "id",
    "component",
    "operation",
    "company_id",
    "user_id",
    "subject_kind",
    "subject_id",
    "run_key",
    "department_id",
    "template_id",
    "prompt_version",
    "requested_model",
    "resolved_model",
    "provider",
    "streaming",
    "status",
    "finish_reason",
    "prompt_tokens",
    "completion_tokens",
    "reasoning_tokens",
    "cached_tokens",
    "cache_write_tokens",
    "tokens_estimated",
    "cost_microusd",
    "reserved_microusd",
    "reserved_tokens",
    "price_source",
    "latency_ms",
    "ttft_ms",
    "stream_ms",
    "chunk_count",
    "retries",
    "error_code",
    "saved_as_feedback",
    "request_id",
    "started_at",
    "finished_at",
    "heartbeat_at",
)
"""Of `llm_call`, as `make_days` has their values."""

Row = tuple[Any, ...]


@dataclass(slots=True)
class Office:
    """A company and whom its calls can concern."""

    company: Company
    admin: User
    people: list[User]
    departments: list[Department]
    jobs: list[Job] = field(default_factory=list)
    candidates: list[Candidate] = field(default_factory=list)
    interviews: list[Interview] = field(default_factory=list)


def make_offices() -> list[Office]:
    """The companies, the largest first: 60 people and 1,200 interviews down to a handful."""
    offices = []
    for number, share in enumerate(_SHARES, 1):
        company = Company(name=f"Company {number}")
        people = [
            User(
                company_id=company.id,
                email=f"person{place}@company{number}.test",
                name=f"Person {place} of {number}",
                role=Role.ADMIN if place == 0 else Role.INTERVIEWER,
                password_hash="",
            )
            for place in range(max(4, round(150 * share)))
        ]
        departments = [
            Department(company_id=company.id, name=name)
            for name in ("Engineering", "Product", "Sales", "Support")
        ]
        office = Office(company, people[0], people, departments)
        office.jobs = [
            Job(company_id=company.id, department_id=d.id, title=f"Job in {d.name}")
            for d in departments
        ]
        for place in range(round(3_000 * share)):
            candidate = Candidate(company_id=company.id, name=f"Candidate {place} of {number}")
            office.candidates.append(candidate)
            office.interviews.append(
                Interview(
                    company_id=company.id,
                    job_id=office.jobs[place % 4].id,
                    candidate_id=candidate.id,
                    kind="Technical interview",
                    held_at=NOW,
                )
            )
        offices.append(office)
    return offices


def make_days(offices: list[Office], count: int) -> Iterator[list[Row]]:
    """So many calls as values of `llm_call`'s columns, a workday at a time, oldest first."""
    draw = random.Random("a year of calls")
    start = (NOW - timedelta(days=DAYS)).replace(hour=0, minute=0)
    workdays = [
        start + timedelta(days=day)
        for day in range(DAYS + 1)
        if (start + timedelta(days=day)).weekday() < 5
    ]
    per_day = count / len(workdays)
    made = 0
    for number, day in enumerate(workdays, 1):
        wanted = round(per_day * number) - made
        made += wanted
        moments = sorted(
            day + timedelta(hours=8, seconds=draw.random() * 36_000) for _ in range(wanted)
        )
        of_day = zip(
            moments,
            draw.choices(offices, _SHARES, k=wanted),
            draw.choices(_OPERATIONS, [share for *_, share in _OPERATIONS], k=wanted),
            draw.choices(_MODELS, [share for *_, share, _ in _MODELS], k=wanted),
            draw.choices(_OUTCOMES, [share for *_, share in _OUTCOMES], k=wanted),
            strict=True,
        )
        yield [
            _call(draw.random, moment, office, operation, model, outcome)
            for moment, office, (operation, _), model, outcome in of_day
        ]


def _call(
    draw: Callable[[], float],
    started: datetime,
    office: Office,
    operation: str,
    model: tuple[str, str, float, float | None],
    outcome: tuple[str, str | None, float],
) -> Row:
    requested, resolved, _, price = model
    status, code, _ = outcome
    complete = status == "complete"
    drafted = operation == "feedback"
    # A few people make many of the calls.
    person = office.people[int(len(office.people) * draw() ** 2)].id
    interview = int(draw() * len(office.interviews))
    prompt, completion = 700 + int(draw() * 900), 80 + int(draw() * 520)
    reasoning = completion // 3 if requested == "o4-mini" else 0
    ttft = 250 + int(1500 * draw() ** 3)
    stream = (completion - reasoning) * 1000 // (40 + int(draw() * 70))
    ended = started + timedelta(milliseconds=ttft + stream)
    number = f"{int(started.timestamp() * 1000):012x}7{int(draw() * (1 << 53)):019x}"
    # In the order of `COLUMNS`.
    return (
        f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}",
        "llm",
        operation,
        office.company.id,
        person,
        INTERVIEW if drafted else "",
        office.interviews[interview].id if drafted else "",
        number,
        office.departments[interview % 4].id if drafted else None,
        "standard",
        "1",
        requested,
        resolved if complete else None,
        "openai",
        drafted,
        status,
        "stop" if complete else None,
        prompt,
        completion,
        reasoning,
        prompt // 2 if complete and draw() < 0.2 else 0,
        0,
        not complete,
        None if price is None else round(price * (prompt + 4 * completion)),
        1_000,
        prompt + 1_200,
        "" if price is None else "genai-prices:openai",
        ttft + stream,
        ttft,
        stream,
        stream // 42,
        0,
        code,
        drafted and complete and draw() < 0.7,
        "",
        started,
        ended,
        ended,
    )
