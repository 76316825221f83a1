"""Takes off the code fence in which some models put a whole answer, while it streams."""

import re

_FENCE = re.compile(r"(?<!\s)\s*+```[ \t]*+(?:(?:markdown|md|json)[ \t]*+)?\r?\n", re.IGNORECASE)
_MAY_BE_FENCE = re.compile(
    r"(?<!\s)\s*+(?:`{1,3}+[ \t]*+)?(?:[a-z]{1,8}+[ \t]*+)?\r?\Z", re.IGNORECASE
)
_END = re.compile(r"\n`{1,3}\s*+\Z|(?<!\s)\s++\Z")
_LONGEST_END = 8
"""Characters at an answer's end in which a closing fence is looked for."""


class Unwrapped:
    """Passes an answer on without a fence around all of it. A fence within it stays."""

    def __init__(self) -> None:
        self._held = ""
        self._begun = False
        self._is_wrapped = False

    def feed(self, text: str) -> str:
        """The part of the text that is already certain."""
        self._held += text
        if not self._begun:
            if fence := _FENCE.match(self._held):
                self._held, self._is_wrapped = self._held[fence.end() :], True
            elif len(self._held) < 40 and _MAY_BE_FENCE.match(self._held):
                return ""
            self._begun = True
        if not self._is_wrapped:
            certain, self._held = self._held, ""
            return certain
        at = max(0, len(self._held) - _LONGEST_END)
        end = _END.search(self._held[at:])
        at = at + end.start() if end else len(self._held)
        certain, self._held = self._held[:at], self._held[at:]
        return certain

    def finish(self) -> str:
        """The text that was held back, without the fence's end."""
        held, self._held = self._held, ""
        if self._is_wrapped and held.strip() == "```":
            return "\n"
        return held
