"""Says whether a remark plainly praises or faults, and keeps silent whenever it is unsure.

English and German only. Negation, excess, reported speech, conditions and contrast are heeded;
a remark that mixes praise and fault counts as neither.
"""

import re
from typing import Literal

from feedback_app.llm.drafter import lexicon
from feedback_app.llm.drafter.notes import Note
from feedback_app.llm.drafter.words import Language, word_set

Polarity = Literal[-1, 0, 1]

_TOKEN = re.compile(r"[^\W_]+(?:['-][^\W_]+)*|[,;:.()–—!]|[👍👎💯🔥🚩]")
_NEUTRAL = re.compile(rf"\b(?:{lexicon.NEUTRAL_PHRASES})\b")
_ASKED = re.compile(
    r"^(?:when |was |i |we )?(?:asked|discussed|talked|walked me through|gefragt)\b"
    r"[^.;:,–—]*[.;:,–—]?\s*"
)
_COULD_NOT = re.compile(r"\b(?:could|can) not\b")
_BEYOND_PRAISE = re.compile(
    r"\b(?:couldn't|can't|cannot)\b.{0,20}"
    r"\b(?:fault|better|clearer|happier|stronger|ask for more)\b"
)
_FAILED_TO = re.compile(r"\bfailed to\b")
_FIRST_PERSON = word_set("i we my our ich wir mein unser")
_BREAKS = frozenset(",;:.()–—!")
_REACH = 3
"""How many words a negation reaches forward."""

_VERDICT = re.compile(
    r"\b(?:(?:strong|no|lean|leaning|definite|definitely|would|i'd|should|don't|:) "
    r"(?:a )?(?:re)?hire|hire (?:him|her|them)|i(?:'d| would)? recommend|"
    r"recommend(?:ed|s|ing|ation)?:? (?:to|not|for|against|hire|hiring|yes|no|reject)|"
    r"reject(?:ed)? (?:him|her|them)|strong (?:yes|no)|thumbs (?:up|down)|"
    r"ignore (?:the|all|any|every|previous|prior)|move (?:him|her|them) (?:on|forward)|"
    r"(?:culture|cultural|team|good|great|bad|poor|right) fit|personality|attitude|vibes?|"
    r"like?able|nice (?:guy|person|girl|man|woman|lady|chap|bloke)|"
    r"einstellen|empfehl\w*|absagen?|sympathisch\w*)\b"
)
_CLOSING = re.compile(
    r"(?:overall|in summary|to sum up|summing up|in short|all in all|bottom line|summary|"
    r"insgesamt|fazit|alles in allem|unterm strich|zusammenfassend)\b"
)

_PERSONAL = re.compile(
    r"\b(?:(?:is|was|she's|currently|ist|war) (?:pregnant|schwanger)|(?:maternity|paternity) leave|"
    r"(?:her|his|their) (?:religion|ethnicity|sexual orientation|disability|age|looks|appearance)|"
    r"(?:her|his) (?:husband|wife|kids|children)|"
    r"has (?:(?:two|three|four|small|young) )?(?:kids|children)|"
    r"(?:is|was|she's|he's|about|around) \d\d years old|jahre alt|(?:is|ist) (?:un)?verheiratet|"
    r"(?:is|she's|he's|recently) (?:married|divorced)|looks? (?:young|old|attractive)|"
    r"(?:her|his|their|a|heavy|strong|thick|slight|foreign) accent(?! colou?r))\b"
)


def touches_personal_circumstances(text: str) -> bool:
    """Whether a remark speaks of age, family, health, faith, origin or looks."""
    return bool(_PERSONAL.search(_plain(text)))


def is_verdict(note: Note) -> bool:
    """Whether a remark is about hiring or the person's character, not about a competency."""
    return bool(_VERDICT.search(_plain(note.text)))


def is_closing(note: Note) -> bool:
    """Whether a remark opens like a summing-up, and holds no verdict."""
    return bool(_CLOSING.match(_plain(note.text))) and not is_verdict(note)


def note_polarity(note: Note) -> Polarity:
    """1 for plain praise, -1 for a plain fault, 0 for anything else or when unsure."""
    lexical = 0 if note.fragment else polarity(note.text, note.language)
    if note.lean and lexical in (0, note.lean):
        return note.lean
    return 0 if note.lean else lexical


def split_contrast(note: Note) -> tuple[Note, ...]:
    """The two halves of "praise, but fault" where both are plain; else the remark itself."""
    if note.language == "other" or note.fragment or note.lean:
        return (note,)
    for word in sorted(lexicon.CONTRAST[note.language]):
        for found in re.finditer(rf",?\s+(?={word}\b)", note.text, re.IGNORECASE):
            left, right = note.text[: found.start()], note.text[found.end() :]
            without_word = right[len(word) :].lstrip(" ,")
            signs = polarity(left, note.language), polarity(without_word, note.language)
            if signs in ((1, -1), (-1, 1)):
                return tuple(
                    Note(note.position, half, note.context, note.lean, note.language, note.fragment)
                    for half in (left, without_word)
                )
    return (note,)


def polarity(text: str, language: Language) -> Polarity:
    """1 for plain praise, -1 for a plain fault, 0 for anything else or when unsure."""
    if language == "other" or text.rstrip().endswith("?"):
        return 0
    plain = _COULD_NOT.sub("couldn't", _plain(text))
    plain = _FAILED_TO.sub("failed-to", _NEUTRAL.sub(" ", _ASKED.sub("", plain)))
    if _BEYOND_PRAISE.search(plain):
        return 0
    tokens = _TOKEN.findall(plain)
    if not lexicon.UNSURE[language].isdisjoint(tokens):
        return 0
    if not lexicon.CONTRAST[language].isdisjoint(tokens):
        return 0
    signs = {_sign(tokens, i, language) for i in range(len(tokens))}
    if 1 in signs:
        return 0 if -1 in signs else 1
    return -1 if -1 in signs else 0


def _plain(text: str) -> str:
    return text.casefold().replace("’", "'")


def _sign(tokens: list[str], index: int, language: Language) -> Polarity:
    """What the word at `index` says, given the words before it in the same clause."""
    word = tokens[index]
    before = _clause_before(tokens, index)
    near = before[-_REACH:]
    negations = sum(token in lexicon.NEGATORS[language] for token in near)
    positive = word in lexicon.POSITIVE[language]
    if positive or word in lexicon.NEGATIVE[language]:
        of_interviewer = word != "impressed" and not _FIRST_PERSON.isdisjoint(near[-2:])
        if of_interviewer or "to" in near[-1:]:
            return 0
        if language == "de" and not negations and _negated_later(tokens, index):
            negations = 1
        if positive and word.isascii() and not lexicon.EXCESS.isdisjoint(near[-1:]):
            return 0 if negations else -1
        return 1 if positive != bool(negations % 2) else -1
    if word in lexicon.ONLY_WHEN_NEGATED[language]:
        return 1 if negations % 2 else 0
    if word in lexicon.FAULT_WHEN_NEGATED[language]:
        denied = negations or (language == "de" and _negated_later(tokens, index))
        return -1 if denied and _FIRST_PERSON.isdisjoint(before) else 0
    return 0


def _clause_before(tokens: list[str], index: int) -> list[str]:
    start = index
    while start > 0 and tokens[start - 1] not in _BREAKS:
        start -= 1
    return tokens[start:index]


def _negated_later(tokens: list[str], index: int) -> bool:
    """German puts the negation behind the verb ("überzeugte nicht")."""
    for token in tokens[index + 1 :]:
        if token in _BREAKS:
            return False
        if token in lexicon.NEGATORS["de"]:
            return True
    return False
