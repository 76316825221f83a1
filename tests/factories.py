"""Makes rows for tests: sensible defaults, each to be overridden, everything else made along.

Every function takes the open database first and returns the rows as they were stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import count
from typing import Any

from passlib.context import CryptContext

from feedback_app.core import clock
from feedback_app.db import rollups
from feedback_app.db.demo_history import log_of
from feedback_app.db.models import (
    FEEDBACK,
    INTERVIEW,
    CallStatus,
    Candidate,
    Company,
    Competency,
    CompetencyRating,
    Department,
    Draft,
    Interview,
    Job,
    LlmCall,
    PriceOverride,
    Role,
    Scorecard,
    User,
)
from feedback_app.db.session import Database
from feedback_app.llm.owner import Owner, Subject

PASSWORD = "correct horse battery"
"""The password of every user made here."""
DRAFT_TEXT = "## Summary\n\nA settled draft."
"""The draft of a call made here, where the test names no other."""

NOTES = (
    "Drew the ledger as two append-only tables before I asked.\n"
    'Said: "I would rather reject a payment than guess its currency."\n'
    "Got lost in the retry question; needed two hints to see the duplicate charge."
)

_numbers = count(1)


@lru_cache(maxsize=1)
def password_hash() -> str:
    """The stored form of `PASSWORD`, hashed once per run."""
    return CryptContext(schemes=["argon2"]).hash(PASSWORD)


async def store(database: Database, *rows: Any) -> None:
    """Insert rows in the given order."""
    async with database.write() as session:
        for row in rows:
            session.add(row)
            await session.flush()


async def make_company(database: Database, **values: Any) -> Company:
    company = Company(**{"name": f"Company {next(_numbers)}", **values})
    await store(database, company)
    return company


async def make_user(database: Database, company: Company | None = None, **values: Any) -> User:
    """An active interviewer, of a company of their own unless one is given."""
    company = company or await make_company(database)
    number = next(_numbers)
    defaults = {
        "company_id": company.id,
        "email": f"person{number}@example.test",
        "name": f"Person {number}",
        "role": Role.INTERVIEWER,
        "password_hash": password_hash(),
    }
    user = User(**defaults | values)
    await store(database, user)
    return user


async def make_admin(database: Database, company: Company | None = None, **values: Any) -> User:
    return await make_user(database, company, **{"role": Role.ADMIN, **values})


@dataclass(frozen=True, slots=True)
class MadeJob:
    """A job with its department and its competencies in order."""

    job: Job
    department: Department
    competencies: tuple[Competency, ...]


async def make_job(
    database: Database,
    company_id: str,
    *,
    competencies: tuple[str, ...] = ("System design", "Collaboration", "Code quality"),
    department: str = "Engineering",
    **values: Any,
) -> MadeJob:
    unit = Department(company_id=company_id, name=department)
    job = Job(
        **{
            "company_id": company_id,
            "department_id": unit.id,
            "title": "Backend engineer",
            "summary": "Builds the services behind payments.",
            **values,
        }
    )
    asked = tuple(
        Competency(job_id=job.id, name=name, description=f"How well: {name}.", position=position)
        for position, name in enumerate(competencies)
    )
    await store(database, unit, job, *asked)
    return MadeJob(job, unit, asked)


async def make_candidate(database: Database, company_id: str, **values: Any) -> Candidate:
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "company_id": company_id,
        "name": f"Candidate {number}",
        "email": f"candidate{number}@example.test",
        "headline": "Backend engineer, six years",
        "cv_text": "Backend engineer. Built a ledger service for a bank.",
    }
    candidate = Candidate(**defaults | values)
    await store(database, candidate)
    return candidate


@dataclass(frozen=True, slots=True)
class MadeInterview:
    """An interview with everything around it; `scorecard` is the interviewer's."""

    interview: Interview
    interviewer: User
    candidate: Candidate
    job: Job
    department: Department
    competencies: tuple[Competency, ...]
    scorecard: Scorecard
    ratings: tuple[CompetencyRating, ...]

    @property
    def id(self) -> str:
        return self.interview.id


