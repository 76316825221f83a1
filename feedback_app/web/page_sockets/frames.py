"""What a page may send over its socket, checked before Reflex reads it.

Reflex stores an event's data about its page five times over, and logs whatever it cannot read as a
whole. So a frame that no page of ours would send ends the socket here, whoever sent it. The frames
are those of Engine.IO 4 and Socket.IO 5 with one namespace and no binary data.
"""

import json
from typing import Any

NAMESPACE = "/_event"
PONG = "3"
_CLOSE = "1"
_CONNECT, _DISCONNECT, _EVENT = (f"4{kind}{NAMESPACE}," for kind in "012")
_BOOT = "event"
"""The event in the packet that connects."""
LONGEST_NAME = 300
MOST_PAGE_CHARACTERS = 4_000
"""Characters of an event's data about its page: path, query and all but its arguments."""
_DEEPEST = 4


def is_sound(frame: str | None, most_characters: int) -> bool:
    """Whether a page of ours could have sent this frame; `None` stands for binary data."""
    if frame is None or len(frame) > most_characters:
        return False
    if frame in {PONG, _CLOSE} or frame == _DISCONNECT:
        return True
    if frame.startswith(_EVENT):
        said = _parsed(frame[len(_EVENT) :])
        return isinstance(said, list) and 1 <= len(said) <= 2 and _is_said(*said)
    if frame.startswith(_CONNECT):
        said = _parsed(frame[len(_CONNECT) :] or "{}")
        if not isinstance(said, dict):
            return False
        boot = said.pop(_BOOT, None)
        return (boot is None or _is_event(boot)) and _size(said) <= MOST_PAGE_CHARACTERS
    return False


def _is_said(name: Any, data: Any = None) -> bool:
    if name == _BOOT:
        return _is_event(data)
    return isinstance(name, str) and _size([name, data]) <= MOST_PAGE_CHARACTERS


def _is_event(event: Any) -> bool:
    if not isinstance(event, dict):
        return False
    name, payload = event.pop("name", None), event.pop("payload", None)
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        return False
    if not isinstance(payload, dict | None) or not isinstance(
        event.get("router_data"), dict | None
    ):
        return False
    return _size(event) <= MOST_PAGE_CHARACTERS


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _size(value: Any, depth: int = 0) -> int:
    """Its characters, names included; more than is allowed if it is nested too deep to be ours."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, dict | list) and depth > _DEEPEST:
        return MOST_PAGE_CHARACTERS + 1
    if isinstance(value, dict):
        return sum(len(key) + _size(each, depth + 1) for key, each in value.items())
    if isinstance(value, list):
        return sum(_size(each, depth + 1) + 1 for each in value)
    return 1
