"""Guesses the language of a text by its commonest words."""

import re
from collections import Counter

from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.feedback.drafter.words import LANGUAGES, Language, tokens

_KANA = re.compile("[\u3040-\u30ff]")
_CJK = re.compile("[\u3040-\u30ff\u3400-\u9fff]")
_SPACED: tuple[Language, ...] = tuple(language for language in LANGUAGES if language != "ja")
SAMPLE = 8_000
"""Characters from which a language is guessed."""


def guess_language(text: str, default: Language) -> Language:
    """The language of `text`; `default` if its words do not show it."""
    sample = text[:SAMPLE]
    unspaced = len(_CJK.findall(sample))
    if _KANA.search(sample) and unspaced * 2 > sum(c.isalpha() for c in sample):
        return "ja"
    counts = Counter[Language]()
    for token, times in Counter(tokens(sample, "fr")).items():
        for language in _SPACED:
            if token in knowledge(language).common:
                counts[language] += times
    if not counts:
        return default
    best, most = counts.most_common(1)[0]
    few = len(sample.split()) <= 3
    return best if most >= counts[default] + (1 if few and not counts[default] else 2) else default


def languages_of(lines: list[str], fallback: Language) -> tuple[list[Language], Language]:
    """The language of each line, and the one that most of the text is written in."""
    whole = guess_language("\n".join(lines), fallback)
    each: list[Language] = [guess_language(line, whole) for line in lines]
    weight = Counter[Language]()
    for line, language in zip(lines, each, strict=True):
        weight[language] += len(line) * (2 if language == "ja" else 1)
    return each, max(weight, key=lambda language: weight[language]) if weight else fallback