async def make_interview(
    database: Database,
    interviewer: User | None = None,
    *,
    notes: str = NOTES,
    recommendation: str | None = "yes",
    ratings: Mapping[str, int | None] | None = None,
    reasons: dict[str, str] | None = None,
    job: MadeJob | None = None,
    candidate: Candidate | None = None,
    scorecard: dict[str, Any] | None = None,
    **values: Any,
) -> MadeInterview:
    """An interview held yesterday that `interviewer` took part in.

    `ratings` and `reasons` are by competency name; by default the first is rated 3 and the second
    2, the rest not. `scorecard` overrides columns of the scorecard, `values` of the interview.
    """
    interviewer = interviewer or await make_user(database)
    company_id = interviewer.company_id
    job = job or await make_job(database, company_id)
    candidate = candidate or await make_candidate(database, company_id)
    interview = Interview(
        **{
            "company_id": company_id,
            "job_id": job.job.id,
            "candidate_id": candidate.id,
            "kind": "Technical interview",
            "held_at": clock.now() - timedelta(days=1),
            **values,
        }
    )
    card = Scorecard(
        **{
            "interview_id": interview.id,
            "user_id": interviewer.id,
            "notes": notes,
            "notes_saved_at": clock.now() if notes else None,
            "recommendation": recommendation,
            **(scorecard or {}),
        }
    )
    names = [c.name for c in job.competencies]
    chosen = dict(zip(names, (3, 2), strict=False)) if ratings is None else ratings
    rated = tuple(
        CompetencyRating(
            scorecard_id=card.id,
            competency_id=c.id,
            rating=chosen.get(c.name),
            reason=(reasons or {}).get(c.name, ""),
        )
        for c in job.competencies
        if c.name in chosen or c.name in (reasons or {})
    )
    await store(database, interview, card, *rated)
    return MadeInterview(
        interview, interviewer, candidate, job.job, job.department, job.competencies, card, rated
    )


async def add_interviewer(
    database: Database, made: MadeInterview, user: User, **values: Any
) -> Scorecard:
    """Let another person take part; their scorecard is empty."""
    card = Scorecard(**{"interview_id": made.id, "user_id": user.id, **values})
    await store(database, card)
    return card


def call_owner(
    company_id: str, user_id: str, interview_id: str, operation: str = FEEDBACK
) -> Owner:
    """The owner of a person's call about an interview."""
    return Owner(company_id, user_id, operation, Subject(INTERVIEW, interview_id))


async def make_call(
    database: Database,
    made: MadeInterview,
    *,
    text: str = DRAFT_TEXT,
    started_at: datetime | None = None,
    draft: dict[str, Any] | None = None,
    **values: Any,
) -> LlmCall:
    """A call of the interview's interviewer, complete by default, with its draft and log row.

    `draft` overrides columns of the draft.
    """
    started_at = started_at or clock.now() - timedelta(minutes=5)
    running = values.get("status") == CallStatus.RUNNING
    finished_at = None if running else started_at + timedelta(seconds=4)
    call = LlmCall(
        **{
            "operation": "feedback",
            "company_id": made.interviewer.company_id,
            "user_id": made.interviewer.id,
            "subject_kind": INTERVIEW,
            "subject_id": made.id,
            "department_id": made.department.id,
            "template_id": "standard",
            "prompt_version": "feedback-1",
            "requested_model": "gpt-4o-mini",
            "resolved_model": "gpt-4o-mini-2024-07-18",
            "provider": "openai",
            "status": CallStatus.COMPLETE,
            "finish_reason": None if running else "stop",
            "prompt_tokens": 800,
            "completion_tokens": 0 if running else 300,
            "cost_microusd": None if running else 300,
            "reserved_microusd": 840,
            "price_source": "genai-prices:openai/gpt-4o-mini",
            "latency_ms": None if running else 4000,
            "ttft_ms": None if running else 400,
            "stream_ms": None if running else 3600,
            "chunk_count": 75,
            "started_at": started_at,
            "finished_at": finished_at,
            "heartbeat_at": finished_at or clock.now(),
            **values,
        }
    )
    if call.subject_id and not call.run_key:
        owner = call_owner(call.company_id, call.user_id, call.subject_id, call.operation)
        call.run_key = owner.run_key
    call.run_key = call.run_key or call.id
    kept = Draft(
        llm_call_id=call.id,
        user_id=made.interviewer.id,
        text=text,
        created_at=started_at,
        **(draft or {}),
    )
    await store_call(database, call, kept)
    return call


def override(set_by: User, model: str, starts_at: datetime, *per_mtok: int) -> PriceOverride:
    """A company's own price: micro-dollars per 1M tokens of input, cached input and output.

    A fourth is that of cache writes, which else cost what input does.
    """
    paid_in, cached, paid_out, *rest = per_mtok
    return PriceOverride(
        company_id=set_by.company_id,
        model=model,
        starts_at=starts_at,
        input_microusd_per_mtok=paid_in,
        cached_microusd_per_mtok=cached,
        output_microusd_per_mtok=paid_out,
        cache_write_microusd_per_mtok=rest[0] if rest else paid_in,
        set_by=set_by.id,
    )


async def store_call(database: Database, call: LlmCall, *others: Any) -> None:
    """Insert a call and what belongs to it, with all that settlement leaves if it is finished."""
    finished = call.status != CallStatus.RUNNING
    await store(database, call, *others, *([log_of(call)] if finished else []))
    if finished:
        async with database.write() as session:
            await rollups.add_calls(session, [call])
