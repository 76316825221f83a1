"""The content of a job description, as an operation's typed result."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict

from feedback_app.core.text import storable

MOST_COMPETENCIES = 12
MOST_MUST_HAVES = 20
MOST_TITLE_CHARACTERS = 120
MOST_LINE_CHARACTERS = 240

Level = Literal["", "intern", "junior", "mid", "senior", "lead", "principal", "executive"]
LEVELS: dict[str, str] = {
    "": "Not stated",
    "intern": "Intern",
    "junior": "Junior",
    "mid": "Mid-level",
    "senior": "Senior",
    "lead": "Lead or staff",
    "principal": "Principal",
    "executive": "Head or executive",
}
"""The label of each level."""


def on_a_line(text: str, most: int = MOST_LINE_CHARACTERS) -> str:
    """The text on one line, cut to what is kept."""
    return " ".join(storable(text[: 4 * most]).split())[:most].rstrip()


def _as_title(text: str) -> str:
    return on_a_line(text, MOST_TITLE_CHARACTERS)


Line = Annotated[str, AfterValidator(on_a_line)]


class CompetencyMetadata(BaseModel):
    """Something an interviewer can rate, and what good looks like."""

    model_config = ConfigDict(extra="ignore")

    name: Line
    description: Line


def _first_competencies(found: list[CompetencyMetadata]) -> list[CompetencyMetadata]:
    return [each for each in found if each.name][:MOST_COMPETENCIES]


def _first_lines(found: list[str]) -> list[str]:
    return [line for line in found if line][:MOST_MUST_HAVES]


class JobMetadata(BaseModel):
    """What a job asks for. What is beyond a limit is left out, not an error."""

    model_config = ConfigDict(extra="ignore")

    title: Annotated[str, AfterValidator(_as_title)]
    level: Level
    competencies: Annotated[list[CompetencyMetadata], AfterValidator(_first_competencies)]
    must_haves: Annotated[list[Line], AfterValidator(_first_lines)]
