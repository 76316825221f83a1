"""Makes a remark fit for a draft: without marks, abbreviations written out, one sentence.

Nothing is escaped: characters that Markdown would interpret are left out or replaced, so that a
draft reads the same in a plain-text editor.
"""

import re
from collections.abc import Callable

from feedback_app.feedback.drafter.knowledge import Frame, knowledge
from feedback_app.feedback.drafter.polarity import SIGNS
from feedback_app.feedback.drafter.quotations import Marks, with_quotations
from feedback_app.feedback.drafter.sentences import ends_in_abbreviation
from feedback_app.feedback.drafter.words import LONGEST_WORD, Language

LONGEST_QUOTE_WORDS = 38

_LINK = re.compile(r"!?\[([^\]]{0,200}+)\]\([^)\s]{0,500}+[^)]{0,100}+\)")
_CODE = re.compile(r"`+")
_TAG = re.compile(r"<[A-Za-z/!?][^<>]{0,200}>?")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_TIMES = re.compile(r"(?<=\w)\*(?=\w)|(?<=\d )\*(?= \d)")
_STAR = re.compile(r"\*+")
_UNDERSCORE = re.compile(r"(?<![^\W_])_+|_+(?![^\W_])")
_TILDE = re.compile(r"~(?=\s?\d)\s?")
_OTHER_SIGNS = re.compile(r"[\\~^]|(?<!\S)#+(?=\s)|\|")
_EMOJI = re.compile(
    "[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\u2190-\u21ff\u2300-\u23ff\ufe0e\ufe0f\u200d\U0001f1e6-\U0001f1ff]+"
)
_EMOJI_BETWEEN = re.compile(
    "(?<=[\\w)])\\s*(?:[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff]\ufe0f?)+\\s*(?=\\w)"
)
_SMILEY = re.compile(r"(?<!\S)[:;=]['’]?-?[)(DPp](?![^\s.,;!?)])")
_FROM_TO = re.compile(r"(?<=\d)\s*(?:-+>|=+>|→)\s*(?=\d)")
_ARROW = re.compile(r"(?:(?<!\s)\s++)?(?:(?<!-)-++>|(?<!=)=++>|→|⇒|➡️?|➔)\s*+")
_SENTENCE_START = re.compile(r"((?<=[^\W\d_]{3})[.!]\s+)([a-zà-ÿ])")
_TICKET = re.compile(r"(?<!\s)\s++([,.;:!?])")
_FRENCH_TICKET = re.compile(r"(?<!\s)\s++([,.])")
_AND = re.compile(r"(?<=\s)&(?=\s)")
_MINUTES = re.compile(r"(?<=\d)\s?mins?\b|(?<=\d)'(?=\s|$)", re.IGNORECASE)
_QUESTION_PILE = re.compile(r"(?:(?<!\s)\s++)?(?:[(\[]\s*+\?++\s*+[)\]]|\?{2,})")
_QUESTION = re.compile(r"(?<![^.!?…。！？])[^.!?…。！？]*+[?？]++")
_REPEATED_STOP = re.compile(r"([,.;:!])(?:\s*\1)+")
_ELLIPSIS = re.compile(r"\.{3,}|…")
_SPACES = re.compile(r"\s{2,}")
_WORD = re.compile(
    r"(?<![\w'’/.-])[A-Za-zÀ-ÿ'’/][A-Za-zÀ-ÿ'’/\d]*(?:\.[A-Za-z])*(?:\.(?=\s|$))?(?![\w'’/-])"
)
_LONGEST_QUOTATION = 800
_MARKS = Marks(
    {'"': '"', "“": "”", "„": "“”", "«": "»", "「": "」』", "『": "」』"},
    not_within={"“": "“", "„": "„", "«": "«"},
)
_LOOSE_QUOTES = re.compile(r"[\"“”„«»「」『』]")
_END = re.compile(r"[.!?…。！？]$")
_CLOSING_SPACE = re.compile(r"(?<!\s)\s++([)\]])|([(\[])\s++")
_ALL_BRACKETED = re.compile(r"\([^()]+\)\.?")
_EMPTY_BRACKETS = re.compile(r"[(\[]\s*[)\]]")
_HOLD = "\ue000{}\ue001"
_HELD = re.compile("\ue000(\\d+)\ue001")
_TRAILING_CONJUNCTION = re.compile(
    r"(?<![\s,;])[\s,;]++(?:and|but|though|und|aber|et|mais|y|pero|e|mas)[.\s]*+$"
)
_WITH = re.compile(r"\bw/(?=\s?\w)\s?")
_REGARDING = re.compile(r"\bre:?(?=\s[a-z])")
_TIMES_AS_X = re.compile(r"(?<!by \d)(?<=\d)x(?=[\s,.;]|$)")
_KANA = re.compile("[\u3040-\u30ff]")
_STOP = re.compile(r"(?<=[.!?])\s+")
_STOP_UNSPACED = re.compile(r"(?<=[.!?。！？])\s*(?=\S)")


