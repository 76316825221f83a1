"""What a check of the ledger shows."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FindingRow:
    """Something wrong, and the address of the call it concerns."""

    call_id: str
    href: str
    sentence: str
