"""What reads text in this app, each as a function of one text.

A text is given where the app takes one as long: a reason, a name or a question within the length
that is allowed for it, all else whole.
"""

import inspect
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from types import ModuleType
from typing import Any

from feedback_app.core.errors import Invalid
from feedback_app.core.line_keys import line_key
from feedback_app.core.money import parse_dollars
from feedback_app.core.text import compatible, on_one_line, storable
from feedback_app.feedback import document
from feedback_app.feedback.assessment import Assessment, CompetencyAssessment, Recommendation
from feedback_app.feedback.drafter import (
    compose,
    evidence,
    language,
    notes,
    polarity,
    polish,
    sentences,
    words,
)
from feedback_app.feedback.drafter import reading as drafter_reading
from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.feedback.drafter.layout import headings, labels, lines, structure
from feedback_app.feedback.drafter.layout.labels import Labels
from feedback_app.feedback.drafter.layout.speakers import find_speakers
from feedback_app.feedback.drafter.quotations import Marks, quotations, with_quotations
from feedback_app.feedback.drafter.topics import topic_of
from feedback_app.feedback.evidence import departing, placing, resting
from feedback_app.feedback.evidence.resting import Source
from feedback_app.feedback.personal import find_remarks, remark_key, without_remarks
from feedback_app.feedback.personal.judging import grounds_of
from feedback_app.feedback.personal.sentences import sentences_of
from feedback_app.feedback.personal.tokens import fold, tokens_of
from feedback_app.feedback.prompts import feedback_prompt
from feedback_app.feedback.reading import for_drafting
from feedback_app.feedback.verdict import VerdictPlace
from feedback_app.hiring import checks
from feedback_app.hiring.interviews.when import from_field
from feedback_app.hiring.offline import write_metadata
from feedback_app.interviews.service import MAX_REASON_CHARACTERS
from feedback_app.live.view import _healed
from feedback_app.llm.client.faults import redacted
from feedback_app.llm.client.offline import split_tokens
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from feedback_app.llm.text import (
    citations,
    cited_statements,
    markdown,
    splitting,
    structured,
    tags,
)
from feedback_app.llm.text.blocks import Block, Span
from feedback_app.llm.text.unwrapping import Unwrapped
from tests.hostile.growth import LONG, Read

_NONE = inspect.Parameter("none", inspect.Parameter.POSITIONAL_ONLY)
_NAMES = ("Problem solving", "System design", "Communication")
_RECORDED = departing.Recorded(Recommendation.NO, dict.fromkeys(_NAMES, 2))
_LINES = 400
"""Lines of the notes that a text without any may cite."""


def readers() -> dict[str, Read]:
    """The functions by module and name; what follows a blank says how they are called."""
    return {
        **_of_notes(),
        **_of_parts_of_notes(),
        **_of_remarks(),
        **_of_answers(),
        **_of_feedback(),
        **_of_fields(),
        **_of_jobs(),
    }


def longest_read(name: str) -> int:
    """How many characters the app gives to a reader at most: of one remark or reason, or all."""
    return MAX_REASON_CHARACTERS if name in _of_remarks() else LONG


def unread(module: ModuleType) -> list[str]:
    """The public functions of a module that take a text first and are not among the readers."""
    read = {name.partition(" ")[0] for name in readers()}
    short = module.__name__.removeprefix("feedback_app.")
    return [
        f"{short}.{name}"
        for name, function in vars(module).items()
        if inspect.isfunction(inspect.unwrap(function))
        and function.__module__ == module.__name__
        and not name.startswith("_")
        and next(iter(inspect.signature(function).parameters.values()), _NONE).annotation is str
        and f"{short}.{name}" not in read
    ]


