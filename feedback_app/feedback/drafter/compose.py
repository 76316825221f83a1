"""Words a draft: a pure function from one interviewer's record to Markdown.

Each statement ends with the lines of the notes it rests on, "[3]" or "[3, 7-8]". The interviewer's
words stay in their own voice; quotation marks hold what the candidate said and anything in another
language than the draft's.
"""

from collections.abc import Iterable, Sequence
from zlib import crc32

from feedback_app.core.line_keys import line_key
from feedback_app.feedback.assessment import Assessment, Recommendation
from feedback_app.feedback.drafter import polish
from feedback_app.feedback.drafter.knowledge import Frame, knowledge
from feedback_app.feedback.drafter.language import languages_of
from feedback_app.feedback.drafter.notes import MOST_LINES
from feedback_app.feedback.drafter.opening import outlined, outlined_point
from feedback_app.feedback.drafter.outline import Bullet, Outline
from feedback_app.feedback.drafter.plan import Fact, Plan, Point, language_of_reasons
from feedback_app.feedback.drafter.sentences import whole_sentences
from feedback_app.feedback.drafter.words import Language, word_count

LONGEST_STATEMENT_WORDS = 45
_PROPER_NAMES = frozenset(
    """
    linux python java kotlin swift rust react angular docker kubernetes excel
    german english french spanish portuguese italian japanese
    """.split()  # noqa: SIM905
)
MOST_NAMED = 2
"""Competencies the first line names per side; others follow if nothing else mentions them."""


def compose(assessment: Assessment) -> str:
    """The feedback as Markdown, ending in a newline; "" if there is nothing to say."""
    plan, outline = outlined(assessment)
    return Writer(assessment, plan).draft(outline)


def compose_competency(assessment: Assessment, competency_id: str) -> str:
    """The bullet of one competency on the side of its rating, without the leading "- ".

    If everything known is on the other side, the bullet of that side; "" if nothing is known.
    """
    strength, concern = compose_sides(assessment, competency_id)
    for competency in assessment.competencies:
        if competency_id in (competency.id, competency.name) and (competency.rating or 3) <= 2:
            return concern or strength
    return strength or concern


def compose_sides(assessment: Assessment, competency_id: str) -> tuple[str, str]:
    """The bullets of one competency among the strengths and the concerns, "" if there is none."""
    plan, outline = outlined_point(assessment, competency_id)
    writer = Writer(assessment, plan)
    strengths = [writer.bullet(bullet) for bullet in [*outline.strengths, *outline.observed]]
    concerns = [writer.bullet(bullet) for bullet in outline.concerns]
    return " ".join(strengths), " ".join(concerns)


def compose_loose(assessment: Assessment) -> dict[str, str]:
    """The statements a draft makes without a competency, by the `line_key` of their remark."""
    plan, outline = outlined(assessment)
    writer = Writer(assessment, plan)
    return {
        line_key(bullet.facts[0].text): writer.bullet(bullet)
        for bullet in outline.bullets
        if bullet.point is None
    }


def verdict_of(assessment: Assessment) -> str:
    """The recommendation as a sentence in the language of the notes; "" without one."""
    lines = [line for line in assessment.notes.split("\n") if line.strip()][:MOST_LINES]
    _, language = languages_of(lines, language_of_reasons(assessment))
    return _verdict(assessment, language)


def _verdict(assessment: Assessment, language: Language) -> str:
    if assessment.recommendation is None:
        return ""
    words = knowledge(language).frame.recommendation[assessment.recommendation.value]
    return words + ("。" if language == "ja" else ".")


