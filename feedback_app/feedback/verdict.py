"""Writes the recorded verdict where an answer begins with the place for it, while it streams.

The prompt asks a model to begin with `PLACE` instead of a recommendation, so that the words of the
verdict come from the record alone, whatever the notes or the model say.
"""

PLACE = "[verdict]"
_BEFORE, _AROUND = "#>*_ \t\r\n\u200b\ufeff", "*_.:。"
"""What models put before and around the place by themselves; the verdict has its own."""
_LONGEST_HELD = 40
"""Characters at the beginning of an answer after which it is taken as it is."""


class VerdictPlace:
    """Lets an answer through with `verdict` in the place for it; an empty one only takes it out."""

    def __init__(self, verdict: str) -> None:
        self._verdict = verdict
        self._held = ""
        self._begun = False

    def feed(self, text: str) -> str:
        """The text that is certain now."""
        if self._begun:
            return text
        self._held += text
        return self._take(last=len(self._held) >= _LONGEST_HELD)

    def finish(self) -> str:
        """What was held back."""
        return self._take(last=True)

    def _take(self, *, last: bool) -> str:
        window = self._held[:_LONGEST_HELD]
        begin = len(window) - len(window.lstrip(_BEFORE))
        place, behind = window[begin : begin + len(PLACE)], window[begin + len(PLACE) :]
        after = behind.lstrip(_AROUND)
        if PLACE.startswith(place.casefold()) and not after and not last:
            return ""
        self._begun = True
        held, self._held = self._held, ""
        if place.casefold() != PLACE:
            return held
        rest = held[begin + len(place) + len(behind) - len(after) :]
        if not self._verdict:
            return rest.lstrip()
        return f"**{self._verdict}**{' ' if after[:1].isalnum() else ''}{rest}"
