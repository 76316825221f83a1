"""The OpenAPI 3.1 document of the API, made from its operations."""

from functools import lru_cache
from string import Formatter
from typing import Any

from pydantic import TypeAdapter

from feedback_app.auth.cookies import cookie_name
from feedback_app.auth.sessions import COOKIE
from feedback_app.core.errors import AppError
from feedback_app.llm.events import (
    ChunkEvent,
    CompleteEvent,
    EndedEvent,
    ReasoningEvent,
    StatusEvent,
)
from feedback_app.web.api.api_routes import API_ROUTES, ApiRoute
from feedback_app.web.api.generated import Generated
from feedback_app.web.api.schemas import ErrorBody

_EVENTS = (StatusEvent, ReasoningEvent, ChunkEvent, CompleteEvent, EndedEvent)
_REFERENCE = "#/components/schemas/{model}"


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """The whole document; treat it as read-only."""
    schemas, references = _schemas()
    paths: dict[str, Any] = {}
    for operation in API_ROUTES:
        method = "get" if operation.method == "WS" else operation.method.lower()
        paths.setdefault(operation.path, {})[method] = _operation(operation, references)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Debrief API",
            "version": "1",
            "description": (
                "Drafts interview feedback, reads job descriptions, and tells what that cost. "
                "Every error has the same "
                "shape: `code`, `message`, `retryable`, and `partial` where a draft ended early. "
                "A `Retry-After` says when trying again may help, where that is known."
            ),
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": cookie_name(COOKIE)},
            },
        },
    }


def error_codes(errors: tuple[type[AppError], ...]) -> list[type[AppError]]:
    """These errors and all their kinds that have a code of their own, by status."""
    found = {kind.code: kind for error in errors for kind in [error, *error.__subclasses__()]}
    named = [kind for kind in found.values() if kind.code != AppError.code or kind.status == 500]
    return sorted(named, key=lambda kind: (kind.status, kind.code))


def _schemas() -> tuple[dict[str, Any], dict[type, dict[str, Any]]]:
    """The components, and the reference to each type among them."""
    inputs = {o.body for o in API_ROUTES} | {o.query for o in API_ROUTES}
    outputs = {o.answer for o in API_ROUTES} | {ErrorBody, *_EVENTS}
    wanted = [
        *((kind, "validation", TypeAdapter(kind)) for kind in inputs if kind is not None),
        *((kind, "serialization", TypeAdapter(kind)) for kind in outputs if kind is not None),
    ]
    wanted.sort(key=lambda item: item[0].__name__)
    found, definitions = TypeAdapter.json_schemas(wanted, ref_template=_REFERENCE)
    schemas: dict[str, Any] = dict(definitions["$defs"])
    for event in _EVENTS:
        if isinstance(kind := getattr(event, "type", None), str):
            schema = schemas[event.__name__]
            schema["properties"] = {"type": {"const": kind}} | schema["properties"]
            schema["required"] = ["type", *schema["required"]]
    for event in ("ChunkEvent", "CompleteEvent", "EndedEvent"):
        schemas[event]["properties"].pop("cites")
    complete = schemas.pop("CompleteEvent")
    for generated in (o.generated for o in API_ROUTES):
        if generated is not None:
            schemas[_complete(generated)] = _complete_schema(complete, generated, schemas)
    for not_sent in ("tokens_estimated", "retry_after_s"):
        schemas["EndedEvent"]["properties"].pop(not_sent)
    schemas["EndedEvent"]["required"].remove("tokens_estimated")
    return schemas, {kind: schema for (kind, _mode), schema in found.items()}


def _complete(generated: Generated) -> str:
    """The name of the last event of a complete call among the components."""
    result = generated.operation.result
    return f"{result.__name__}Event" if result else CompleteEvent.__name__


def _complete_schema(
    complete: dict[str, Any], generated: Generated, schemas: dict[str, Any]
) -> dict[str, Any]:
    """The schema of that event, with the answer under its own name."""
    field, result = generated.operation.answer_field, generated.operation.result
    answer = complete["properties"]["text"]
    if result is not None:
        found = TypeAdapter(result).json_schema(ref_template=_REFERENCE)
        schemas |= found.pop("$defs", {}) | {result.__name__: found}
        answer = {"$ref": _REFERENCE.format(model=result.__name__)}
    return complete | {
        "properties": {
            field if name == "text" else name: answer if name == "text" else schema
            for name, schema in complete["properties"].items()
        },
        "required": [field if name == "text" else name for name in complete["required"]],
    }


def _operation(operation: ApiRoute, references: dict[type, dict[str, Any]]) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": operation.endpoint.__name__,
        "summary": operation.summary,
        "description": operation.description,
        "security": _security(operation),
        "responses": _responses(operation, references),
    }
    if operation.method == "WS":
        described["x-websocket"] = True
    parameters = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for _, name, _, _ in Formatter().parse(operation.path)
        if name
    ]
    if operation.query is not None:
        parameters += _query_parameters(operation.query)
    if parameters:
        described["parameters"] = parameters
    if operation.body is not None:
        described["requestBody"] = {
            "required": not operation.body_optional,
            "content": {"application/json": {"schema": references[operation.body]}},
        }
    return described


def _security(operation: ApiRoute) -> list[dict[str, list[str]]]:
    if not operation.needs_token:
        return []
    return [{"bearer": []}] if operation.bearer_only else [{"bearer": []}, {"session": []}]


def _query_parameters(query: type) -> list[dict[str, Any]]:
    schema = TypeAdapter(query).json_schema()
    return [
        {"name": name, "in": "query", "required": False, "schema": field}
        for name, field in schema["properties"].items()
    ]


def _responses(operation: ApiRoute, references: dict[type, dict[str, Any]]) -> dict[str, Any]:
    generated = operation.generated
    complete = {"$ref": _REFERENCE.format(model=_complete(generated))} if generated else {}
    if operation.answer is not None:
        content = {"application/json": {"schema": complete or references[operation.answer]}}
        responses: dict[str, Any] = {"200": {"description": "Done", "content": content}}
    elif operation.method != "WS":
        responses = {"204": {"description": "Done"}}
    else:
        others = [references[event] for event in _EVENTS if event is not CompleteEvent]
        events = {"oneOf": [*others, complete]}
        content = {"application/json": {"schema": events}}
        responses = {"101": {"description": "Each message is one of these", "content": content}}
        # The errors that an HTTP operation answers with, a socket sends as an event.
        return responses
    for error in error_codes(operation.errors):
        status = str(error.status)
        known = responses.get(status)
        codes = f"{known['description']}, {error.code}" if known else error.code
        responses[status] = {
            "description": codes,
            "content": {"application/json": {"schema": references[ErrorBody]}},
        }
    return responses
