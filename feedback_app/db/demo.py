"""Fills an empty database with the demo: `python -m feedback_app.db.demo`, and `make run`."""

import asyncio
import secrets
from datetime import datetime, timedelta
from typing import Any

from passlib.context import CryptContext
from sqlalchemy.exc import IntegrityError
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.core import clock
from feedback_app.core.settings import get_settings
from feedback_app.db import rollups
from feedback_app.db.demo_data.companies import COMPANIES
from feedback_app.db.demo_data.shapes import DemoCard, DemoCompany, DemoInterview, DemoJob
from feedback_app.db.demo_history import History, log_of
from feedback_app.db.models import (
    Candidate,
    Company,
    Competency,
    CompetencyRating,
    Department,
    Draft,
    Interview,
    Job,
    Scorecard,
    User,
)
from feedback_app.db.session import Database

_passwords = CryptContext(schemes=["argon2"])


async def load_demo(database: Database) -> bool:
    """Store the demo data, dated from now, unless a company exists; return whether it was stored.

    Everything or nothing is stored, even when two processes try at once.
    """
    async with database.read() as session:
        if await _is_taken(session):
            return False
    hashes = await asyncio.to_thread(_hash_passwords)
    try:
        async with database.write() as session:
            if await _is_taken(session):
                return False
            for company in COMPANIES:
                await _Loader(session, company, hashes).load()
    except IntegrityError:
        return False
    return True


async def _is_taken(session: AsyncSession) -> bool:
    return (await session.exec(select(Company.id).limit(1))).first() is not None


def _hash_passwords() -> dict[str, str]:
    """A hash for each person by email; of a random password for those who cannot sign in."""
    return {
        person.email: _passwords.hash(person.password or secrets.token_urlsafe())
        for company in COMPANIES
        for person in company.people
    }


