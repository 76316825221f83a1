"""What the page of one call shows."""

from dataclasses import dataclass, field

from feedback_app.ui.wording import NO_TIME, LocalTime


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure or name; `note` is what is needed to read it correctly."""

    label: str
    value: str
    note: str = ""
    at: LocalTime = NO_TIME
    """Set if the value is a time."""


@dataclass(frozen=True, slots=True)
class FactGroup:
    title: str
    facts: list[Fact] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Segment:
    """A phase as a part of the bar; `start` and `width` are CSS percentages of it."""

    stage: str
    label: str
    start: str
    width: str
    lasted: str


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened; `lasted` is empty if it took no time."""

    stage: str
    """The key of its colour in the bar; empty if it took no time."""
    label: str
    at: str
    lasted: str = ""


@dataclass(frozen=True, slots=True)
class TimelineView:
    """The phases of a call, counted from the click."""

    summary: str = ""
    """The same in a sentence, for those who cannot see the bar."""
    note: str = ""
    total: str = ""
    segments: list[Segment] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PromptMessage:
    role: str
    content: str


@dataclass(frozen=True, slots=True)
class TraceView:
    """Everything about one call but the text of its answer."""

    call_id: str = ""
    title: str = ""
    subtitle: str = ""
    interview: str = ""
    """The address of the interview it was about; empty if there is none."""
    started: LocalTime = NO_TIME
    status: str = ""
    status_label: str = ""
    error_code: str = ""
    error: str = ""
    timeline: TimelineView = field(default_factory=TimelineView)
    groups: list[FactGroup] = field(default_factory=list)
    prompt: list[PromptMessage] = field(default_factory=list)
    prompt_note: str = ""
    """Why there is no prompt to show."""
    answer_note: str = ""
    """Why there is no answer to show."""
    can_replay: bool = False
    replay_note: str = ""
    """Why the answer cannot be replayed, if there is one."""
