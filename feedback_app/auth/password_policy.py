"""Which passwords people may choose: long ones, that are on no list and do not name them.

Everything that sets a person's password checks here. Length counts for more than mixed characters,
which are not required; what is refused is what a guesser tries first.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from feedback_app.auth.passwords import normalised
from feedback_app.core.errors import Invalid

SHORTEST, LONGEST = 12, 200
"""Characters after normalisation."""
_FEWEST_DIFFERENT = 5
_OWN_WORD = 3
"""Characters of the shortest word about a person that counts."""
_BETWEEN = re.compile(r"[\W_]+")
_MOST_ESTIMATED = 40
_ROOM_BESIDE_OWN_WORDS = 8
"""Characters that a password must have in addition to such words."""


def require_good_password(password: str, *, about: Iterable[str]) -> None:
    """Accept a password that is hard to guess; `about` is the person's email, name and company.

    Reads the list of common passwords the first time, which takes a tenth of a second.

    Raises:
        Invalid: the password is refused; the message says why without repeating it.
    """
    plain = normalised(password)
    if len(plain) < SHORTEST:
        raise Invalid(f"The password is too short: it needs at least {SHORTEST} characters.")
    if len(plain) > LONGEST:
        raise Invalid(f"The password is too long: it may have {LONGEST} characters.")
    if not plain.isprintable():
        raise Invalid("The password has characters that cannot be typed.")
    folded = plain.casefold()
    if len(set(folded)) < _FEWEST_DIFFERENT:
        raise Invalid("The password repeats too few characters. Choose a less regular one.")
    if {folded, _without_ornament(folded)} & _common_passwords():
        raise Invalid("The password is one of the most common. Choose one that nobody else has.")
    if len(_without(folded, _words(about))) < _ROOM_BESIDE_OWN_WORDS:
        raise Invalid(
            "The password is made of the person's email, name or company. Choose another."
        )


def is_strong(password: str) -> bool:
    """Whether guessing an accepted password would take ten billion tries or more.

    The number is zxcvbn's estimate (D. L. Wheeler, USENIX Security 2016) of the first
    `_MOST_ESTIMATED` characters, as it takes more than linear time.
    """
    from zxcvbn import zxcvbn

    return zxcvbn(normalised(password)[:_MOST_ESTIMATED])["score"] == 4


def _without_ornament(folded: str) -> str:
    """The text without the digits and marks that people put before and after a word."""
    return folded.strip("".join(c for c in set(folded) if not c.isalpha()))


def _words(about: Iterable[str]) -> set[str]:
    """The words in the facts about a person, long ones only."""
    found = {word for text in about for word in _BETWEEN.split(normalised(text).casefold())}
    return {word for word in found if len(word) >= _OWN_WORD}


def _without(folded: str, words: Iterable[str]) -> str:
    for word in sorted(words, key=len, reverse=True):
        folded = folded.replace(word, "")
    return folded


@lru_cache(maxsize=1)
def _common_passwords() -> frozenset[str]:
    from zxcvbn.frequency_lists import FREQUENCY_LISTS

    return frozenset(FREQUENCY_LISTS["passwords"])
