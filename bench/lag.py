"""How long each token took from the model to the screen.

A page shows text without its Markdown marks, so tokens are found by counting letters and digits.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from bench.browser import Frame, Sample

SHOWING = frozenset({"generating", "streaming", "complete"})
"""The phases in which the page shows text of the answer that is being written."""
_NOT_SHOWN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Lag:
    """One token's way. Seconds."""

    total: float
    to_browser: float
    """From the model to the socket of the browser."""

    @property
    def in_browser(self) -> float:
        """From the socket of the browser to the screen."""
        return self.total - self.to_browser


def token_lags(
    tokens: Sequence[str],
    sent_at: Sequence[float],
    samples: Sequence[Sample],
    frames: Sequence[Frame],
) -> list[Lag]:
    """One lag for each token with a letter or digit in it; the others cannot be seen.

    Raises:
        RuntimeError: the page showed at some moment something else than a beginning of the answer,
            or never all of it.
    """
    answer = _letters("".join(tokens))
    showing = [sample for sample in samples if sample.phase in SHOWING]
    shown: list[int] = []
    for sample in showing:
        letters = _letters(sample.text)
        if not answer.startswith(letters):
            raise RuntimeError(f"the page showed what was never sent: {sample.text[-200:]!r}")
        shown.append(max(len(letters), shown[-1] if shown else 0))
    arrivals = [frame.arrived_at for frame in frames]
    lags: list[Lag] = []
    upto = 0
    for token, sent in zip(tokens, sent_at, strict=True):
        letters = _letters(token)
        upto += len(letters)
        if not letters:
            continue
        first = bisect_left(shown, upto)
        if first == len(showing):
            raise RuntimeError(f"the page never showed {token!r}, letter {upto} of {len(answer)}")
        at = showing[first].at
        arrived = arrivals[max(0, bisect_right(arrivals, at) - 1)]
        lags.append(Lag(at - sent, max(0.0, arrived - sent)))
    return lags


def _letters(text: str) -> str:
    return _NOT_SHOWN.sub("", text)
