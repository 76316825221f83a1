"""The operations available over HTTP: for each its subject, and how a call of it starts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from feedback_app.auth.sessions import CurrentUser
from feedback_app.feedback import operation as feedback_operation
from feedback_app.feedback import service as feedback
from feedback_app.hiring import operation as job_operation
from feedback_app.hiring import service as jobs
from feedback_app.llm.operation import Operation
from feedback_app.llm.owner import Owner
from feedback_app.web.api.schemas import DraftOptions, FollowQuery, MetadataOptions, StreamQuery


@dataclass(frozen=True, slots=True)
class Generated:
    """An operation as the API has it."""

    operation: Operation
    subject: str
    """The parameter of the path that names what a call is about."""
    owner_of: Callable[[CurrentUser, str], Owner]
    """May raise `Forbidden`."""
    start: Callable[[CurrentUser, str, Any], Awaitable[str]]
    """Starts or joins a call; takes the body, or `None` from a socket."""
    body: type[BaseModel]
    query: type[FollowQuery]


async def _start_feedback(user: CurrentUser, interview_id: str, _options: object) -> str:
    return await feedback.start(user, interview_id)


async def _start_metadata(user: CurrentUser, job_id: str, options: object) -> str:
    if isinstance(options, MetadataOptions) and options.description is not None:
        await jobs.write_description(user, job_id, options.description)
    return await jobs.start(user, job_id)


FEEDBACK = Generated(
    operation=feedback_operation.OPERATION,
    subject="interview_id",
    owner_of=feedback.owner_of,
    start=_start_feedback,
    body=DraftOptions,
    query=StreamQuery,
)
JOB_METADATA = Generated(
    operation=job_operation.OPERATION,
    subject="job_id",
    owner_of=jobs.owner_of,
    start=_start_metadata,
    body=MetadataOptions,
    query=FollowQuery,
)
