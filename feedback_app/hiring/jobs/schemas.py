"""What the form of a job shows: values for the page, no rows.

A competency's fields are among the form's values as `name-<id>`, `about-<id>` and `step1-<id>` to
`step4-<id>`; `order` has the ids of all competencies, with spaces between them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from feedback_app.hiring.schemas import Record, Values
from feedback_app.ui.choice import Choice

STEPS = 4
"""The steps of the scale that a competency is rated on."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A competency as it was typed, or as it is stored."""

    id: str
    name: str
    about: str
    steps: Sequence[str]

    def values(self) -> Values:
        """Its fields in the form."""
        steps = {f"step{step}-{self.id}": text for step, text in enumerate(self.steps, start=1)}
        return {f"name-{self.id}": self.name, f"about-{self.id}": self.about, **steps}


@dataclass(frozen=True, slots=True)
class CompetencyRow:
    """A competency's place in the form."""

    id: str
    name: str = ""
    """As it was when the form was loaded; empty for a new one."""
    has_steps: bool = False
    """Whether it said what the steps look like then."""
    removed: bool = False
    """Whether it is left out when the form is saved."""
    note: str = ""
    """Why it cannot be removed."""


@dataclass(frozen=True, slots=True)
class JobForm:
    """One job, and what its form offers to choose from."""

    record: Record
    departments: list[str] = field(default_factory=list)
    others: list[Choice] = field(default_factory=list)
    """The jobs that competencies can be copied from."""
