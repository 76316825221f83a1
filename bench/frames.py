"""Where the bytes of a socket go: by state var, and the envelopes around them."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bench.browser import Frame


@dataclass(slots=True)
class Share:
    """What one thing cost in an answer."""

    times: int = 0
    size: int = 0
    """Bytes, its name included."""

    def add(self, size: int) -> None:
        self.times += 1
        self.size += size


def breakdown(frames: Sequence[Frame]) -> list[tuple[str, Share]]:
    """Shares by `state.var`, largest first; what is left of each frame counts as `(envelope)`."""
    shares: defaultdict[str, Share] = defaultdict(Share)
    for frame in frames:
        rest = frame.size
        for state, changed in _delta(frame.payload).items():
            for name, value in changed.items():
                size = len(_json({name: value})) - 2
                shares[f"{state}.{name}"].add(size)
                rest -= size
        shares["(envelope)"].add(rest)
    return sorted(shares.items(), key=lambda item: -item[1].size)


def _delta(payload: str) -> dict[str, dict[str, Any]]:
    """The state changes in a Socket.IO event; empty for anything else."""
    start = payload.find("[")
    if not payload.startswith("42") or start < 0:
        return {}
    body = json.loads(payload[start:])
    return body[1].get("delta", {}) if len(body) > 1 and isinstance(body[1], dict) else {}


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
