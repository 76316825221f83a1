"""The keys in Redis by which processes share generations, and code common to the clients.

`events:<call>` is a stream whose entry `<seq>-0` holds the event with that `seq`: Redis itself
refuses a second entry of the same number, so sending again what may have arrived is harmless.
`owner:…` names the owner's newest call. `control` is a short stream that every process reads: calls
that opened, and requests to stop one. Every key expires `KEEP_S` after its last use.
"""

import json
from dataclasses import asdict
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError, ResponseError

from feedback_app.llm.events import Event, from_record, to_record
from feedback_app.llm.owner import Owner, Subject

KEEP_S = 900
CONTROL = "debrief:control"
CONTROL_LENGTH = 1000
RETRY_S = 0.5
"""Seconds between two attempts while Redis does not answer."""
FAULTS = (RedisError, OSError, TimeoutError)
"""The exceptions of a client when Redis is down, slow or faulty."""


class Unreadable(Exception):
    """Data written by another process comes from another version of the app."""


def connect(url: str, timeout_s: float) -> Redis:
    """A client that gives up after `timeout_s` and leaves trying again to its caller."""
    return Redis.from_url(
        url,
        decode_responses=True,
        socket_timeout=timeout_s,
        socket_connect_timeout=timeout_s,
        retry=Retry(NoBackoff(), 0),
    )


def events_key(call_id: str) -> str:
    return f"debrief:events:{call_id}"


def owner_key(owner: Owner) -> str:
    return f"debrief:owner:{owner.run_key}"


def encode_owner(owner: Owner) -> str:
    return json.dumps(asdict(owner))


def decode_owner(text: str) -> Owner:
    """The owner in this form.

    Raises:
        Unreadable: it was written by another version.
    """
    try:
        fields = json.loads(text)
        return Owner(**{**fields, "subject": Subject(**fields["subject"])})
    except (KeyError, TypeError, ValueError) as fault:
        raise Unreadable from fault


def entry_id(seq: int) -> str:
    return f"{seq}-0"


def entry_seq(entry: str) -> int:
    return int(entry.partition("-")[0])


def encode_event(event: Event) -> dict[Any, Any]:
    """The fields of the event's entry."""
    return {"e": json.dumps(to_record(event), separators=(",", ":"))}


def decode_event(fields: dict[str, str]) -> Event:
    """The event of an entry.

    Raises:
        Unreadable: it was written by another version.
    """
    try:
        return from_record(json.loads(fields["e"]))
    except (KeyError, TypeError, ValueError) as fault:
        raise Unreadable from fault


def is_there_already(fault: object) -> bool:
    """Whether Redis refused an entry because it has one with that number, or a later one."""
    return isinstance(fault, ResponseError) and "equal or smaller" in str(fault)
