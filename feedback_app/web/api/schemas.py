"""What API clients send and get, as pydantic models: they check input and document themselves."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from feedback_app.core.text import storable
from feedback_app.db.models import LlmCall
from feedback_app.feedback.operation import OPERATION
from feedback_app.interviews.schemas import InterviewEntry

DEFAULT_LANGUAGE = "en"


def _plain(text: str) -> str:
    if text != storable(text):
        raise ValueError("has characters that cannot be stored")
    return text


PlainText = Annotated[str, AfterValidator(_plain)]
"""Text that every database can hold."""


def _known_template(template_id: str | None) -> str | None:
    if template_id not in {None, OPERATION.template_id}:
        raise ValueError(f"there is no such template; the only one is {OPERATION.template_id!r}")
    return template_id


def _known_language(language: str | None) -> str | None:
    if language not in {None, DEFAULT_LANGUAGE}:
        raise ValueError(f"drafts are written in {DEFAULT_LANGUAGE!r} only")
    return language


def _no_instruction(instruction: str | None) -> str | None:
    if instruction:
        raise ValueError("extra instructions are not supported; leave it out")
    return instruction


class _Model(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)


class TokenRequest(_Model):
    """Who wants a token; the same as on the sign-in page."""

    model_config = ConfigDict(extra="forbid")

    email: PlainText
    password: PlainText


class TokenAnswer(_Model):
    """A bearer token for the `Authorization` header."""

    access_token: str
    token_type: Literal["bearer"] = "bearer"  # noqa: S105
    expires_in: int
    """Seconds."""


class DraftOptions(_Model):
    """How to draft. Only the defaults exist so far; anything else is refused."""

    model_config = ConfigDict(extra="forbid")

    template_id: Annotated[str | None, AfterValidator(_known_template)] = None
    language: Annotated[str | None, AfterValidator(_known_language)] = None
    instruction: Annotated[str | None, AfterValidator(_no_instruction)] = None


class MetadataOptions(_Model):
    """What to read."""

    model_config = ConfigDict(extra="forbid")

    description: PlainText | None = None
    """Takes the place of the job's description first; without it that one is read."""


class FollowQuery(_Model):
    """What a stream is to follow."""

    model_config = ConfigDict(extra="ignore")

    call: PlainText | None = None
    """The `llm_call_id` to resume; without it the running call is followed or one is started."""
    after: int = Field(default=0, ge=0, le=100_000)
    """The `seq` of the last event the client has of that call."""
    accumulated: bool = False
    """Whether each chunk also carries `accumulated`, the text so far."""
    token: str | None = None
    """A bearer token, for clients that cannot set headers."""


class StreamQuery(FollowQuery, DraftOptions):
    """What a stream of feedback is to follow, and how to draft what it starts."""

    model_config = ConfigDict(extra="ignore")


class ListQuery(_Model):
    """Which part of a list."""

    model_config = ConfigDict(extra="ignore")

    limit: int = Field(default=100, ge=1, le=500)
    cursor: PlainText | None = None
    """The `next` of the part before."""


class InterviewPage(_Model):
    """Interviews, newest first."""

    items: list[InterviewEntry]
    next: str | None
    """The cursor of what follows, null at the end."""


class LlmCallPage(_Model):
    """Rows of the ledger, newest first."""

    items: list[LlmCall]
    next: str | None
    """The cursor of what follows, null at the end."""


class ErrorBody(_Model):
    """The body of every error."""

    code: str
    message: str
    """A sentence for people."""
    retryable: bool
    partial: str | None = None
    """The text so far, where a draft ended early."""