class Writer:
    """Words the facts of one interview in the language of its notes."""

    def __init__(self, assessment: Assessment, plan: Plan) -> None:
        self._assessment = assessment
        self._plan = plan
        self._language: Language = plan.language
        self._frame: Frame = knowledge(plan.language).frame
        names = "|".join(competency.name for competency in assessment.competencies)
        self._form = crc32(f"{assessment.candidate}|{names}".encode("utf-8", "replace"))

    def draft(self, outline: Outline) -> str:
        parts = [self._opening(outline)]
        loose = [bullet for bullet in outline.observed if bullet.point is None]
        placed = [bullet for bullet in outline.observed if bullet.point is not None]
        others = _joined(map(self.bullet, loose), self._language)
        if outline.has_headings:
            parts.append(self._section("", placed))
            parts.append(self._section(self._frame.strengths, outline.strengths))
            parts.append(self._section(self._frame.concerns, outline.concerns))
            judged = outline.strengths or outline.concerns
            parts.append(f"## {self._frame.observed}\n\n{others}" if others and judged else others)
        else:
            parts.append(self._section("", [*placed, *outline.strengths, *outline.concerns]))
            parts.append(others)
        text = "\n\n".join(part for part in parts if part)
        return f"{text}\n" if text else ""

    def bullet(self, bullet: Bullet) -> str:
        """One bullet without its sign."""
        said = [self._statement(fact) for fact in bullet.facts]
        if bullet.aside:
            said.append(self._aside(bullet.aside, self._variant("plus", id_of(bullet))))
        text = _joined(said, self._language)
        if bullet.point is None or not text:
            return text
        name = polish.name(bullet.point.competency.name)
        colon = "：" if self._language == "ja" else " :" if self._language == "fr" else ":"
        gap = "" if self._language == "ja" else " "
        return f"**{name}**{colon}{gap}{text}" if name else text

    def _section(self, heading: str, bullets: Sequence[Bullet]) -> str:
        said = [text for bullet in bullets if (text := self.bullet(bullet))]
        if not said:
            return ""
        listed = "\n".join(f"- {text}" for text in said)
        return f"## {heading}\n\n{listed}" if heading else listed

    def _opening(self, outline: Outline) -> str:
        said = [self._recommendation(), *self._ratings(outline)]
        said += [self._statement(fact) for fact in outline.opening]
        return _joined(said, self._language)

    def _recommendation(self) -> str:
        verdict = _verdict(self._assessment, self._language)
        return f"**{verdict}**" if verdict else ""

    def _ratings(self, outline: Outline) -> list[str]:
        """Sentences on the best and worst rated competencies, then on those without statements."""
        rated = [p for p in self._plan.points if p.competency.rating is not None]
        if not rated:
            return []
        worth = {id(b.point): len(b.facts) for b in outline.bullets if b.point}
        good = [p for p in rated if _rating(p) >= 3]
        weak = [p for p in rated if _rating(p) <= 2]
        good.sort(key=lambda p: (-_rating(p), -worth.get(id(p), 0), p.index))
        weak.sort(key=lambda p: (_rating(p), -worth.get(id(p), 0), p.index))
        best, worst = good[:MOST_NAMED], weak[:MOST_NAMED]
        if best and worst and _rating(best[0]) == 4:
            best = [p for p in best if _rating(p) == 4] if len(best) > 1 else best
            best = best or good[:1]
        best = (
            best
            if not (best and len(good) > len(best) and len(best) < MOST_NAMED)
            else good[:MOST_NAMED]
        )
        said = [self._first_sentence(best, worst)]
        silent = [p for p in rated if id(p) not in worth and p not in best and p not in worst]
        for key, points in (
            ("also_good", [p for p in silent if _rating(p) >= 3]),
            ("also_weak", [p for p in silent if _rating(p) <= 2]),
        ):
            if points:
                said.append(self._variant(key, 0).format(names=self._names(points)))
        return [_capital(sentence) for sentence in said]

    def _first_sentence(self, best: Sequence[Point], worst: Sequence[Point]) -> str:
        negative = self._assessment.recommendation in (Recommendation.NO, Recommendation.STRONG_NO)
        level = "strong" if best and _rating(best[0]) == 4 else "good"
        if best and worst:
            key = f"weak_first_{level}" if negative else f"both_{level}"
        else:
            key = f"best_{level}" if best else "weak_only"
        form = self._variant(key, 0)
        return form.format(best=self._names(best), weak=self._names(worst))

    def _names(self, points: Sequence[Point]) -> str:
        names = [
            self._frame.rated.format(
                name=self._small(p.competency.name), rating=p.competency.rating
            )
            for p in points
        ]
        if len(names) < 2:
            return "".join(names)
        if self._language == "ja":
            return "、".join(names)
        joiner = self._frame.joiner
        if self._language == "es" and names[-1].casefold().startswith(("i", "hi")):
            joiner = "e"
        return f"{', '.join(names[:-1])} {joiner} {names[-1]}"

    def _small(self, name: str) -> str:
        """A name within a sentence: in lower case if only its first letter is a capital."""
        text = polish.name(name)
        first = text.split(maxsplit=1)[0] if text else ""
        proper = first.casefold() in _PROPER_NAMES
        if self._frame.lower_names and first[1:] and first[1:].islower() and not proper:
            return text[0].lower() + text[1:]
        return text

    def _statement(self, fact: Fact) -> str:
        text = polish.shortened(fact.text, LONGEST_STATEMENT_WORDS, word_count)
        if not fact.spoken and fact.language == self._language:
            said = polish.statement(text, fact.language, self._frame)
            if fact.topic:
                lead = self._variant("topic", len(fact.topic)).format(
                    topic=polish.plain(fact.topic, fact.language)
                )
                said = f"{lead}{said}"
        else:
            said = polish.quotation(text, fact.language, self._frame)
            if fact.topic and fact.language == self._language:
                lead = self._variant("topic", len(fact.topic)).format(
                    topic=polish.plain(fact.topic, fact.language)
                )
                said = f"{lead}{said}"
        return _cited(said, fact.lines, self._language)

    def _aside(self, fact: Fact, lead: str) -> str:
        said = self._statement(fact)
        if not said:
            return ""
        first = said.split(maxsplit=1)[0]
        ordinary = first[1:].islower() or (len(first) == 1 and first != "I")
        keeps = self._language in ("ja", "de") or fact.spoken or not ordinary
        return f"{lead}{said if keeps else said[0].lower() + said[1:]}"

    def _variant(self, key: str, place: int) -> str:
        forms = self._frame.forms[key]
        return forms[(self._form + place) % len(forms)]


def id_of(bullet: Bullet) -> int:
    """The index of a bullet's competency, by which its wording varies."""
    return bullet.point.index if bullet.point else 0


def _rating(point: Point) -> int:
    return point.competency.rating or 0


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _joined(said: Iterable[str], language: Language) -> str:
    return ("" if language == "ja" else " ").join(part for part in said if part)


def _cited(said: str, lines: Sequence[tuple[int, int]], language: Language) -> str:
    """Sentences that each end with the lines they rest on: a mark covers one sentence."""
    mark = _marks(lines)
    if not mark:
        return said
    return _joined((f"{sentence}{mark}" for sentence in whole_sentences(said)), language)


def _marks(lines: Sequence[tuple[int, int]]) -> str:
    """The mark after a statement, such as " [3, 7-8]"; "" for no lines."""
    numbers = sorted({n for first, last in lines for n in range(first, last + 1)})
    if not numbers:
        return ""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return f" [{', '.join(str(a) if a == b else f'{a}-{b}' for a, b in runs)}]"
