"""Reads the facts about one model in a provider's list of models."""

import json
import re
from datetime import date
from typing import Any

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def shutdown_date_of(model: str, body: bytes) -> date | None:
    """The `shutdown_date` of a model in the answer to `GET /models`.

    OpenAI writes it as `2027-01-14`, or null if none was announced. `None` for that, for a model
    that is not in the list, and for anything that is not such a list.
    """
    try:
        answer: Any = json.loads(body)
    except (ValueError, RecursionError):
        return None
    models = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(models, list):
        return None
    for entry in models:
        if isinstance(entry, dict) and entry.get("id") == model:
            return _day(entry.get("shutdown_date"))
    return None


def _day(written: object) -> date | None:
    if not isinstance(written, str) or not _DAY.fullmatch(written):
        return None
    try:
        return date.fromisoformat(written)
    except ValueError:
        return None
