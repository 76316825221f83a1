"""What headings and labels in notes mean for the lines below them."""

from dataclasses import dataclass

from feedback_app.feedback.drafter.knowledge import any_label
from feedback_app.feedback.drafter.layout.labels import LONGEST_LABEL, Labels


@dataclass(slots=True)
class Heading:
    """The heading over the lines that follow."""

    competency: int | None = None
    held: int | None = None
    context: str = ""
    lean: int = 0
    lasting: bool = False
    cv: bool = False
    asked: bool = False
    """Whether the candidate's own questions follow."""
    closing: bool = False
    task: bool = False
    paragraph: int = 0


def heading_of(plain: str, labels: Labels) -> Heading | None:
    """What a label means for the lines below it; `None` if it is not a known one."""
    if not plain or len(plain) > LONGEST_LABEL:
        return None
    if plain in any_label("pros"):
        return Heading(lean=1)
    if plain in any_label("cons"):
        return Heading(lean=-1)
    if (competency := labels.competency(plain)) is not None:
        return Heading(competency=competency)
    if plain in any_label("cv"):
        return Heading(cv=True, lasting=True)
    base = plain.rstrip("0123456789 ")
    if base in any_label("question_labels"):
        return Heading(asked=True)
    if base in any_label("task_labels"):
        return Heading(task=True)
    if base in any_label("closing_labels"):
        return Heading(closing=True)
    return Heading() if base in any_label("other_labels") else None
