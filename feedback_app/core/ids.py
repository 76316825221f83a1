"""Row ids: UUIDv7 (RFC 9562), as text, so that they sort by creation on every database."""

import uuid_utils

from feedback_app.core import clock


def new_id() -> str:
    """A fresh UUIDv7 in its 36-character form."""
    return str(uuid_utils.uuid7())


def age_s(row_id: str) -> float:
    """Seconds since `new_id` made this id, by its own timestamp; never negative."""
    return max(0.0, clock.now().timestamp() - uuid_utils.UUID(row_id).timestamp / 1000)
