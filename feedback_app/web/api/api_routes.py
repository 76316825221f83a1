"""Every operation of the API: one table, from which the routes and the documentation are made."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel
from starlette.routing import Route, WebSocketRoute

from feedback_app import routes
from feedback_app.core.errors import (
    AlreadySubmitted,
    AppError,
    BudgetExceeded,
    Cancelled,
    ConcurrencyLimit,
    Forbidden,
    Internal,
    Interrupted,
    Invalid,
    LLMError,
    NotFound,
    NothingToAssess,
    NotSignedIn,
    RateLimited,
    SignInRefused,
    SignInThrottled,
)
from feedback_app.llm.events import CompleteEvent
from feedback_app.web.api import endpoints
from feedback_app.web.api.generated import FEEDBACK, JOB_METADATA, Generated
from feedback_app.web.api.reading import answered
from feedback_app.web.api.schemas import (
    DraftOptions,
    FollowQuery,
    InterviewPage,
    ListQuery,
    LlmCallPage,
    MetadataOptions,
    StreamQuery,
    TokenAnswer,
    TokenRequest,
)
from feedback_app.web.api.stream import stream

_Endpoint = Callable[..., Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class ApiRoute:
    """One method of one path."""

    method: Literal["GET", "POST", "DELETE", "WS"]
    path: str
    endpoint: _Endpoint
    summary: str
    description: str
    errors: tuple[type[AppError], ...]
    """The errors it may answer with; for `LLMError`, all kinds."""
    answer: type | None = None
    """`None` for a socket, and for 204."""
    generated: Generated | None = None
    """The operation that it generates, whose answer is in the last event of a complete call."""
    body: type[BaseModel] | None = None
    body_optional: bool = False
    query: type[BaseModel] | None = None
    needs_token: bool = True
    bearer_only: bool = False
    """Whether the session cookie is not accepted."""

    @property
    def route(self) -> Route | WebSocketRoute:
        if self.method == "WS":
            return WebSocketRoute(self.path, self.endpoint)
        return Route(self.path, answered(self.endpoint), methods=[self.method])


_GENERATING = (
    NotSignedIn,
    Forbidden,
    NotFound,
    AlreadySubmitted,
    Cancelled,
    Interrupted,
    Invalid,
    NothingToAssess,
    RateLimited,
    ConcurrencyLimit,
    BudgetExceeded,
    LLMError,
    Internal,
)


def _listing(
    *, path: str, endpoint: _Endpoint, summary: str, description: str, answer: type[BaseModel]
) -> ApiRoute:
    """A list that is read a page at a time."""
    return ApiRoute(
        method="GET",
        path=path,
        endpoint=endpoint,
        summary=summary,
        description=description,
        errors=(NotSignedIn, Forbidden, Invalid, Internal),
        answer=answer,
        query=ListQuery,
    )


API_ROUTES = (
    ApiRoute(
        method="POST",
        path=routes.API_TOKEN,
        endpoint=endpoints.issue_token,
        summary="Get a token",
        description=(
            "Signs in with an email and a password and answers a bearer token for an hour. Failed "
            "attempts are counted as on the sign-in page; after some of them `Retry-After` says "
            "when the next is heard. A person has a limited number of tokens: one more ends the "
            "oldest."
        ),
        errors=(SignInRefused, Invalid, SignInThrottled, Internal),
        answer=TokenAnswer,
        body=TokenRequest,
        needs_token=False,
    ),
    ApiRoute(
        method="DELETE",
        path=routes.API_TOKEN,
        endpoint=endpoints.revoke_token,
        summary="Give a token back",
        description=(
            "Ends the bearer token that the request carries, at once and for good. A session "
            "cookie is no token: signing out ends it; nor is a key, which its owner revokes."
        ),
        errors=(NotSignedIn, Forbidden, Internal),
        bearer_only=True,
    ),
    _listing(
        path=routes.API_INTERVIEWS,
        endpoint=endpoints.list_interviews,
        summary="List my interviews",
        description="The interviews the person takes part in, newest first.",
        answer=InterviewPage,
    ),
    ApiRoute(
        method="POST",
        path=routes.API_GENERATE,
        endpoint=endpoints.generate(FEEDBACK, "generate_feedback"),
        generated=FEEDBACK,
        summary="Draft feedback and wait for it",
        description=(
            "Starts a draft, or joins the one that is being written, and answers when it has "
            "ended: the whole text, or an error with the text so far as `partial`. A client that "
            "goes away does not stop it."
        ),
        errors=_GENERATING,
        answer=CompleteEvent,
        body=DraftOptions,
        body_optional=True,
    ),
    ApiRoute(
        method="WS",
        path=routes.API_GENERATE_STREAM,
        endpoint=stream(FEEDBACK, "stream_feedback"),
        generated=FEEDBACK,
        summary="Follow a draft as it is written",
        description=(
            "A WebSocket. Without `call` it follows the draft that is being written or starts "
            "one; with `call` and `after` it resumes that call after the event the client has "
            "last. Each message is one event as JSON: `status`, `reasoning` and `chunk` events, "
            "then one of `complete`, `error`, `cancelled` and `interrupted`. `seq` counts from 1 "
            "within the call. A chunk's `offset` says where in the text it belongs: where it is "
            "less than what the client has, the text after it is replaced. The client may send "
            '`{"type": "cancel"}`. A refusal is an `error` event without a call. The socket is '
            "closed with 4401 (not signed in), 4403 (not allowed), 4404 (not found), 4429 "
            "(limited), 1011 (fault), and 1000 after any other ending. A token in the address "
            "is written to no log; browsers may use the session cookie instead."
        ),
        errors=_GENERATING,
        query=StreamQuery,
    ),
    ApiRoute(
        method="POST",
        path=routes.API_METADATA,
        endpoint=endpoints.generate(JOB_METADATA, "generate_job_metadata"),
        generated=JOB_METADATA,
        summary="Read a job description and wait for it",
        description=(
            "For administrators. Reads the job's description, or the one that is sent, which takes "
            "its place, and answers what the job asks for as `metadata`. Nothing of the job "
            "changes before an administrator confirms it on its page. One call runs for a job at "
            "a time; a second request waits for the first one's answer."
        ),
        errors=_GENERATING,
        answer=CompleteEvent,
        body=MetadataOptions,
        body_optional=True,
    ),
    ApiRoute(
        method="WS",
        path=routes.API_METADATA_STREAM,
        endpoint=stream(JOB_METADATA, "stream_job_metadata"),
        generated=JOB_METADATA,
        summary="Follow a job description as it is read",
        description=(
            "A WebSocket, for administrators, as for drafts. The chunks are the pieces of a JSON "
            "object; where an answer turns out to be wrong, it is asked for once more, and its "
            "chunks begin at `offset` 0 again. The `complete` event has the result as `metadata`."
        ),
        errors=_GENERATING,
        query=FollowQuery,
    ),
    _listing(
        path=routes.API_LLM_CALLS,
        endpoint=endpoints.list_llm_calls,
        summary="List LLM calls",
        description=(
            "The company's ledger, newest first, for administrators: one row per LLM operation, "
            "without any content. `status` is `running`, `complete`, `cancelled` (a person stopped "
            "it), `error` (it failed) or `interrupted` (the server went away). A `cost_microusd` "
            "of null is an unknown price."
        ),
        answer=LlmCallPage,
    ),
)
