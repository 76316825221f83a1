"""Finds the tag that closes the record in a prompt, however its letters are disguised.

Text without one is never changed. To look for one, a text is folded: compatibility forms
(full-width, mathematical, circled) and look-alikes of other scripts become the letters they look
like, and invisible characters (zero-width characters, soft hyphens, joiners, variation selectors)
are dropped.
"""

import re
import unicodedata
from functools import lru_cache

_LOOK_ALIKES = {
    "/": "∕⁄⧸╱⟋",
    "r": "гᴦⲅꭇꭈʀɼɽɾᎡᏒᖇ",
    "e": "еҽ℮ꬲɛεєᴇᎬⴹəɇ",
    "c": "сϲⲥᴄᏟⲤƈç",
    "o": "оοօσᴏⲟⵔ੦००০ഠ๐໐øө",
    "d": "ԁɗɖᏧᑯꓒᴅᎠᗞđ",
}
"""The characters most often taken for each of the tag's own; after Unicode's `confusables.txt`."""
_SHOWN_AS = {char: letter for letter, chars in _LOOK_ALIKES.items() for char in chars.casefold()}
_QUOTES = "‹«〈《⟨⟪❮❰⧼˂ᐸ≺"
"""Look-alikes of `<` that are legitimate before a word, as in «record», but not before a slash."""
_UNSEEN = frozenset({"Cf", "Cc", "Mn", "Me"})
_BLANK_LETTERS = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Drawn as nothing, though Unicode counts them among letters and symbols."""
_SPELLED = r"\s*+".join("record")
_TAG = re.compile(rf"(?:<\s*+/?|[{_QUOTES}]\s*+/)\s*+{_SPELLED}")
_MAY_BEGIN = re.compile(f"[<＜﹤≮{_QUOTES}]")


def without_tags(text: str) -> str:
    """The text with the `<` of every tag that begins or ends a record as `&lt;`."""
    if not _MAY_BEGIN.search(text):
        return text
    folded: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(text):
        shown = _folded(character)
        folded.append(shown)
        origins += [place] * len(shown)
    pieces: list[str] = []
    done = 0
    for tag in _TAG.finditer("".join(folded)):
        begins = origins[tag.start()]
        pieces += [text[done:begins], "&lt;"]
        done = begins + 1
    return "".join([*pieces, text[done:]])


@lru_cache(maxsize=16_384)
def _folded(character: str) -> str:
    """The letter that a character is taken for; empty if it is invisible."""
    if character.isspace():
        return " "
    if character in _BLANK_LETTERS:
        return ""
    apart = unicodedata.normalize("NFKD", character)
    seen = (part for part in apart if unicodedata.category(part) not in _UNSEEN)
    return "".join(_SHOWN_AS.get(part, part) for part in "".join(seen).casefold())
