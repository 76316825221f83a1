"""What can be generated. Features declare their operations; the core runs any of them.

A feature makes an `Operation` beside its service, and a `Run` of it for each start: who asks about
what, and how the facts are loaded that the call is made from.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.llm.completion import Message, Rewriter, Unchanged
from feedback_app.llm.events import STAGE_MESSAGES, CompleteEvent, Event, Stage, as_dict
from feedback_app.llm.owner import Owner, Subject

if TYPE_CHECKING:
    from feedback_app.llm.audit.finding import Finding

Check = Callable[[AsyncSession, str | None], Awaitable[list["Finding"]]]
"""What an audit looks at, of one company or of all."""


@dataclass(frozen=True, slots=True)
class Brief:
    """The facts of one call, as its operation made them for the model."""

    messages: tuple[Message, ...]
    facts: Any
    """What an offline writer writes from."""
    notes: str = ""
    """The lines that an answer may cite by their numbers; kept with the draft."""
    judgements: str = ""
    """A short mark of what else the messages were made from; kept with the draft."""
    rewriter: Callable[[], Rewriter] = Unchanged
    """Makes what changes this call's answer while it streams."""
    department_id: str | None = None
    """The department whose usage this is."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be generated. `name` is what the ledger has."""

    name: str
    subject_kind: str
    prompt_version: str
    noun: str
    """What people call one result, such as "draft"."""
    target_tokens: int
    """How long an answer usually is; progress is measured against it until there are answers."""
    offline: Callable[[Any], str] | None
    """Writes the whole answer from `Brief.facts` while no model is configured; may take its time:
    it runs in a thread."""
    stages: Mapping[Stage, str] = field(default_factory=dict)
    """What people read in a stage, where it is not `STAGE_MESSAGES`."""
    max_output_tokens: int | None = None
    """`LLM_MAX_OUTPUT_TOKENS` where `None`."""
    template_id: str = "standard"
    is_shared: bool = False
    """Whether one call runs per subject instead of one per person."""
    answer_field: str = "answer"
    """What the API calls the answer in the last event of a complete call."""
    result: type[BaseModel] | None = None
    """What the answer is asked to be, as JSON; Markdown where `None`."""
    checks: tuple[Check, ...] = ()
    """What the ledger's audit looks at besides, of what is made of the drafts."""

    def owner(self, company_id: str, user_id: str, subject_id: str) -> Owner:
        """Whose call of this operation a person would start about that subject."""
        subject = Subject(self.subject_kind, subject_id)
        return Owner(company_id, user_id, self.name, subject, self.is_shared)

    def message(self, stage: Stage) -> str:
        """What people read while a call is in that stage."""
        return self.stages.get(stage) or STAGE_MESSAGES[stage]

    def as_dict(self, event: Event) -> dict[str, Any]:
        """An event of this operation as the API sends it; a typed answer as its result."""
        body = as_dict(event, self.answer_field)
        if self.result is not None and isinstance(event, CompleteEvent):
            result = self.result.model_validate_json(event.text)
            body[self.answer_field] = result.model_dump(mode="json")
        return body


@dataclass(frozen=True, slots=True)
class Run:
    """One start, or what a start would be."""

    operation: Operation
    owner: Owner
    load: Callable[[], Awaitable[Brief]]
    """Loads the facts; may raise any `AppError`, which refuses the start."""


_declared: dict[str, Operation] = {}


def declare(operation: Operation) -> Operation:
    """Make the operation known by its name, for who has only a ledger's row; features do it once.

    Raises:
        ValueError: another operation has that name.
    """
    if _declared.setdefault(operation.name, operation) != operation:
        raise ValueError(f"two operations are named {operation.name}")
    return operation


def declared() -> Collection[Operation]:
    """All operations that there are in this process."""
    return _declared.values()


def stage_message(name: str, stage: Stage) -> str:
    """What people read in a stage of the operation of that name, which may be no more declared."""
    operation = _declared.get(name)
    return operation.message(stage) if operation else STAGE_MESSAGES[stage]


def is_typed(name: str) -> bool:
    """Whether the answers of the operation of that name are JSON."""
    operation = _declared.get(name)
    return operation is not None and operation.result is not None