def _of_notes() -> dict[str, Read]:
    drafter = "feedback.drafter"
    return {
        f"{drafter}.compose.compose": lambda text: compose.compose(_interview(text)),
        f"{drafter}.compose.compose_competency": lambda text: compose.compose_competency(
            _interview(text), "c0"
        ),
        f"{drafter}.compose.compose_loose": lambda text: compose.compose_loose(_interview(text)),
        f"{drafter}.reading.read": lambda text: drafter_reading.read(_interview(text)),
        f"{drafter}.notes.read_notes": lambda text: notes.read_notes(
            text, Labels(_NAMES), "Maya Okafor", "Jonas Weber", "en"
        ),
        f"{drafter}.layout.structure.blocks_of": lambda text: list(
            structure.blocks_of(text.split("\n"), Labels(_NAMES), frozenset())
        ),
        f"{drafter}.layout.speakers.find_speakers": lambda text: find_speakers(
            text.split("\n"), Labels(_NAMES), "Maya Okafor", "Jonas Weber"
        ),
        "feedback.reading.for_drafting": lambda text: for_drafting(_interview(text), frozenset()),
        "feedback.personal.finding.find_remarks": find_remarks,
        "feedback.personal.finding.without_remarks": without_remarks,
        "feedback.prompts.feedback_prompt": lambda text: feedback_prompt(_interview(text)),
    }


def _checked(check: Callable[..., Any], *given: Any) -> None:
    """Reads a field of a form, which may be refused."""
    with suppress(Invalid):
        check(*given)


def _of_jobs() -> dict[str, Read]:
    return {
        "hiring.checks.one_line": lambda text: _checked(checks.one_line, text, len(text), "Write."),
        "hiring.checks.long_text": lambda text: _checked(checks.long_text, text, len(text)),
        "hiring.checks.email": lambda text: _checked(checks.email, text),
        "hiring.interviews.when.from_field": lambda text: _checked(from_field, text, "UTC"),
        "hiring.offline.write_metadata": lambda text: write_metadata("Engineer", text),
        "hiring.offline.write_metadata of a list": lambda text: write_metadata(
            "Engineer", "Requirements\n- " + text.replace("\n", "\n- ")
        ),
        "llm.text.structured.drawn": structured.drawn,
        "llm.text.structured.in_reasoning": structured.in_reasoning,
        "llm.text.structured.so_far": structured.so_far,
        "llm.text.structured.so_far in a field": lambda text: structured.so_far(
            '{"title": ' + json.dumps(text)[:-1]
        ),
    }


def _of_parts_of_notes() -> dict[str, Read]:
    drafter = "feedback.drafter"
    marks = Marks({"“": "”", "„": "“”"})
    return {
        "llm.client.offline.split_tokens": split_tokens,
        f"{drafter}.language.languages_of": lambda text: language.languages_of(
            text.split("\n"), "en"
        ),
        f"{drafter}.layout.headings.heading_of": lambda text: headings.heading_of(
            text, Labels(_NAMES)
        ),
        f"{drafter}.layout.lines.clean_line": lines.clean_line,
        f"{drafter}.layout.lines.depth_of": lambda text: lines.depth_of(text, False),
        f"{drafter}.layout.lines.fenced": lambda text: lines.fenced(text.split("\n")),
        f"{drafter}.layout.lines.has_times": lambda text: lines.has_times(text.split("\n")),
        f"{drafter}.layout.lines.without_marks": lambda text: lines.without_marks(text, True, True),
        f"{drafter}.layout.lines.wrapped": lambda text: lines.wrapped(text.split("\n")),
        f"{drafter}.quotations.quotations": lambda text: list(quotations(text, marks, 800)),
        f"{drafter}.quotations.with_quotations": lambda text: with_quotations(
            text, marks, 800, str.upper
        ),
        f"{drafter}.sentences.ends_in_abbreviation": sentences.ends_in_abbreviation,
        f"{drafter}.sentences.sentences": lambda text: list(sentences.sentences(text)),
        f"{drafter}.sentences.whole_sentences": sentences.whole_sentences,
        "feedback.personal.judging.grounds_of": _grounds_of_each,
        "feedback.personal.sentences.sentences_of": lambda text: list(sentences_of(text)),
        "core.line_keys.line_key": line_key,
    }