def plain(text: str, language: Language) -> str:
    """The words of a remark without marks of any kind, abbreviations written out."""
    text = _LINK.sub(r"\1", text)
    text = _SPACES.sub(" ", _ENTITY.sub(" ", _TAG.sub(" ", _CODE.sub("", text))))
    text = _STAR.sub("", _TIMES.sub("×", text))
    text = _UNDERSCORE.sub("", text)
    text = _QUESTION_PILE.sub("", SIGNS.sub(" ", _EMOJI_BETWEEN.sub(", ", text)))
    text = _arrows(text, language)
    text = _SMILEY.sub(" ", _EMOJI.sub(" ", text))
    text = _TILDE.sub(f"{knowledge(language).frame.about} ", text)
    text = _OTHER_SIGNS.sub("", text).replace("<", "").replace("[", "(").replace("]", ")")
    text = text.replace("{", "(").replace("}", ")")
    text = written_out(text, language)
    text = _EMPTY_BRACKETS.sub("", text)
    text = _REPEATED_STOP.sub(r"\1", _ELLIPSIS.sub("…", text))
    text = _SENTENCE_START.sub(_capital_after_stop, text)
    text = _TICKET.sub(r"\1", text) if language != "fr" else _FRENCH_TICKET.sub(r"\1", text)
    text = _CLOSING_SPACE.sub(lambda m: m[1] or m[2], text)
    text = text.replace(" - ", " – ")
    text = _SPACES.sub(" ", text).strip(" ,;:-–—•・/+=>")
    return text.strip("(). ") if _ALL_BRACKETED.fullmatch(text) else text


def statement(text: str, language: Language, frame: Frame) -> str:
    """The remark as one or more sentences in the writer's own voice."""
    text = without_lead(plain(text, language), language)
    return _ended(_capital(_quotes(text, frame)))


def quotation(text: str, language: Language, frame: Frame) -> str:
    """The remark between the quotation marks of the frame's language."""
    text = without_lead(_LOOSE_QUOTES.sub("", plain(text, language)), language, spoken=True)
    text = _QUESTION.sub("", text).strip(" ,;:-–—")
    return f"{frame.open_quote}{_ended(_capital(text))}{frame.close_quote}" if text else ""


def name(text: str) -> str:
    """A competency's name within a line of Markdown."""
    return plain(text, "en") or plain(text.replace("_", " ").replace("*", " "), "en")


def without_lead(text: str, language: Language, *, spoken: bool = False) -> str:
    """The text without a loose conjunction or filler at its start or end.

    Somebody else's words keep their "I think".
    """
    reading = knowledge(language).reading
    fillers = reading.hesitations if spoken else reading.fillers
    for lead in (fillers, reading.dangling, fillers):
        found = lead.match(text)
        if found and any(c.isalnum() for c in text[found.end() :]):
            text = text[found.end() :]
    return _TRAILING_CONJUNCTION.sub("", text)


