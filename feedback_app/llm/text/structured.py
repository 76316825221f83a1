"""Typed results: an answer that is JSON, read while it is written and checked when it has ended."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from feedback_app.core.text import storable
from feedback_app.llm.client.completion import Message

REPAIR_TOKENS = 400
"""The most that a repair's request adds to the first messages and the answer."""
CODE_BEGINS = "```json\n"
_MOST_FAULTS = 8
_MOST_FAULT_CHARACTERS = 120

M = TypeVar("M", bound=BaseModel)


class WrongResult(Exception):
    """An answer is not the JSON that was requested; the message says why, in words for a model."""


def response_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a result as structured output requires it: all fields required, no others.

    OpenAI's strict mode requires both, in every object
    (https://platform.openai.com/docs/guides/structured-outputs).
    """
    return _strict(model.model_json_schema())


def so_far(text: str) -> dict[str, Any]:
    """The fields of an answer that is being written; unfinished text counts, a number does not.

    Linear in the length of the text. Empty if it is not a JSON object.
    """
    try:
        found = from_json(storable(text), allow_partial="trailing-strings")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def read_result(text: str, model: type[M]) -> M:
    """The result in a whole answer; fields that were not requested are left out.

    Raises:
        WrongResult: it is not JSON, has text after it, or does not fit the model.
    """
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise WrongResult("; ".join(map(_fault, faults[:_MOST_FAULTS]))) from None


def in_reasoning(text: str) -> str:
    """The JSON object in text received as reasoning; empty if there is none.

    Some servers take everything a model says before its answer for reasoning, and with it an answer
    that has nothing before it.
    """
    begin, end = text.find("{"), text.rfind("}")
    return text[begin : end + 1] if 0 <= begin < end else ""


def repair_messages(messages: Sequence[Message], answer: str, wrong: str) -> tuple[Message, ...]:
    """The messages that ask once more, with what was wrong about the first answer."""
    return (
        *messages,
        Message("assistant", answer),
        Message(
            "user",
            f"This is not the JSON that was asked for: {wrong}. "
            "Answer with the corrected JSON object alone, without any other text.",
        ),
    )


def drawn(text: str) -> str:
    """The answer as Markdown: its JSON as code, with one field per line if it can be parsed."""
    try:
        text = json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        text = text.replace("```", "` ` `")
    return f"{CODE_BEGINS}{storable(text)}\n```"


def _fault(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    said = " ".join(str(error["msg"]).split())[:_MOST_FAULT_CHARACTERS]
    return f"{where[:_MOST_FAULT_CHARACTERS]}: {said}" if where else said


def _strict(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: _strict(value) for name, value in schema.items() if name != "default"}
    if strict.get("type") == "object":
        strict |= {
            "required": list(strict.get("properties", {})),
            "additionalProperties": False,
        }
    return strict
