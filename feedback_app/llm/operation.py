"""The operations that can be generated. Features declare them; the core runs any of them.

A feature makes an `Operation` next to its service, and a `Run` of it for each start: who asks about
what, and how the call's facts are loaded.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.llm.client.completion import Message, Rewriter, Unchanged
from feedback_app.llm.events import STAGE_MESSAGES, CompleteEvent, Event, Stage, as_dict
from feedback_app.llm.owner import Owner, Subject

if TYPE_CHECKING:
    from feedback_app.llm.audit.finding import Finding

Check = Callable[[AsyncSession, str | None], Awaitable[list["Finding"]]]
"""A check of the audit, for one company or for all."""


@dataclass(frozen=True, slots=True)
class Brief:
    """The facts of one call, as its operation made them for the model."""

    messages: tuple[Message, ...]
    facts: Any
    """The input of an offline writer."""
    notes: str = ""
    """The lines that an answer may cite by their numbers; kept with the draft."""
    judgements: str = ""
    """A short hash of what else the messages were made from; kept with the draft."""
    rewriter: Callable[[], Rewriter] = Unchanged
    """Creates the rewriter that changes this call's answer while it streams."""
    department_id: str | None = None
    """The department that this usage is counted for."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be generated. `name` is the name in the ledger."""

    name: str
    subject_kind: str
    prompt_version: str
    noun: str
    """The word people use for one result, such as "draft"."""
    target_tokens: int
    """The usual length of an answer; the reference for progress until there are answers."""
    offline: Callable[[Any], str] | None
    """Writes the whole answer from `Brief.facts` while no model is configured; may be slow, as it
    runs in a thread."""
    stages: Mapping[Stage, str] = field(default_factory=dict)
    """The words for a stage, if they are not those of `STAGE_MESSAGES`."""
    max_output_tokens: int | None = None
    """`None` means `LLM_MAX_OUTPUT_TOKENS`."""
    template_id: str = "standard"
    is_shared: bool = False
    """Whether one call runs per subject instead of one per person."""
    answer_field: str = "answer"
    """The API's name for the answer in the last event of a complete call."""
    result: type[BaseModel] | None = None
    """The type that the answer is requested as, in JSON; `None` means Markdown."""
    checks: tuple[Check, ...] = ()
    """Additional checks of the ledger's audit, of the results made from the drafts."""

    def owner(self, company_id: str, user_id: str, subject_id: str) -> Owner:
        """The owner of a call of this operation that a person would start about that subject."""
        subject = Subject(self.subject_kind, subject_id)
        return Owner(company_id, user_id, self.name, subject, self.is_shared)

    def message(self, stage: Stage) -> str:
        """The words for a call in that stage."""
        return self.stages.get(stage) or STAGE_MESSAGES[stage]

    def as_dict(self, event: Event) -> dict[str, Any]:
        """An event of this operation as the API sends it; a typed answer is sent as its result."""
        body = as_dict(event, self.answer_field)
        if self.result is not None and isinstance(event, CompleteEvent):
            result = self.result.model_validate_json(event.text)
            body[self.answer_field] = result.model_dump(mode="json")
        return body


@dataclass(frozen=True, slots=True)
class Run:
    """One start, or a quote for one."""

    operation: Operation
    owner: Owner
    load: Callable[[], Awaitable[Brief]]
    """Loads the facts; may raise any `AppError`, which refuses the start."""


_declared: dict[str, Operation] = {}


def declare(operation: Operation) -> Operation:
    """Register the operation by name, for code that only has a ledger row; features do it once.

    Raises:
        ValueError: another operation has that name.
    """
    if _declared.setdefault(operation.name, operation) != operation:
        raise ValueError(f"two operations are named {operation.name}")
    return operation


def declared() -> Collection[Operation]:
    """All operations declared in this process."""
    return _declared.values()


def stage_message(name: str, stage: Stage) -> str:
    """The words for a stage of the operation of that name, which may no longer be declared."""
    operation = _declared.get(name)
    return operation.message(stage) if operation else STAGE_MESSAGES[stage]


def noun_of(name: str) -> str:
    """What people call an answer of the operation of this name, such as `draft`."""
    operation = _declared.get(name)
    return operation.noun if operation else "answer"


def is_typed(name: str) -> bool:
    """Whether the answers of the operation of that name are JSON."""
    operation = _declared.get(name)
    return operation is not None and operation.result is not None
