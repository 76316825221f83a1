"""Turns an interviewer's question into the topic of its answer, never quoting the question."""

import re

from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.feedback.drafter.words import Language, word_count

LONGEST_TOPIC_WORDS = 9
LONGEST_QUESTION = 300

_LAST_QUESTION = re.compile(r"(?<![^.!?？。])[^.!?？。]*+[?？]?\s*+$")
_YOUR = re.compile(r"\byour\b", re.IGNORECASE)
_YOU = re.compile(
    r"\b(?:you|yourself|u|me|us|my|our|du|dir|dich|sie|ihnen|ihre?r?|deine?r?|tu|vous|votre|vos|ton|ta|tes|usted|te|tus?|"
    r"sus?|você|seus?|suas?|teus?|tuas?)\b",
    re.IGNORECASE,
)
_GERMAN_NOUN = re.compile(r"(?<=\s)(?!Sie\b|Ihnen\b|Ihre?\w*\b|Du\b)[A-ZÄÖÜ][\wäöüß-]{2,}(?:-\w+)*")

_GENERAL_NOUNS = frozenset(
    [
        "Schritt",
        "Beispiel",
        "Frage",
        "Erfahrung",
        "Erfahrungen",
        "Situation",
        "Thema",
        "Meinung",
        "Zeit",
        "Team",
        "Fall",
    ]
)
_TIME_WHEN = re.compile(
    r"(?:a|an|the last|one) (?:time|situation|moment|occasion|case|day|example)\b"
    r"|(?:eine|einer) (?:situation|gelegenheit)|une (?:fois|situation)|una (?:vez|situación)"
    r"|uma (?:vez|situação)",
    re.IGNORECASE,
)
_SECOND_PART = re.compile(
    r",? (?:and|und|et|y|e) (?:when|how|why|what|wann|wie|warum|quand|comment|pourquoi|cómo|por qué"
    r"|como|quando)\b.*",
    re.IGNORECASE | re.DOTALL,
)


def topic_of(question: str, language: Language) -> str:
    """The topic in the form that follows "On", or "" if the question yields none safely."""
    asked = question.strip()[-LONGEST_QUESTION:]
    if not asked:
        return ""
    last = _LAST_QUESTION.search(asked)
    plain = (last[0] if last and last[0].strip() else asked).strip(' ?？.。!¿"“”')
    for topic in knowledge(language).frame.topics:
        if found := topic.pattern.match(plain):
            return _tidy(topic.form.replace("{t}", found["t"]), language)
    if language == "de":
        nouns = _GERMAN_NOUN.findall(f" {plain[:1].lower()}{plain[1:]}")
        telling = [noun for noun in nouns if noun not in _GENERAL_NOUNS]
        return telling[0] if len(telling) == 1 and len(nouns) <= 2 else ""
    if language != "ja" and word_count(plain) <= 4 and "?" not in plain and not _YOU.search(plain):
        first = plain.casefold().split()[:1]
        known = knowledge(language)
        if first and first[0] not in known.reading.questions and first[0] not in known.common:
            return _tidy(plain, language)
    return ""


def _tidy(topic: str, language: Language) -> str:
    topic = _SECOND_PART.sub("", topic).strip(" ,.;:?？")
    if language == "en":
        topic = _YOUR.sub("the", topic)
    if _TIME_WHEN.match(topic):
        return ""
    if not topic or _YOU.search(topic) or word_count(topic) > LONGEST_TOPIC_WORDS:
        return ""
    if any(sign in topic for sign in '?？"“”'):
        return ""
    if topic[1:2].islower() and language != "de":
        topic = topic[:1].lower() + topic[1:]
    return topic
