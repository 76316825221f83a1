"""What one interviewer recorded about one interview: the only facts a draft may use."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from hashlib import blake2s

from feedback_app.hiring.scale import RATING_LABELS as RATING_LABELS


class Recommendation(StrEnum):
    """The interviewer's own overall verdict; there is no neutral step."""

    STRONG_NO = "strong_no"
    NO = "no"
    YES = "yes"
    STRONG_YES = "strong_yes"


RECOMMENDATION_LABELS: dict[Recommendation, str] = {
    Recommendation.STRONG_NO: "Strong no",
    Recommendation.NO: "No",
    Recommendation.YES: "Yes",
    Recommendation.STRONG_YES: "Strong yes",
}


@dataclass(frozen=True, slots=True)
class CompetencyAssessment:
    """One competency of the job as the interviewer assessed it."""

    name: str
    description: str
    rating: int | None
    """1 to 4 (`RATING_LABELS`), or `None` if not rated."""
    reason: str
    """The interviewer's reason for the rating; may be empty."""
    id: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """One interviewer's record of one interview."""

    candidate: str
    job: str
    department: str
    kind: str
    """The kind of interview, such as "Technical interview"."""
    held_on: date
    interviewer: str
    competencies: tuple[CompetencyAssessment, ...]
    notes: str
    recommendation: Recommendation | None
    verdict: str = ""
    """The recommendation as a sentence in the language of the notes, such as "Strong yes."; empty
    without one."""
    placements: Mapping[str, str] = field(default_factory=dict)
    """Keys of note lines with the id of the competency the writer put each under; "" leaves the
    line out."""
    answers: Mapping[str, str] = field(default_factory=dict)
    """Keys of contradictions with the code of the writer's answer."""
    department_id: str | None = None

    @property
    def judgements(self) -> str:
        """A short hash of everything recorded besides the notes, to show whether it has changed."""
        said = [
            self.recommendation,
            [(c.name, c.rating, c.reason) for c in self.competencies],
            sorted(self.answers.items()),
        ]
        return blake2s(repr(said).encode("utf-8", "replace"), digest_size=8).hexdigest()

    @property
    def has_evidence(self) -> bool:
        """Whether there is anything to assess: a note, a rating or a reason."""
        return bool(self.notes.strip()) or any(
            c.rating is not None or c.reason.strip() for c in self.competencies
        )
