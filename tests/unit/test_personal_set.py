"""How many of the labelled remarks are found, and how many harmless lines are kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from feedback_app.feedback.personal import Ground, find_remarks

_SET = Path(__file__).parents[1] / "drafts" / "personal"
_LANGUAGES = ("en", "de", "es", "fr", "pt", "ja")


@dataclass(frozen=True)
class Line:
    is_remark: bool
    language: str
    ground: str
    text: str


def _lines(pattern: str = "*.tsv") -> Iterator[Line]:
    for path in sorted(_SET.glob(pattern)):
        for line in path.read_text(encoding="utf-8").splitlines():
            label, language, ground, text = line.split("\t")
            yield Line(label == "remark", language, ground, text)


def _caught(lines: list[Line]) -> float:
    remarks = [line for line in lines if line.is_remark]
    return sum(bool(find_remarks(line.text)) for line in remarks) / len(remarks)


def _kept(lines: list[Line]) -> float:
    fine = [line for line in lines if not line.is_remark]
    return sum(not find_remarks(line.text) for line in fine) / len(fine)


def test_the_set_is_large_and_covers_every_ground_and_language() -> None:
    lines = list(_lines())
    assert sum(line.is_remark for line in lines) >= 260
    assert sum(not line.is_remark for line in lines) >= 140
    assert {line.ground for line in lines if line.is_remark} == set(Ground)
    for language in _LANGUAGES:
        assert sum(line.language == language for line in lines) >= 50


def test_nearly_all_remarks_are_caught_and_nearly_all_harmless_lines_kept() -> None:
    lines = list(_lines())
    assert _caught(lines) >= 0.95
    assert _kept(lines) >= 0.90


def test_the_lines_held_out_while_the_lists_were_made_do_as_well() -> None:
    held_out = list(_lines("written-first.tsv"))[2::3]
    assert _caught(held_out) >= 0.95
    assert _kept(held_out) >= 0.90


@pytest.mark.parametrize("language", _LANGUAGES)
def test_no_language_is_left_behind(language: str) -> None:
    lines = [line for line in _lines() if line.language == language]
    assert _caught(lines) >= 0.90
    assert _kept(lines) >= 0.90


def test_most_remarks_are_withheld_on_the_ground_a_reader_would_name() -> None:
    found = [(line, find_remarks(line.text)) for line in _lines() if line.is_remark]
    named = [(line.ground, remarks[0].ground) for line, remarks in found if remarks]
    assert sum(expected == ground for expected, ground in named) / len(named) >= 0.85
