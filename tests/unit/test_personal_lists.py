"""The word lists themselves, and that hostile text costs no more than its length."""

import re
from pathlib import Path

import pytest

from feedback_app.feedback import personal
from feedback_app.feedback.personal import find_remarks, sentences, tokens, without_remarks
from feedback_app.feedback.personal.rules import Tier, WordList, read_word_list

_LISTS = sorted((Path(personal.__file__).parent / "words").iterdir())
_CODE_READS = {
    "misspelt",
    "users",
    "person",
    "thing",
    "made",
    "link",
    "for",
    "while",
    "stop",
    "of",
    "done",
    "work",
    "judged",
    "also",
    "verb",
    "function",
    "self",
    "break",
    "coding",
    "local",
    "domain",
}
_NUMBERS = {"number", "tens"}


def _id(path: Path) -> str:
    return path.name


def _used_classes(words: WordList) -> set[str]:
    return {
        symbol.strip("<>")
        for rule in words.rules
        for element in (*rule.before, rule.anchor, *rule.after)
        for symbol in element.symbols
        if symbol.startswith("<")
    }


@pytest.mark.parametrize("path", _LISTS, ids=_id)
def test_every_class_of_a_list_is_used(path: Path) -> None:
    words = read_word_list(path)
    assert set(words.classes) <= _used_classes(words) | _CODE_READS | _NUMBERS


@pytest.mark.parametrize("path", _LISTS, ids=_id)
def test_no_pattern_is_written_twice(path: Path) -> None:
    rules = read_word_list(path).rules
    assert len(rules) == len(set(rules))


@pytest.mark.parametrize("path", _LISTS, ids=_id)
def test_no_harmless_phrase_is_a_remark_elsewhere_in_the_list(path: Path) -> None:
    rules = read_word_list(path).rules
    harmless = {(r.before, r.anchor, r.after) for r in rules if r.tier is Tier.HARMLESS}
    others = {(r.before, r.anchor, r.after) for r in rules if r.tier is not Tier.HARMLESS}
    assert not harmless & others


@pytest.mark.parametrize("path", _LISTS, ids=_id)
def test_a_pattern_skips_few_words_so_that_matching_is_bounded(path: Path) -> None:
    for rule in read_word_list(path).rules:
        for side in (rule.before, rule.after):
            assert len(side) <= 8
            ways = 1
            for element in side:
                ways *= element.reach + 1 + element.optional + element.edge
            assert ways <= 500


@pytest.mark.parametrize(
    "line",
    [
        "== class",
        "== harmless person",
        "== health sometimes",
        "== weather always",
        "== health always\na||b",
        "== health always\nshe is <unknown> pregnant",
        "== health always\nshe's ill",
        "== health always\n~3 very?",
        "ill before any section",
    ],
)
def test_a_fault_in_a_list_is_named_with_its_place(line: str, tmp_path: Path) -> None:
    path = tmp_path / "xx.txt"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(ValueError, match=r"xx\.txt, line \d|no class <unknown>"):
        read_word_list(tmp_path)


def test_no_regular_expression_repeats_without_bound_twice_in_a_row() -> None:
    found = [
        pattern
        for module in (sentences, tokens)
        for pattern in vars(module).values()
        if isinstance(pattern, re.Pattern)
    ]
    assert len(found) >= 5
    for pattern in found:
        assert not re.search(r"[+*][+*?]?\)*[+*]", pattern.pattern.replace("[-*+•", ""))


def test_a_sentence_ends_after_500_characters_whatever_it_is_made_of() -> None:
    for text in ("a" * 5000, "and she " * 600, "子" * 5000, "((((" * 1000, "a;" * 2000):
        cut = list(sentences.sentences_of(text))
        assert max(s.end - s.start for s in cut) <= sentences.LONGEST
        assert sum(s.end - s.start for s in cut) >= len(text.replace(" ", "")) * 0.9


class _CountedWords:
    """Counts how often a word is looked up; stands for the list of Japanese words."""

    def __init__(self) -> None:
        self.lookups = 0

    def __contains__(self, word: object) -> bool:
        self.lookups += 1
        return False

    def __iter__(self):
        return iter(())

    def __len__(self) -> int:
        return 0


@pytest.mark.parametrize("letter", ["子", "ア", "ひ", "子ア"])
def test_japanese_is_cut_in_a_bounded_number_of_lookups_a_character(letter: str) -> None:
    counted = _CountedWords()
    tokens.tokens_of(letter * 500, 0, counted, longest=12)
    assert counted.lookups <= 500 * len(letter) * 14


def test_long_notes_are_read_to_the_end() -> None:
    notes = "Good tests, clear answers and a solid design.\n" * 2000 + "She is pregnant."
    (remark,) = find_remarks(notes)
    assert remark.line == 2001
    assert without_remarks(notes).endswith("design.\n")
