"""Reads a job description without a model: title, level, and the lists under its headings.

Linear in the length of the text. Anything it does not find is left empty for a person to write.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from feedback_app.core.text import compatible
from feedback_app.hiring.metadata import MOST_MUST_HAVES, on_a_line

_MUST = re.compile(
    r"require|must|qualif|you (?:have|bring|need|are)|what we (?:expect|look)|looking for"
    r"|anforderung|voraussetz|profil|du bringst|sie bringen|erwarten"
    r"|profil recherché|exigences|compétences requises|requisitos|exigências",
    re.IGNORECASE,
)
_WISH = re.compile(
    r"nice|bonus|plus\b|preferred|optional|desirable|wünschenswert|von vorteil|atout|valor[ae]",
    re.IGNORECASE,
)
_WORK = re.compile(
    r"respons|you will|what you|your (?:role|tasks|job)|skills|competenc|duties"
    r"|aufgaben|tätigkeit|missions|responsabil|funciones|tarefas",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"we offer|benefits|about us|about the (?:company|team)|salary|apply|wir bieten|über uns"
    r"|nous offrons|ofrecemos|oferecemos|perks",
    re.IGNORECASE,
)
_BULLET = re.compile(r"(?:[-*•·–▪◦]|\d{1,2}[.)])\s+")
_HIRING = re.compile(
    r"(?:wir suchen|we(?: are|'re) (?:looking for|hiring|seeking)|join us as) (?:eine?n? |an? )?",
    re.IGNORECASE,
)
_ANY_SEX = re.compile(r"\s?\([mwfdxhv]/[mwfdxhv/]{1,5}\)", re.IGNORECASE)
_LABEL = re.compile(r"(?:job )?title|position|role|stelle|poste|puesto|cargo", re.IGNORECASE)
_LEVELS = (
    ("executive", r"head of|director|vp|chief|leiter(?:in)?|directeur|director[a]?"),
    ("principal", r"principal|distinguished"),
    ("lead", r"lead|staff|team ?lead|teamleit(?:er|ung)"),
    ("senior", r"senior|sr\.?|sénior|erfahrene?r?"),
    ("mid", r"mid(?:[- ]level)?|intermediate|medior"),
    ("junior", r"junior|jr\.?|graduate|entry[- ]level|berufseinsteiger"),
    ("intern", r"intern(?:ship)?|trainee|werkstudent(?:in)?|praktik(?:um|ant(?:in)?)|stage"),
)
_LEVEL_WORDS = tuple(
    (level, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)) for level, words in _LEVELS
)
_NUMBERS: list[str] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
]
_NUMBER = rf"\d{{1,2}}|{'|'.join(_NUMBERS[1:])}"
_YEARS = re.compile(
    rf"(?<!\w)({_NUMBER})\s?\+?\s?(?:or more )?(?:years|jahre|ans|años|anos)", re.IGNORECASE
)
_LEAD = re.compile(
    r"(?:you (?:have |bring |know )?)?(?:at least |mindestens |a |an |the )?"
    rf"(?:(?:{_NUMBER})\s?\+?\s?(?:or more )?(?:years|jahre) (?:of |in )?)?(?:sehr )?"
    r"(?:(?:solid|strong|good|proven|deep|excellent|hands-on|professional|first|basic|fluent"
    r"|gute[nrs]?|fundierte|mehrjährige) )?"
    r"(?:(?:work )?(?:experience|knowledge|understanding|command|skills|background|expertise"
    r"|practice|(?:berufs)?erfahrung(?:en)?|kenntnisse) (?:with|of|in|as|at|mit) )?"
    r"(?:a |an |the |your |our )?",
    re.IGNORECASE,
)
"""The words before a requirement's subject."""
_DOING = re.compile(
    r"(?:(?:you|du|sie) )?\w{2,20}(?: (?:and|or|und) \w{2,20})?"
    r"(?: (?:part in|care of|after|on|with|for))?"
    r" (?:the|our|a|an|new|your|unsere?n?|die|das|den) ",
    re.IGNORECASE,
)
"""The words before a task's subject: a verb or two, and an article."""
_NAME_END = re.compile(
    r"[:,;.(]| (?:with|in|at|on|for|to|of|that|which|who|when|than|from|using|and the|and an?"
    r"|mit|für|bei|avec|con|com) "
)
_NAME_WORDS = 4
_HEAD_CHARACTERS = 60
_COMPETENCIES = 7
"""As many as an interviewer can rate."""
_ENOUGH = 4
"""With so many requirements, tasks are not taken for competencies."""
_FIRST_CHARACTERS = 2_000
"""Where a level is looked for: further down the text is about colleagues."""