def _capital_after_stop(match: re.Match[str]) -> str:
    before = match.string[max(0, match.start() - 12) : match.start() + 1]
    return match[0] if ends_in_abbreviation(before) else match[1] + match[2].upper()


def _arrows(text: str, language: Language) -> str:
    """An arrow becomes "to" between figures, a colon before a word or two, else a comma."""
    text = _FROM_TO.sub(f" {knowledge(language).frame.to} ", text)

    last = max((match.end() for match in _ARROW.finditer(text)), default=0)
    said_from, said_until = len(text) - len(text.lstrip()), len(text.rstrip(" ."))
    before, *two_words = text.rsplit(maxsplit=2) or [""]
    few_from = len(before) if len(two_words) == 2 else 0

    def sign(match: re.Match[str]) -> str:
        if match.end() >= said_until or match.start() <= said_from:
            return " "
        return ": " if match.end() == last and last >= few_from else ", "

    return _ARROW.sub(sign, text)


def written_out(text: str, language: Language) -> str:
    """The text with abbreviations written out and common slips corrected."""
    known = knowledge(language)
    text = _MINUTES.sub(f" {known.frame.minutes}", text)
    if language != "ja":
        text = _AND.sub(known.frame.joiner, text)
    said_until = len(text.rstrip())

    def word(match: re.Match[str]) -> str:
        said = match[0]
        full = known.short.get(said.casefold())
        if full is None and said.endswith("."):
            full = known.short.get(said[:-1].casefold())
            full = f"{full}." if full is not None and match.end() >= said_until else full
        if full is None or (said.isupper() and len(said) > 1):
            return said
        return full

    text = _WORD.sub(word, text)
    if language == "en":
        text = _WITH.sub("with ", text)
        text = _REGARDING.sub("about", text)
        text = _TIMES_AS_X.sub(" times", text)
    return text


def _quotes(text: str, frame: Frame) -> str:
    """Pairs of quotation marks as the language writes them; single ones are left out."""
    kept: list[str] = []

    def hold(quotation: str) -> str:
        inner = quotation[1:-1].strip()
        if not any(c.isalnum() for c in inner):
            return " "
        kept.append(f"{frame.open_quote}{inner}{frame.close_quote}")
        return _HOLD.format(len(kept) - 1)

    text = with_quotations(text, _MARKS, _LONGEST_QUOTATION, hold)
    text = _QUESTION.sub("", _LOOSE_QUOTES.sub("", text)).strip(" ,;:-–—")
    return _HELD.sub(lambda m: kept[int(m[1])], text)


def _capital(text: str) -> str:
    """A capital at the start, also inside a quotation mark or bracket; figures are left alone."""
    for index, c in enumerate(text[:4]):
        if c.isalpha():
            word = text[index:].split(maxsplit=1)[0]
            if any(other.isupper() for other in word[1:]) or "_" in word or "(" in word:
                return text
            return f"{text[:index]}{c.upper()}{text[index + 1 :]}"
        if c.isdigit():
            return text
    return text


def _ended(text: str) -> str:
    """The text with a full stop, unless it or a quotation at its end already closes with a mark."""
    inner = text.rstrip(' "“”»」)')
    if not text or _END.search(text):
        return text
    if _END.search(inner) and inner != text and text[-1] not in ")":
        return text
    stop = "。" if _KANA.search(text) else "."
    return f"{text}{stop}"


def shortened(text: str, limit: int, count: Callable[[str], int]) -> str:
    """The first sentences within `limit` words, at least one."""
    parts = (_STOP_UNSPACED if "。" in text else _STOP).split(text)
    kept = parts[0]
    for part in parts[1:]:
        too_long = len(kept) + len(part) > limit * LONGEST_WORD
        if too_long or count(f"{kept} {part}") > limit:
            break
        kept = f"{kept} {part}" if "。" not in kept else f"{kept}{part}"
    return kept