def _of_remarks() -> dict[str, Read]:
    drafter = "feedback.drafter"
    frame = knowledge("en").frame
    return {
        f"{drafter}.evidence.is_empty_reason": lambda text: evidence.is_empty_reason(text, "en"),
        f"{drafter}.layout.labels.groups_of": labels.groups_of,
        f"{drafter}.layout.labels.plain_label": labels.plain_label,
        f"{drafter}.layout.labels.words_aside": labels.words_aside,
        f"{drafter}.layout.labels.Labels.competency": lambda text: Labels(_NAMES).competency(text),
        f"{drafter}.language.guess_language": lambda text: language.guess_language(text, "en"),
        f"{drafter}.polarity.judge": lambda text: polarity.judge(text, "en"),
        f"{drafter}.polarity.judge in German": lambda text: polarity.judge(text, "de"),
        f"{drafter}.polarity.judge in Japanese": lambda text: polarity.judge(text, "ja"),
        f"{drafter}.polarity.sign_of_marks": polarity.sign_of_marks,
        f"{drafter}.polarity.unquoted": polarity.unquoted,
        f"{drafter}.polish.name": polish.name,
        f"{drafter}.polish.plain": lambda text: polish.plain(text, "en"),
        f"{drafter}.polish.plain in French": lambda text: polish.plain(text, "fr"),
        f"{drafter}.polish.quotation": lambda text: polish.quotation(text, "en", frame),
        f"{drafter}.polish.shortened": lambda text: polish.shortened(text, 45, words.word_count),
        f"{drafter}.polish.statement": lambda text: polish.statement(text, "en", frame),
        f"{drafter}.polish.without_lead": lambda text: polish.without_lead(text, "en"),
        f"{drafter}.polish.written_out": lambda text: polish.written_out(text, "en"),
        f"{drafter}.layout.structure.speaker_label": structure.speaker_label,
        f"{drafter}.topics.topic_of": lambda text: topic_of(text, "en"),
        f"{drafter}.words.content_stems": lambda text: words.content_stems(text, "ja", frozenset()),
        f"{drafter}.words.folded": words.folded,
        f"{drafter}.words.is_unspaced": words.is_unspaced,
        f"{drafter}.words.is_word": words.is_word,
        f"{drafter}.words.stem": lambda text: words.stem(text, "en"),
        f"{drafter}.words.tokens": lambda text: words.tokens(text, "fr"),
        f"{drafter}.words.word_count": words.word_count,
        "feedback.personal.remark.remark_key": remark_key,
        "feedback.personal.tokens.fold": fold,
        "feedback.personal.tokens.tokens_of": lambda text: tokens_of(text, 0, {"設計"}, 8),
    }


