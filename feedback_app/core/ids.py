"""Row ids: UUIDv7 (RFC 9562), as text, so that they sort by creation on every database."""

import uuid_utils


def new_id() -> str:
    """A fresh UUIDv7 in its 36-character form."""
    return str(uuid_utils.uuid7())
