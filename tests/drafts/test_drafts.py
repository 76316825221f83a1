"""The drafts of real-looking notes: as they were read and scored, and what holds for each."""

import re
from itertools import groupby

import pytest

from feedback_app.feedback.assessment import Recommendation
from feedback_app.feedback.drafter.compose import compose
from feedback_app.feedback.drafter.knowledge import knowledge
from feedback_app.feedback.drafter.reading import read
from feedback_app.feedback.drafter.words import LANGUAGES, word_count
from tests.drafts.cases import Case, cases

CASES = cases()
EACH = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
MARK = re.compile(r" \[(\d+(?:-\d+)?(?:, \d+(?:-\d+)?)*)\]")
LACK = re.compile(
    r"no reason (?:was )?given|no notes? (?:bear|mention|on)|not assessed|was not covered|not noted"
    r"|no concerns? (?:is|was|were|plainly)|left out|also noted|keine Begründung|nicht beurteilt"
    r"|nicht bewertet|aucune note|non évalué|sin evaluar|no se evaluó|não avaliad|未評価|記録なし",
    re.IGNORECASE,
)
PROCESS = re.compile(
    r"salary|Gehalt|salaire|next round|nächste Runde|recruiter|年収|télétravail|teletrabajo|férias",
    re.IGNORECASE,
)
MOST_WORDS = 350


def lines_of(mark: str) -> list[int]:
    numbers: list[int] = []
    for part in mark.split(", "):
        first, _, last = part.partition("-")
        numbers.extend(range(int(first), int(last or first) + 1))
    return numbers


def without_marks(draft: str) -> str:
    return MARK.sub("", draft)


@EACH
def test_a_note_set_gives_the_draft_that_was_read_and_scored(case: Case) -> None:
    assert compose(case.assessment) == case.expected_file.read_text(encoding="utf-8")


def test_every_stored_draft_belongs_to_a_note_set() -> None:
    assert {file.stem for file in CASES[0].expected_file.parent.iterdir()} == {
        case.name for case in CASES
    }


@EACH
def test_every_mark_names_lines_that_hold_text(case: Case) -> None:
    lines = case.assessment.notes.split("\n")
    marked = [n for mark in MARK.findall(compose(case.assessment)) for n in lines_of(mark)]
    assert all(1 <= number <= len(lines) for number in marked)
    assert set(marked) == read(case.assessment).used
    for mark in MARK.findall(compose(case.assessment)):
        assert any(lines[number - 1].strip() for number in lines_of(mark))


@EACH
def test_every_statement_without_a_mark_rests_on_a_reason_or_a_rating(case: Case) -> None:
    reasons = [words(c.reason) for c in case.assessment.competencies]
    for line in compose(case.assessment).split("\n")[1:]:
        if not line.startswith("- "):
            continue
        rest = re.sub(r"^- (?:\*\*[^*]+\*\* ?[:：])?", "", line)
        unmarked = MARK.split(rest)[-1] if MARK.search(rest) else rest
        said = words(unmarked)
        assert not said or any(said <= reason for reason in reasons), line


def words(text: str) -> set[str]:
    return {word.casefold() for word in re.findall(r"[^\W\d_]{4,}", text)}


@EACH
def test_no_draft_says_what_notes_lack_or_talks_about_the_process(case: Case) -> None:
    text = without_marks(compose(case.assessment))
    assert not LACK.search(text)
    assert not PROCESS.search(re.sub(r'"[^"]*"|„[^“]*“|«[^»]*»|「[^」]*」', "", text))
    assert case.assessment.interviewer not in text
    assert not re.search(r"\b20\d\d-\d\d-\d\d\b|interviewer", text, re.IGNORECASE)


@EACH
def test_no_draft_asks_a_question(case: Case) -> None:
    assert not re.search(r"[?？¿]", without_marks(compose(case.assessment)))


@EACH
def test_no_draft_shows_signs_of_markup_or_doubled_marks(case: Case) -> None:
    text = without_marks(compose(case.assessment))
    text = re.sub(r"^(?:- |## )|\*\*", "", text, flags=re.MULTILINE)
    assert not re.search(r"[\\`*<>|#\[\]{}~]|__|\"\"|““|””|„„|\.\.|,,|::|\s,", text), text
    assert not re.search("[\U0001f300-\U0001faff→✅❌]", text)


@EACH
def test_a_competency_has_at_most_two_statements_from_the_notes(case: Case) -> None:
    found: dict[str, int] = {}
    for name, rest in re.findall(r"^- \*\*(.+?)\*\* ?[:：](.*)$", compose(case.assessment), re.M):
        found[name] = found.get(name, 0) + len(list(groupby(MARK.findall(rest))))
    reasons = {c.name for c in case.assessment.competencies if c.reason}
    assert all(count <= 2 + (name in reasons) for name, count in found.items())


@EACH
def test_a_draft_is_the_same_each_time_and_fits_on_a_page(case: Case) -> None:
    draft = compose(case.assessment)
    assert draft == compose(case.assessment)
    assert word_count(without_marks(draft)) <= MOST_WORDS


@EACH
def test_a_draft_begins_with_the_recommendation_exactly_as_given(case: Case) -> None:
    draft = compose(case.assessment)
    chosen = case.assessment.recommendation
    possible = {
        words: code
        for language in LANGUAGES
        for code, words in knowledge(language).frame.recommendation.items()
    }
    said = re.match(r"\*\*(.+?)[.。]\*\*", draft)
    if chosen is None:
        assert said is None
    else:
        assert said
        assert Recommendation(possible[said[1]]) == chosen


@EACH
def test_a_rating_is_never_told_otherwise_than_given(case: Case) -> None:
    first = compose(case.assessment).split("\n")[0]
    given = {c.name.casefold(): c.rating for c in case.assessment.competencies}
    for name, rating in given.items():
        for told in re.findall(re.escape(name) + r"[ （(]+(\d)[)）]", first.casefold()):
            assert int(told) == rating


@EACH
def test_no_figure_is_made_up(case: Case) -> None:
    told = re.findall(r"\d+", without_marks(compose(case.assessment)))
    record = [
        case.assessment.notes,
        *(f"{c.name} {c.rating} {c.reason}" for c in case.assessment.competencies),
    ]
    assert set(told) <= set(re.findall(r"\d+", " ".join(record)))
