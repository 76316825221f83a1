"""Note sets as interviewers write them, each with the draft it gives.

`sets/` holds the notes, `expected/` the drafts. `python -m tests.drafts` writes the drafts again;
read what changed before you keep it, and score it in SCORES.md.
"""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from feedback_app.feedback.assessment import Assessment, CompetencyAssessment, Recommendation

HERE = Path(__file__).parent
SETS, EXPECTED = HERE / "sets", HERE / "expected"


@dataclass(frozen=True)
class Case:
    """One set of notes."""

    name: str
    assessment: Assessment

    @property
    def expected_file(self) -> Path:
        return EXPECTED / f"{self.name}.md"


def cases(folder: Path = SETS) -> list[Case]:
    """All note sets in order; a rating of 0 stands for none."""
    return [Case(file.stem, _assessment(file)) for file in sorted(folder.glob("*.toml"))]


def _assessment(file: Path) -> Assessment:
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    chosen = data.get("recommendation")
    return Assessment(
        candidate=data["candidate"],
        job="Some job",
        department="Some department",
        kind="Interview",
        held_on=date(2026, 3, 4),
        interviewer=data["interviewer"],
        competencies=tuple(
            CompetencyAssessment(name, "", rating or None, reason, f"c{index}")
            for index, (name, rating, reason) in enumerate(data["competency"])
        ),
        notes=data["notes"],
        recommendation=Recommendation(chosen) if chosen else None,
    )
