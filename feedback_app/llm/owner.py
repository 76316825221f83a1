"""The subject and the owner of a generation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of a generation: a row of some feature, named by its kind and its id."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Owner:
    """Who generates what about which subject; at most one call runs for each `run_key`."""

    company_id: str
    user_id: str
    operation: str
    subject: Subject
    is_shared: bool = False
    """Whether everybody of the company who may see the subject shares one call."""

    @property
    def run_key(self) -> str:
        """The same for everyone who would join the same call, and for nobody else."""
        whose = "" if self.is_shared else self.user_id
        subject = self.subject
        return f"{self.company_id}/{self.operation}/{subject.kind}/{subject.id}/{whose}"
