"""Typed results: an answer that is JSON, read while it is written and checked when it has ended."""

import json
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from feedback_app.core.text import storable
from feedback_app.llm.client.completion import Message

REPAIR_TOKENS = 400
"""At most what a repair's request says besides the first messages and the answer."""
CODE_BEGINS = "```json\n"
_MOST_FAULTS = 8
_MOST_FAULT_CHARACTERS = 120

M = TypeVar("M", bound=BaseModel)


class WrongResult(Exception):
    """An answer is not the JSON that was asked for; says why, in words for a model."""


def response_schema(model: type[BaseModel]) -> dict[str, Any]:
    """The JSON schema of a result as structured output takes it: all fields required, no others.

    OpenAI's strict mode asks for both, in every object
    (https://platform.openai.com/docs/guides/structured-outputs).
    """
    return _strict(model.model_json_schema())


def so_far(text: str) -> dict[str, Any]:
    """The fields of an answer that is being written; a text's beginning counts, a number's not.

    Linear in the length of the text. Empty where it is no JSON object.
    """
    try:
        found = from_json(storable(text), allow_partial="trailing-strings")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def read_result(text: str, model: type[M]) -> M:
    """The result that a whole answer is; fields that were not asked for are left out.

    Raises:
        WrongResult: it is no JSON, has text after it, or is not what the model asks for.
    """
    try:
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise WrongResult("; ".join(map(_fault, faults[:_MOST_FAULTS]))) from None


def in_reasoning(text: str) -> str:
    """The JSON object in what came as reasoning; empty where there is none.

    Some servers take everything a model says before its answer for reasoning, and with it an
    answer that has nothing before it.
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
    """The answer as Markdown: its JSON, with a field a line where it can be read, as code."""
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
