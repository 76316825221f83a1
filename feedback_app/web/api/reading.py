"""Parses what a client sent into a model, and answers errors in one common format."""

import functools
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from feedback_app.core.errors import AppError, Invalid, NotFound
from feedback_app.core.text import storable
from feedback_app.db.faults import as_app_error

Endpoint = Callable[[Request], Awaitable[Response]]
M = TypeVar("M", bound=BaseModel)

BODY_LIMIT = 64_000
"""Bytes; everything a client may send is far shorter."""


async def read_body(request: Request, model: type[M], *, optional: bool = False) -> M:
    """The JSON body as `model`; an empty `optional` one counts as `{}`.

    Raises:
        Invalid: too long, not JSON, or not valid for the model.
    """
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > BODY_LIMIT:
            raise Invalid(f"The body may have {BODY_LIMIT:,} bytes.")
    if optional and not body.strip():
        return model()
    try:
        return model.model_validate_json(bytes(body))
    except ValidationError as error:
        raise _invalid(error) from None


def read_query(parameters: Mapping[str, str], model: type[M]) -> M:
    """The query parameters as `model`.

    Raises:
        Invalid: not valid for the model.
    """
    try:
        return model.model_validate(dict(parameters))
    except ValidationError as error:
        raise _invalid(error) from None


def id_in_path(connection: HTTPConnection, name: str) -> str:
    """The id in a path's parameter `name`.

    Raises:
        NotFound: no id could have these characters.
    """
    found = connection.path_params[name]
    if found != storable(found):
        raise NotFound
    return found


def _invalid(error: ValidationError) -> Invalid:
    """The first thing wrong, in one sentence that does not repeat what was sent."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return Invalid("The body is not valid JSON.")
    field = ".".join(str(part) for part in first["loc"])
    reason = first["msg"].removeprefix("Value error, ")
    return Invalid(f"{field or 'The body'}: {reason[:1].lower()}{reason[1:]}.")


def error_response(error: AppError, *, partial: str | None = None) -> JSONResponse:
    """The response to a failed request; `partial` is the text a draft left behind."""
    body: dict[str, Any] = error.as_dict()
    if partial is not None:
        body["partial"] = partial
    headers = {"Cache-Control": "no-store"}
    if error.status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if error.retry_after_s is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    return JSONResponse(body, error.status, headers)


def answered(endpoint: Endpoint) -> Endpoint:
    """The endpoint with its exceptions turned into error responses; its marks are kept."""

    @functools.wraps(endpoint)
    async def answer(request: Request) -> Response:
        try:
            return await endpoint(request)
        except ClientDisconnect:
            return error_response(Invalid("The body ended early."))
        except Exception as fault:
            return error_response(as_app_error(fault))

    return answer


async def refuse_route(request: Request, refusal: Exception) -> Response:
    """The response if no route matches: 404, or 405 with the methods that would."""
    if isinstance(refusal, HTTPException) and refusal.status_code == 405:
        allowed = ", ".join(_methods_at(request))
        error = Invalid(f"This address answers {allowed or 'other methods'} only.")
        return JSONResponse(error.as_dict(), 405, {"Allow": allowed})
    return error_response(NotFound())


def _methods_at(request: Request) -> list[str]:
    """The methods of every route of the request's path."""
    fitting = [
        route.methods or set()
        for route in request.app.routes
        if isinstance(route, Route) and route.path_regex.match(request.url.path)
    ]
    return sorted(set().union(*fitting))
