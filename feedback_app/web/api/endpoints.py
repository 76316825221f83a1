"""The API's HTTP endpoints: the acting user, the parameters, and the service's answer as JSON."""

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from feedback_app.auth import sessions
from feedback_app.auth.addresses import client_address
from feedback_app.auth.cookies import device_token
from feedback_app.auth.guards import bearer_token, user_from_request
from feedback_app.auth.keys import api_keys
from feedback_app.core.errors import (
    Forbidden,
    NotSignedIn,
    RateLimited,
    SignInRefused,
    SignInThrottled,
    error_named,
)
from feedback_app.core.markers import llm_operation, sign_in_attempt
from feedback_app.interviews import service as interviews
from feedback_app.llm.events import EndedEvent
from feedback_app.llm.generation.following import log_of, outcome
from feedback_app.usage.calls import service as calls
from feedback_app.web.api.generated import Generated
from feedback_app.web.api.reading import Endpoint, error_response, id_in_path, read_body, read_query
from feedback_app.web.api.schemas import (
    InterviewPage,
    ListQuery,
    LlmCallPage,
    TokenAnswer,
    TokenRequest,
)


@sign_in_attempt
async def issue_token(request: Request) -> Response:
    """Answer with a bearer token for an email and a password."""
    asked = await read_body(request, TokenRequest)
    try:
        token = await sessions.issue_token(
            asked.email,
            asked.password,
            address=client_address(request),
            device=device_token(request),
        )
    except SignInRefused as refusal:
        raise NotSignedIn(refusal.message) from None
    except SignInThrottled as refusal:
        raise RateLimited(refusal.message, retry_after_s=refusal.retry_after_s) from None
    lifetime_s = int(sessions.API_LIFETIME.total_seconds())
    return _json(TokenAnswer(access_token=token, expires_in=lifetime_s))


async def revoke_token(request: Request) -> Response:
    """End the bearer token that the request carries."""
    token = bearer_token(request)
    if token is None:
        raise NotSignedIn
    if token.startswith(api_keys.PREFIX):
        raise Forbidden("A key is revoked on its owner's account page.")
    await user_from_request(request)
    await sessions.sign_out(sessions.hash_token(token))
    return Response(status_code=204, headers={"Cache-Control": "no-store"})


async def list_interviews(request: Request) -> Response:
    """Answer with the person's interviews."""
    user = await user_from_request(request)
    query = read_query(request.query_params, ListQuery)
    items, following = await interviews.page_of_mine(user, after=query.cursor, limit=query.limit)
    return _json(InterviewPage(items=items, next=following))


def generate(generated: Generated, name: str) -> Endpoint:
    """The endpoint that starts a call of an operation, or waits for the running one, and answers
    with its outcome. `name` is the endpoint's in the documentation."""

    @llm_operation
    async def endpoint(request: Request) -> Response:
        user = await user_from_request(request, scope="generate")
        options = await read_body(request, generated.body, optional=True)
        subject_id = id_in_path(request, generated.subject)
        owner = generated.owner_of(user, subject_id)
        call_id = await generated.start(user, subject_id, options)
        ending = await outcome(await log_of(owner, call_id))
        if isinstance(ending, EndedEvent):
            error = error_named(ending.code)(ending.message, retry_after_s=ending.retry_after_s)
            return error_response(error, partial=ending.partial)
        return JSONResponse(
            generated.operation.as_dict(ending), headers={"Cache-Control": "no-store"}
        )

    endpoint.__name__ = name
    return endpoint


async def list_llm_calls(request: Request) -> Response:
    """Answer administrators with the company's ledger."""
    user = await user_from_request(request)
    query = read_query(request.query_params, ListQuery)
    items, following = await calls.ledger(user, after=query.cursor, limit=query.limit)
    return _json(LlmCallPage(items=items, next=following))


def _json(answer: BaseModel) -> JSONResponse:
    return JSONResponse(answer.model_dump(mode="json"), headers={"Cache-Control": "no-store"})