class _Loader:
    """Stores one company within one transaction."""

    def __init__(self, session: AsyncSession, company: DemoCompany, hashes: dict[str, str]) -> None:
        self._session = session
        self._company = company
        self._hashes = hashes
        self._now = clock.now().replace(microsecond=0)
        self._since = self._now - timedelta(weeks=26)
        self._history = History(company.name, self._now)
        self._users: dict[str, str] = {}
        self._departments: dict[str, str] = {}
        self._jobs: dict[str, tuple[str, list[str]]] = {}

    async def load(self) -> None:
        row = Company(name=self._company.name, created_at=self._since, is_demo=True)
        self._company_id = row.id
        await self._store(row)
        await self._load_people()
        for interview in self._company.interviews:
            await self._load_interview(interview)
        calls = list(
            self._history.weeks_of(
                self._company,
                self._company_id,
                [*self._users.values()],
                [*self._departments.values()],
            )
        )
        await self._store(*calls)
        await rollups.add_calls(self._session, calls)
        await self._store(*(log_of(call) for call in calls))

    async def _store(self, *rows: Any) -> None:
        """Insert rows that do not refer to each other."""
        self._session.add_all(rows)
        await self._session.flush()

    async def _load_people(self) -> None:
        people = [
            User(
                company_id=self._company_id,
                email=person.email,
                name=person.name,
                role=person.role,
                password_hash=self._hashes[person.email],
                created_at=self._since,
            )
            for person in self._company.people
        ]
        await self._store(*people)
        self._users = {person.email: person.id for person in people}

    async def _load_job(self, job: DemoJob) -> tuple[str, list[str]]:
        """The job's id and its competencies' ids in order, stored on first use."""
        if job.department not in self._departments:
            department = Department(company_id=self._company_id, name=job.department)
            await self._store(department)
            self._departments[job.department] = department.id
        if job.title not in self._jobs:
            row = Job(
                company_id=self._company_id,
                department_id=self._departments[job.department],
                title=job.title,
                summary=job.summary,
                description=job.description,
            )
            await self._store(row)
            asked = [
                Competency(job_id=row.id, name=name, description=description, position=position)
                for position, (name, description) in enumerate(job.competencies)
            ]
            await self._store(*asked)
            self._jobs[job.title] = (row.id, [competency.id for competency in asked])
        return self._jobs[job.title]

    async def _load_interview(self, interview: DemoInterview) -> None:
        job_id, competency_ids = await self._load_job(interview.job)
        candidate = Candidate(
            company_id=self._company_id,
            name=interview.candidate.name,
            email=interview.candidate.email,
            headline=interview.candidate.headline,
            cv_text=interview.candidate.cv,
        )
        await self._store(candidate)
        held_at = _held_at(interview, self._now)
        row = Interview(
            company_id=self._company_id,
            job_id=job_id,
            candidate_id=candidate.id,
            kind=interview.kind,
            held_at=held_at,
            duration_min=interview.duration_min,
        )
        await self._store(row)
        over_at = held_at + timedelta(minutes=interview.duration_min)
        for card in interview.cards:
            department_id = self._departments[interview.job.department]
            await self._load_card(card, row.id, department_id, competency_ids, over_at)

    async def _load_card(
        self,
        card: DemoCard,
        interview_id: str,
        department_id: str,
        competency_ids: list[str],
        over_at: datetime,
    ) -> None:
        scorecard = Scorecard(
            interview_id=interview_id,
            user_id=self._users[card.email],
            notes=card.notes,
            notes_saved_at=over_at if card.notes else None,
            recommendation=card.recommendation,
        )
        if card.feedback:
            saved_at = over_at + timedelta(minutes=20)
            scorecard.feedback = card.feedback
            scorecard.feedback_saved_at = saved_at
            scorecard.feedback_call_id = await self._load_drafts(
                scorecard, department_id, over_at + timedelta(minutes=12)
            )
            scorecard.submitted_at = saved_at + timedelta(minutes=3) if card.submitted else None
        await self._store(scorecard)
        await self._store(
            *(
                CompetencyRating(
                    scorecard_id=scorecard.id,
                    competency_id=competency_id,
                    rating=rating,
                    reason=reason,
                )
                for competency_id, (rating, reason) in zip(
                    competency_ids, card.ratings, strict=False
                )
                if rating is not None or reason
            )
        )

    async def _load_drafts(self, scorecard: Scorecard, department_id: str, at: datetime) -> str:
        """Store a draft stopped early and discarded, then the one that was kept; return its id."""
        whose = {
            "company_id": self._company_id,
            "user_id": scorecard.user_id,
            "interview_id": scorecard.interview_id,
            "department_id": department_id,
        }
        stopped_text = scorecard.feedback[:160].rpartition(" ")[0]
        stopped_at = at - timedelta(minutes=2)
        stopped = self._history.stopped_call(**whose, text=stopped_text, at=stopped_at)
        kept = self._history.draft_call(**whose, text=scorecard.feedback, at=at)
        await self._store(stopped, kept)
        await rollups.add_calls(self._session, [stopped, kept])
        await self._store(
            log_of(stopped),
            log_of(kept),
            Draft(
                llm_call_id=stopped.id,
                user_id=scorecard.user_id,
                text=stopped_text,
                notes=scorecard.notes,
                created_at=stopped_at,
                discarded_at=at - timedelta(minutes=1),
            ),
            Draft(
                llm_call_id=kept.id,
                user_id=scorecard.user_id,
                text=scorecard.feedback,
                notes=scorecard.notes,
                created_at=at,
            ),
        )
        return kept.id


def _held_at(interview: DemoInterview, now: datetime) -> datetime:
    """When the interview is held: on a working day, or two hours ago."""
    if interview.days_ago == 0:
        return (now - timedelta(hours=2)).replace(minute=0, second=0)
    day = now.replace(hour=interview.hour, minute=0, second=0)
    left, step = abs(interview.days_ago), timedelta(days=-1 if interview.days_ago > 0 else 1)
    while left:
        day += step
        left -= day.weekday() < 5
    return day


async def _main() -> None:
    database = Database(get_settings().DATABASE_URL)
    try:
        await load_demo(database)
    finally:
        await database.aclose()


if __name__ == "__main__":
    asyncio.run(_main())
