"""The types that demo data is made of."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoJob:
    """A job; `competencies` are names with descriptions, in order."""

    department: str
    title: str
    summary: str
    competencies: tuple[tuple[str, str], ...]
    description: str = ""


@dataclass(frozen=True, slots=True)
class DemoCandidate:
    name: str
    headline: str
    cv: str

    @property
    def email(self) -> str:
        """An address nobody can have."""
        plain = unicodedata.normalize("NFKD", self.name).encode("ascii", "ignore").decode()
        first, *_, last = plain.lower().replace("-", " ").split()
        return f"{first}.{last}@candidates.test"


@dataclass(frozen=True, slots=True)
class DemoCard:
    """One person's part in an interview."""

    email: str
    notes: str = ""
    ratings: tuple[tuple[int | None, str], ...] = ()
    """A rating and its reason for each competency of the job, in order; may be shorter."""
    recommendation: str | None = None
    feedback: str = ""
    submitted: bool = False


@dataclass(frozen=True, slots=True)
class DemoInterview:
    """An interview held `days_ago` working days ago at `hour` o'clock UTC.

    0 is two hours ago, a negative number of days is still to come.
    """

    job: DemoJob
    candidate: DemoCandidate
    kind: str
    days_ago: int
    hour: int
    duration_min: int
    cards: tuple[DemoCard, ...]


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody of a company; without a `password` nobody can sign in as them."""

    email: str
    name: str
    role: str = "interviewer"
    password: str | None = None


@dataclass(frozen=True, slots=True)
class DemoCompany:
    name: str
    people: tuple[DemoPerson, ...]
    interviews: tuple[DemoInterview, ...]
    calls_per_day: float
    """About how many LLM calls its people made on a working day of the past weeks."""
