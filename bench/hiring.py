"""The lists of hiring in a company with 10,000 interviews, 2,000 candidates and 500 jobs."""

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from sqlalchemy import insert
from sqlmodel import SQLModel

from bench import machine
from bench.ledger_store import settle_down
from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.db.models import (
    Candidate,
    Company,
    Competency,
    Department,
    Interview,
    Job,
    Role,
    Scorecard,
    User,
)
from feedback_app.db.session import Database, set_database
from feedback_app.hiring.interviews import service as interviews
from feedback_app.hiring.lists import service
from feedback_app.hiring.lists.queries import LISTINGS, PAGE_LENGTH
from feedback_app.hiring.lists.schemas import Kind
from tests.databases import Databases, Postgres, temporary_home

MAX_P95_MS = 100.0
PEOPLE, DEPARTMENTS, COMPETENCIES = 40, 12, 5
_SEARCHES: dict[Kind, tuple[str, ...]] = {
    "jobs": ("engineer 17", "research"),
    "candidates": ("candidate 1717", "years"),
    "interviews": ("candidate 1717", "technical", "person 7", "no such words"),
    "departments": ("depart",),
}
_LEFT_OUT = (
    "the network and the browser: functions are called in this process",
    "other users: one request at a time",
    "what is written on the scorecards, which no list reads",
)


@dataclass(frozen=True, slots=True)
class Timed:
    """One request, many times over."""

    name: str
    p50_ms: float
    p95_ms: float


def add_options(options: argparse._ArgumentGroup) -> None:
    options.add_argument("--interviews", type=int, default=10_000, help="of the company measured")
    options.add_argument("--list-requests", type=int, default=40, help="of each kind, at least 30")
    options.add_argument("--list-database", choices=["sqlite", "postgresql"], help="only this one")


def run(options: argparse.Namespace) -> list[str]:
    """Print a table for each database; the goals that were missed."""
    missed: list[str] = []
    number = options.interviews
    print(f"A company with {number:,} interviews, and another half as large. {machine.facts()}")
    chosen = [options.list_database] if options.list_database else ["sqlite", "postgresql"]
    for kind in chosen:
        with temporary_home("bench") as home:
            requests = max(30, options.list_requests)
            missed += asyncio.run(_measure(kind, home, number, requests))
    print("Left out:")
    for sentence in _LEFT_OUT:
        print(f"  {sentence}")
    return missed


async def _measure(kind: str, home: Path, number: int, runs: int) -> list[str]:
    server = Postgres(home)
    if kind == "postgresql":
        server.start()
    try:
        with Databases(home, lambda: server).fresh(kind) as url:
            return await _measure_at(kind, url, number, runs)
    finally:
        server.stop()


async def _measure_at(kind: str, url: str, number: int, runs: int) -> list[str]:
    database = Database(url)
    set_database(database)
    try:
        admin = await _fill(database, number)
        await _fill(database, number // 2)
        await settle_down(database)
        timed = [await _timed(name, ask, runs) for name, ask in _requests(admin, number)]
    finally:
        set_database(None)
        await database.aclose()
    width = max(len(request.name) for request in timed)
    print(f"\n{kind}\n  {'milliseconds':<{width}}  {'p50':>7}  {'p95':>7}")
    for each in timed:
        print(f"  {each.name:<{width}}  {each.p50_ms:>7.1f}  {each.p95_ms:>7.1f}")
    return [
        f"{kind}: {each.name} took {each.p95_ms:.0f} ms (p95); {MAX_P95_MS:.0f} are allowed."
        for each in timed
        if each.p95_ms > MAX_P95_MS
    ]


Request = tuple[str, Callable[[], Awaitable[Any]]]


def _requests(user: CurrentUser, number: int) -> list[Request]:
    """Every list: its first and last page, every order both ways, searches with and without."""

    def view(kind: Kind, **query: str) -> Callable[[], Awaitable[Any]]:
        return lambda: service.view(user, kind, query)

    found: list[Request] = []
    for kind, listing in LISTINGS.items():
        found.append((f"{kind}, first page", view(kind)))
        found.extend(
            (f"{kind}, by {sort}", view(kind, sort=sort))
            for order in listing.orders
            for sort in (order, f"-{order}")
        )
        found.extend((f"{kind}, “{words}”", view(kind, q=words)) for words in _SEARCHES[kind])
        last = max(listing.orders)
        found.append((f"{kind}, “e” by {last}", view(kind, q="e", sort=last)))
    last_page = str(number // PAGE_LENGTH)
    return [
        *found,
        ("interviews, last page", view("interviews", page=last_page)),
        ("form of a new interview", lambda: interviews.interview(user, routes.NEW)),
        ("candidates found for it", lambda: interviews.found(user, "candidate 17", "")),
    ]


async def _timed(name: str, ask: Callable[[], Awaitable[Any]], runs: int) -> Timed:
    await ask()
    took = []
    for _ in range(runs):
        started = time.perf_counter()
        await ask()
        took.append((time.perf_counter() - started) * 1000)
    return Timed(name, median(took), quantiles(took, n=20)[-1])


async def _fill(database: Database, number: int) -> CurrentUser:
    """Store a company with so many interviews, two interviewers each; its administrator."""
    company = Company(name=f"A company of {number}")
    people = [
        User(
            company_id=company.id,
            email=f"person{each}@{number}.test",
            name=f"Person {each}",
            role=Role.INTERVIEWER if each else Role.ADMIN,
            password_hash="",
        )
        for each in range(PEOPLE)
    ]
    departments = [
        Department(company_id=company.id, name=f"Department {each}") for each in range(DEPARTMENTS)
    ]
    jobs = [
        Job(
            company_id=company.id,
            department_id=departments[each % DEPARTMENTS].id,
            title=f"{('Backend engineer', 'Designer', 'Researcher')[each % 3]} {each}",
        )
        for each in range(number // 20)
    ]
    asked = [
        Competency(job_id=job.id, name=f"Competency {each}", position=each)
        for job in jobs
        for each in range(COMPETENCIES)
    ]
    candidates = [
        Candidate(
            company_id=company.id,
            name=f"Candidate {each * 7919 % number}",
            email=f"candidate{each}@example.test",
            headline=f"Engineer, {each % 20} years",
            cv_text="Built things that worked. " * 200,
        )
        for each in range(number // 5)
    ]
    held = [
        Interview(
            company_id=company.id,
            job_id=jobs[each * 31 % len(jobs)].id,
            candidate_id=candidates[each * 17 % len(candidates)].id,
            kind=("Technical interview", "Screening", "Case interview")[each % 3],
            held_at=clock.now() - timedelta(hours=each),
        )
        for each in range(number)
    ]
    cards = [
        Scorecard(interview_id=interview.id, user_id=people[(each + place * 7) % PEOPLE].id)
        for each, interview in enumerate(held)
        for place in range(2)
    ]
    tables: tuple[tuple[type[SQLModel], list[Any]], ...] = (
        (Company, [company]),
        (User, people),
        (Department, departments),
        (Job, jobs),
        (Competency, asked),
        (Candidate, candidates),
        (Interview, held),
        (Scorecard, cards),
    )
    async with database.write() as session:
        connection = await session.connection()
        for model, rows in tables:
            await connection.execute(insert(model), [row.model_dump() for row in rows])
    admin = people[0]
    return CurrentUser(admin.id, admin.company_id, admin.name, admin.email, admin.role)