@dataclass(slots=True)
class _Found:
    title: str = ""
    work: list[str] = field(default_factory=list)
    must: list[str] = field(default_factory=list)
    any: list[str] = field(default_factory=list)


def write_metadata(title: str, description: str) -> str:
    """The JSON of a `JobMetadata` for a description; `title` is the job's present title."""
    text = compatible(description)
    found = _read(text)
    called = found.title or on_a_line(title)
    competencies = [(_named(line, _LEAD), line) for line in found.must]
    if len(competencies) < _ENOUGH:
        competencies += [(_named(line, _DOING), line) for line in found.work if _DOING.match(line)]
    competencies = competencies or [(_named(line, _LEAD), line) for line in found.any]
    by_name = {name.casefold(): (name, line) for name, line in reversed(competencies) if name}
    return json.dumps(
        {
            "title": called,
            "level": _level(called, text),
            "competencies": [
                {"name": name, "description": line}
                for name, line in list(by_name.values())[::-1][:_COMPETENCIES]
            ],
            "must_haves": _unique(found.must)[:MOST_MUST_HAVES],
        },
        ensure_ascii=False,
        indent=1,
    )


def _read(text: str) -> _Found:
    found, section = _Found(), ""
    for line, is_bullet in _lines(text):
        head = line.rstrip(":")
        if not is_bullet and len(line) <= _HEAD_CHARACTERS and (kind := _section(line)):
            section = kind
            continue
        if not is_bullet:
            label, _, value = line.partition(":")
            if not found.title and value.strip() and _LABEL.fullmatch(label.strip()):
                found.title = _title(value)
            elif not found.title and not found.any and len(head) <= _HEAD_CHARACTERS:
                found.title = _title(head)
            continue
        said = on_a_line(line)
        if section != "other":
            found.any.append(said)
        if section == "must":
            found.must.append(said)
        elif section == "work":
            found.work.append(said)
    return found


def _title(line: str) -> str:
    return on_a_line(_ANY_SEX.sub("", _HIRING.sub("", on_a_line(line), count=1)))


def _lines(text: str) -> Iterator[tuple[str, bool]]:
    """The lines with words in them, without their bullets, and whether they had one."""
    for raw in text.splitlines():
        line = raw.strip()
        bullet = _BULLET.match(line)
        line = (line[bullet.end() :] if bullet else line).strip("#*_ \t")
        if any(map(str.isalnum, line[:_FIRST_CHARACTERS])):
            yield line, bullet is not None


def _section(line: str) -> str:
    """The part of a description that this heading begins; empty if it is not a heading."""
    for kind, words in (("other", _OTHER), ("wish", _WISH), ("must", _MUST), ("work", _WORK)):
        if words.search(line):
            return kind
    return ""


def _level(title: str, text: str) -> str:
    for level, words in _LEVEL_WORDS:
        if words.search(title):
            return level
    first = text[:_FIRST_CHARACTERS]
    for level, words in _LEVEL_WORDS[3:]:
        if words.search(first):
            return level
    years = [_number(written) for written in _YEARS.findall(first)]
    if not years:
        return ""
    return "senior" if max(years) >= 5 else "mid" if max(years) >= 2 else "junior"


def _number(written: str) -> int:
    return int(written) if written.isdecimal() else _NUMBERS.index(written.lower())


def _named(line: str, lead: re.Pattern[str]) -> str:
    """The first words of a line after its lead-in, as the name of its subject."""
    found = lead.match(line)
    said = line[found.end() :] if found else line
    end = _NAME_END.search(said, 3)
    words = (said[: end.start()] if end else said).split()
    name = " ".join(words[:_NAME_WORDS]).rstrip(".,;:")
    return name[:1].upper() + name[1:]


def _unique(lines: list[str]) -> list[str]:
    return list({line.casefold(): line for line in reversed(lines) if line}.values())[::-1]
