"""What the forms of hiring accept: bounded, readable text, else one sentence at the field at fault.

Every check is linear in the length of what was sent; a text beyond its limit is not read at all.
"""

import re
from collections.abc import Mapping
from typing import Any

from feedback_app.core.errors import Invalid
from feedback_app.core.text import storable

CHANGED_SINCE = (
    "Somebody else changed this in the meantime. What you typed is still here: copy what you "
    "need, then load the page again."
)
MOST_NAME_CHARACTERS = 120
MOST_HEADLINE_CHARACTERS = 200
MOST_EMAIL_CHARACTERS = 254
MOST_SUMMARY_CHARACTERS = 2_000
MOST_CV_CHARACTERS = 100_000

_UNREADABLE_IN_A_LINE = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, separators of lines, what changes the writing direction, lone surrogates."""
_UNREADABLE_IN_A_TEXT = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f\u202a-\u202e\ud800-\udfff]")
"""The same, but for line breaks, tabs and the form feeds that end the pages of a pasted CV."""


class WrongFields(Invalid):
    """Some fields cannot be saved, so nothing is."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        super().__init__("Nothing is saved yet. The fields marked in red say why.")
        self.fields = dict(fields)
        """By the name of a field, the sentence about it."""


def one_line(text: str, most: int, missing: str = "") -> str:
    """The text on one line, with single spaces.

    Raises:
        Invalid: longer than `most`, unreadable, or empty although `missing` says what to write.
    """
    if len(text) > most:
        raise Invalid(f"This may have {most:,} characters; it has {len(text):,}. Shorten it.")
    line = " ".join(text.split())
    if _UNREADABLE_IN_A_LINE.search(line):
        raise Invalid("This has characters that cannot be shown. Type it instead of pasting it.")
    if missing and not any(c.isprintable() and c != " " for c in line):
        raise Invalid(missing)
    return line


def long_text(text: str, most: int) -> str:
    """The text with line breaks of one kind and without blanks around it.

    Raises:
        Invalid: longer than `most`, or with control characters in it.
    """
    if len(text) > most:
        raise Invalid(f"This may have {most:,} characters; it has {len(text):,}. Shorten it.")
    if _UNREADABLE_IN_A_TEXT.search(text):
        raise Invalid("This has control characters in it. Paste it as plain text.")
    unified = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0c", "\n")
    return storable(unified).strip()


def email(text: str) -> str:
    """The address in lower case; empty if there is none.

    Raises:
        Invalid: it is no address.
    """
    line = one_line(text, MOST_EMAIL_CHARACTERS).lower()
    local, at, domain = line.partition("@")
    labels = domain.split(".")
    is_address = at and local and len(labels) > 1 and all(labels) and "@" not in domain
    if line and (not is_address or " " in line):
        raise Invalid("This is no email address, such as ada@example.com.")
    return line


class Fields:
    """Reads a form field by field and remembers what is wrong with each."""

    def __init__(self, form: Mapping[str, Any]) -> None:
        self._form = form
        self.faults: dict[str, str] = {}

    def raw(self, name: str) -> str:
        """What was sent for a field; empty if nothing was."""
        value = self._form.get(name)
        return value if isinstance(value, str) else ""

    def chosen(self, prefix: str) -> set[str]:
        """The ids whose box `<prefix>-<id>` was ticked."""
        start = f"{prefix}-"
        return {name.removeprefix(start) for name in self._form if name.startswith(start)}

    def line(self, name: str, most: int, missing: str = "") -> str:
        """The field on one line; empty if there is a fault, which is remembered."""
        try:
            return one_line(self.raw(name), most, missing)
        except Invalid as fault:
            self.faults[name] = fault.message
            return ""

    def text(self, name: str, most: int) -> str:
        """The field of several lines; empty if there is a fault, which is remembered."""
        try:
            return long_text(self.raw(name), most)
        except Invalid as fault:
            self.faults[name] = fault.message
            return ""

    def email(self, name: str) -> str:
        """The email address; empty if there is none or a fault, which is remembered."""
        try:
            return email(self.raw(name))
        except Invalid as fault:
            self.faults[name] = fault.message
            return ""

    def number(self, name: str, least: int, most: int) -> int:
        """The whole number; `least` if there is a fault, which is remembered."""
        text = self.raw(name)[:20].strip()
        if text.isascii() and text.isdecimal() and least <= int(text) <= most:
            return int(text)
        self.faults[name] = f"Write a whole number from {least} to {most}."
        return least

    def finish(self) -> None:
        """Go on only if nothing is wrong.

        Raises:
            WrongFields: something is.
        """
        if self.faults:
            raise WrongFields(self.faults)
