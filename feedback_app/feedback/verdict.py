"""Writes the recorded verdict into its place in an answer, while it streams.

The prompt asks a model to begin with `PLACE` instead of a recommendation, so that the words of the
verdict come from the record alone, whatever the notes or the model say.
"""

import re

PLACE = "[verdict]"
_ANY_PLACE = re.compile(re.escape(PLACE), re.IGNORECASE)
_BEFORE, _AROUND = "#>*_ \t\r\n\u200b\ufeff", "*_.:。"
"""Characters that models put before and around the place; the verdict has its own."""
_LONGEST_HELD = 40
"""Characters at the beginning of an answer after which it is passed on as it is."""


class VerdictPlace:
    """Passes an answer on with `verdict` in its place; an empty one only removes the place.

    The place is at the beginning of the answer. If a model puts it later, the verdict goes there.
    """

    def __init__(self, verdict: str) -> None:
        self._verdict = verdict
        self._held = ""
        self._begun = False

    def feed(self, text: str) -> str:
        """The part of the text that is already certain."""
        self._held += text
        if not self._begun:
            return self._begin(last=len(self._held) >= _LONGEST_HELD)
        return self._go_on(last=False)

    def finish(self) -> str:
        """The text that was held back."""
        return self._begin(last=True) if not self._begun else self._go_on(last=True)

    def _begin(self, *, last: bool) -> str:
        window = self._held[:_LONGEST_HELD]
        begin = len(window) - len(window.lstrip(_BEFORE))
        place, behind = window[begin : begin + len(PLACE)], window[begin + len(PLACE) :]
        after = behind.lstrip(_AROUND)
        if PLACE.startswith(place.casefold()) and not after and not last:
            return ""
        self._begun = True
        if place.casefold() != PLACE:
            return self._go_on(last=last)
        self._held = self._held[begin + len(place) + len(behind) - len(after) :]
        if not self._verdict:
            self._held = self._held.lstrip()
            return self._go_on(last=last)
        space = " " if after[:1].isalnum() else ""
        return f"**{self._verdict}**{space}{self._go_on(last=last)}"

    def _go_on(self, *, last: bool) -> str:
        """The held text, except what may still become a place."""
        text, self._held = _ANY_PLACE.sub(lambda _: self._verdict, self._held), ""
        opened = text.rfind("[", -len(PLACE) + 1)
        if not last and opened >= 0 and PLACE.startswith(text[opened:].casefold()):
            text, self._held = text[:opened], text[opened:]
        return text