def _of_answers() -> dict[str, Read]:
    return {
        "live.view.LiveView._healed": _healed,
        "llm.text.cited_statements.cited": lambda text: cited_statements.cited(
            [Span(text), Span(f"{citations.OPEN}3{citations.CLOSE}")]
        ),
        "llm.text.splitting.decided": splitting.decided,
        "llm.text.markdown.parse_blocks": markdown.parse_blocks,
        "llm.text.markdown.plain": markdown.plain,
        "llm.text.tags.without_tags": tags.without_tags,
        "llm.text.citations.marked": lambda text: citations.marked(
            text, [(at, "3") for at in range(0, len(text), 50)]
        ),
        "llm.text.citations.unpacked": lambda text: citations.unpacked(
            "132:3,7;" * (len(text) // 8)
        ),
        "llm.text.citations.without_marks": lambda text: citations.without_marks(text, _LINES),
        "llm.text.citations.without_marks in pieces": _citations_in_pieces,
        "llm.ledger.pricing.estimate_tokens": estimate_tokens,
        "llm.text.unwrapping.Unwrapped": lambda text: Unwrapped().feed(text),
        "llm.text.unwrapping.Unwrapped in pieces": _unwrapped_in_pieces,
        "llm.client.faults.redacted": lambda text: redacted(("a" * 15 + "b") * 70, sent=text),
        "feedback.verdict.VerdictPlace": lambda text: VerdictPlace("Yes.").feed(text),
    }


def _of_feedback() -> dict[str, Read]:
    return {
        "feedback.document.cited_lines": lambda text: document.cited_lines(_paragraphs(text)),
        "feedback.document.from_editor": lambda text: document.from_editor(_document(text)),
        "feedback.document.to_html": lambda text: document.to_html(_paragraphs(text)),
        "feedback.document.to_markdown": lambda text: document.to_markdown(_paragraphs(text)),
        "feedback.document.to_plain": lambda text: document.to_plain(_paragraphs(text)),
        "feedback.document.words_in": lambda text: document.words_in(_paragraphs(text)),
        "feedback.evidence.departing.departure": lambda text: departing.departure(text, _RECORDED),
        "feedback.evidence.placing.put_point": lambda text: placing.put_point(
            _paragraphs(text), _NAMES[0], _paragraphs("a"), _paragraphs("b"), speaks_for=True
        ),
        "feedback.evidence.placing.take_out": lambda text: placing.take_out(
            _paragraphs(text), _paragraphs("a")
        ),
        "feedback.evidence.resting.ground": lambda text: resting.ground(
            [Block("paragraph", [Span("a", cite="1")])], Source(text, ""), f"new\n{text}", ""
        ),
        "feedback.evidence.resting.numbers_when_sent": lambda text: resting.numbers_when_sent(
            text, f"new\n{text}"
        ),
    }


def _of_fields() -> dict[str, Read]:
    return {
        "core.money.parse_dollars": parse_dollars,
        "core.text.compatible": compatible,
        "core.text.on_one_line": lambda text: on_one_line(text, LONG),
        "core.text.storable": storable,
    }


def _interview(text: str) -> Assessment:
    reason = text[:MAX_REASON_CHARACTERS]
    return Assessment(
        candidate="Maya Okafor",
        job="Backend Engineer",
        department="Engineering",
        kind="Technical interview",
        held_on=date(2026, 3, 4),
        interviewer="Jonas Weber",
        competencies=tuple(
            CompetencyAssessment(name, "", 1 + number, reason if number == 1 else "", f"c{number}")
            for number, name in enumerate(_NAMES)
        ),
        notes=text,
        recommendation=Recommendation.YES,
    )


def _paragraphs(text: str) -> list[Block]:
    """The text as an editor may hold it: of as many paragraphs as are taken, each with a run."""
    return [
        Block("bullet", [Span(line, "b" if number % 2 else "", cite="3")])
        for number, line in enumerate(text.split("\n", document.MOST_NODES // 2))
    ]


def _document(text: str) -> dict[str, Any]:
    lines = text.split("\n", document.MOST_NODES // 4)
    words = [{"type": "text", "text": line, "marks": [{"type": "bold"}]} for line in lines]
    return {"type": "doc", "content": [{"type": "paragraph", "content": [word]} for word in words]}


def _grounds_of_each(text: str) -> None:
    for sentence in sentences_of(text):
        grounds_of(text, sentence)


def _citations_in_pieces(text: str) -> None:
    taking = citations.CitationFilter(_LINES)
    for piece in _pieces(text):
        taking.feed(piece)
    taking.finish()


def _unwrapped_in_pieces(text: str) -> None:
    taking = Unwrapped()
    taking.feed("```markdown\n")
    for piece in _pieces(text):
        taking.feed(piece)
    taking.finish()


def _pieces(text: str) -> list[str]:
    """The text as a model sends it: a few characters at a time."""
    return [text[start : start + 50] for start in range(0, len(text), 50)]
