"""A year of calls for the ledger's benchmark, from a seeded generator, stored in bulk."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from sqlalchemy import insert
from sqlmodel import SQLModel

from feedback_app.db import rollups
from feedback_app.db.models import (
    Candidate,
    Company,
    Department,
    Interview,
    Job,
    LlmCall,
    Role,
    User,
)
from feedback_app.db.session import Database

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
_COLUMNS = tuple(LlmCall.__table__.columns.keys())  # pyright: ignore[reportAttributeAccessIssue]


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


def make_calls(offices: list[Office], count: int) -> Iterator[tuple[Any, ...]]:
    """So many calls as values of `llm_call`'s columns, oldest first, in working hours."""
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
        for moment, office, (operation, _), model, outcome in of_day:
            yield _call(draw.random, moment, office, operation, model, outcome)


def _call(
    draw: Callable[[], float],
    started: datetime,
    office: Office,
    operation: str,
    model: tuple[str, str, float, float | None],
    outcome: tuple[str, str | None, float],
) -> tuple[Any, ...]:
    requested, resolved, _, price = model
    status, code, _ = outcome
    complete = status == "complete"
    drafted = operation == "feedback"
    # A few people make many of the calls.
    person = office.people[int(len(office.people) * draw() ** 2)].id
    interview = int(draw() * len(office.interviews))
    prompt, completion = 700 + int(draw() * 900), 80 + int(draw() * 520)
    ttft = 250 + int(1500 * draw() ** 3)
    stream = completion * 1000 // (40 + int(draw() * 70))
    ended = started + timedelta(milliseconds=ttft + stream)
    number = f"{int(started.timestamp() * 1000):012x}7{int(draw() * (1 << 53)):019x}"
    values = {
        "id": f"{number[:8]}-{number[8:12]}-{number[12:16]}-{number[16:20]}-{number[20:]}",
        "component": "llm",
        "operation": operation,
        "company_id": office.company.id,
        "user_id": person,
        "interview_id": office.interviews[interview].id if drafted else None,
        "department_id": office.departments[interview % 4].id if drafted else None,
        "template_id": "standard",
        "prompt_version": "1",
        "requested_model": requested,
        "resolved_model": resolved if complete else None,
        "provider": "openai",
        "streaming": drafted,
        "status": status,
        "finish_reason": "stop" if complete else None,
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "reasoning_tokens": completion // 3 if requested == "o4-mini" else 0,
        "cached_tokens": prompt // 2 if draw() < 0.2 else 0,
        "tokens_estimated": not complete,
        "cost_microusd": None if price is None else round(price * (prompt + 4 * completion)),
        "reserved_microusd": 1_000,
        "price_source": "" if price is None else "genai-prices:openai",
        "latency_ms": ttft + stream,
        "ttft_ms": ttft,
        "stream_ms": stream,
        "chunk_count": stream // 42,
        "retries": 0,
        "error_code": code,
        "saved_as_feedback": drafted and complete and draw() < 0.7,
        "request_id": "",
        "started_at": started,
        "finished_at": ended,
        "heartbeat_at": ended,
    }
    return tuple(map(values.__getitem__, _COLUMNS))


async def store_offices(database: Database, offices: list[Office]) -> None:
    """Insert everything that calls refer to."""
    tables: tuple[tuple[type[SQLModel], list[Any]], ...] = (
        (Company, [o.company for o in offices]),
        (User, [person for o in offices for person in o.people]),
        (Department, [d for o in offices for d in o.departments]),
        (Job, [job for o in offices for job in o.jobs]),
        (Candidate, [candidate for o in offices for candidate in o.candidates]),
        (Interview, [interview for o in offices for interview in o.interviews]),
    )
    async with database.write() as session:
        connection = await session.connection()
        for model, rows in tables:
            await connection.execute(insert(model), [row.model_dump() for row in rows])


def store_calls_in_sqlite(path: str, calls: Iterator[tuple[Any, ...]]) -> None:
    """Insert calls as the app's driver would, in one transaction."""
    sqlite3.register_adapter(
        datetime, lambda moment: moment.replace(tzinfo=None).isoformat(" ", "microseconds")
    )
    marks = ", ".join("?" * len(_COLUMNS))
    with sqlite3.connect(path) as connection:
        connection.executemany(
            f"INSERT INTO llm_call ({', '.join(_COLUMNS)}) VALUES ({marks})", calls
        )
    connection.close()


async def store_calls_in_postgresql(url: str, calls: Iterator[tuple[Any, ...]]) -> None:
    """Copy calls in, then gather statistics as autovacuum would."""
    connection = await asyncpg.connect(url)
    try:
        await connection.copy_records_to_table("llm_call", records=calls, columns=list(_COLUMNS))
    finally:
        await connection.close()


async def sum_up(database: Database, offices: list[Office]) -> None:
    """Make every company's hourly sums."""
    for office in offices:
        async with database.write() as session:
            await rollups.rebuild(
                session, office.company.id, NOW - timedelta(days=DAYS + 1), NOW + timedelta(days=1)
            )


async def settle_down(database: Database) -> None:
    """What a database in use has had done: statistics, and on PostgreSQL a vacuum."""
    async with database.engine.connect() as connection:
        free = await connection.execution_options(isolation_level="AUTOCOMMIT")
        statement = "ANALYZE" if database.is_sqlite else "VACUUM ANALYZE"
        await free.exec_driver_sql(statement)
