"""One option of a list to choose from, of a filter or a form."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """A value and its label."""

    value: str
    label: str
