"""Cells of an export: no spreadsheet of any language finds a formula in one."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedback_app.usage.export.cells import cell
from feedback_app.usage.export.service import written_csv

BLANKS = ["\u00a0", "\u3000", "\ufeff", "\u200b", "\u200d", "\u2060", "\u00ad", "\u180e", "\u2007"]
BLANKS += ["\u202e", "\u3164", "\u2800", "\u2028", " ", "\x00", "\ufe0f", " \u00a0\u200b "]
SIGNS = [
    "=",
    "+",
    "-",
    "@",
    "＝",
    "＋",
    "－",
    "＠",
    "\ufe62",
    "\ufe63",
    "\ufe66",
    "\ufe6b",
    "\u2212",
]


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("blank", ["", *BLANKS])
def test_a_sign_behind_blanks_of_any_kind_is_text(blank: str, sign: str):
    assert cell(f"{blank}{sign}1+1") == f"'{blank}{sign}1+1"


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r"])
def test_a_part_that_other_spreadsheets_make_a_cell_is_text_too(separator: str):
    assert cell(f"x{separator}=1+1") == f"x{separator}'=1+1"
    assert cell(f"x{separator}y{separator} \u00a0@A1{separator}z").count("'") == 1


@pytest.mark.parametrize("text", ["", "Ada", "a = b", "x; y", "gpt-4o-mini", "1+1", "o’=x", "'x"])
def test_honest_text_is_left_as_it_is(text: str):
    assert cell(text) == text


@given(st.text(alphabet=st.sampled_from("=+-@;\t\r\n,\"' x＝\u00a0\u200b\ufeff")))
def test_no_part_of_any_text_begins_with_a_sign_and_the_text_comes_back(text: str):
    safe = cell(text)
    for part in re.split(r"[;\t\r\n]", safe):
        assert not re.match(r"[\s\u200b\ufeff]*[=+\-@＝]", part)
    (row,) = csv.reader(io.StringIO(written_csv([[safe, "y"]]).decode(), newline=""))
    assert row == [safe, "y"]
    assert re.sub(r"(^|[;\t\r\n])'+", r"\1", safe) == re.sub(r"(^|[;\t\r\n])'+", r"\1", text)


def test_every_cell_is_quoted():
    assert written_csv([["a", 1, None]]) == b'"a","1",""\r\n'
