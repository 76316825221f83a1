"""Durations in log-spaced buckets, as text that can be added to by appending.

A histogram is a string of entries, each ended by a space: `57 ` is one duration in bucket 57,
`57*12 ` are twelve. An entry may occur again, so that joining two histograms adds them: a database
merges them with `||`, and any number of them at once by concatenating. The first buckets hold one
millisecond each; from 13 ms on a bucket ends at most 1.08 times where it begins, and its geometric
middle is within 4 % of everything in it.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import pairwise

_RATIO = 1.08
_LONGEST_MS = 1_000_000_000


def _bounds() -> list[int]:
    bounds = [0]
    while bounds[-1] < _LONGEST_MS:
        bounds.append(max(bounds[-1] + 1, math.ceil(bounds[-1] * _RATIO)))
    return bounds


BOUNDS = _bounds()
"""Where the buckets begin, in milliseconds."""
_MIDDLES = [math.sqrt(low * (high - 1)) for low, high in pairwise([*BOUNDS, _LONGEST_MS * 2])]


def index_of(duration_ms: int) -> int:
    """The bucket of a duration."""
    return bisect_right(BOUNDS, max(0, duration_ms)) - 1


def as_text(counts: Mapping[int, int]) -> str:
    """The histogram with these counts per bucket, each bucket once."""
    return "".join(
        f"{index} " if count == 1 else f"{index}*{count} "
        for index, count in sorted(counts.items())
    )


def merged(texts: Iterable[str]) -> Counter[int]:
    """How many durations each bucket has in all these histograms."""
    entries = Counter[str]()
    for text in texts:
        entries.update(text.split())
    counts = Counter[int]()
    for entry, times in entries.items():
        index, _, count = entry.partition("*")
        counts[int(index)] += times * int(count or 1)
    return counts


def percentile(counts: Mapping[int, int], share: float) -> float | None:
    """The duration in milliseconds that `share` (above 0, at most 1) of all do not exceed.

    Within 4 % of the nearest-rank percentile; `None` for an empty histogram.
    """
    left = math.ceil(share * sum(counts.values()))
    for index in sorted(counts):
        left -= counts[index]
        if left <= 0:
            return _MIDDLES[index]
    return None
