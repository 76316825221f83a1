"""Builds interview records for the drafter's tests."""

from datetime import date

from feedback_app.feedback.assessment import Assessment, CompetencyAssessment, Recommendation


def rated(
    name: str, rating: int | None, reason: str = "", description: str = ""
) -> CompetencyAssessment:
    """A competency whose id is its name in lower case."""
    return CompetencyAssessment(name, description, rating, reason, name.casefold())


def interview(
    notes: str = "",
    *competencies: CompetencyAssessment,
    recommendation: Recommendation | None = None,
    candidate: str = "Maya Okafor",
    placements: dict[str, str] | None = None,
    answers: dict[str, str] | None = None,
) -> Assessment:
    return Assessment(
        candidate=candidate,
        job="Backend Engineer",
        department="Engineering",
        kind="Technical interview",
        held_on=date(2025, 3, 4),
        interviewer="Jonas Weber",
        competencies=competencies,
        notes=notes,
        recommendation=recommendation,
        placements=placements or {},
        answers=answers or {},
    )
