"""What a provider's list of models says of a model's shutdown."""

import json
from datetime import date
from typing import Any

import pytest

from feedback_app.llm.model_list import shutdown_date_of

MODEL = "gpt-4o-mini"


def listed(*models: Any) -> bytes:
    return json.dumps({"object": "list", "data": models}).encode()


def test_the_day_is_that_of_the_model_in_use() -> None:
    others = {"id": "gpt-4o", "shutdown_date": "2026-12-11"}, {"id": "gpt-6-luna"}
    body = listed(*others, {"id": MODEL, "shutdown_date": "2027-01-14"})
    assert shutdown_date_of(MODEL, body) == date(2027, 1, 14)
    assert shutdown_date_of("gpt-6-luna", body) is None
    assert shutdown_date_of("o1", body) is None


@pytest.mark.parametrize(
    "written",
    [
        None,
        "",
        "soon",
        "2027-02-30",
        "20270114",
        "2027-W02-4",
        "2027-01-14T00:00:00Z",
        "２０２７-01-14",
        1_800_000_000,
        True,
        ["2027-01-14"],
        {"date": "2027-01-14"},
    ],
)
def test_what_is_no_day_says_nothing(written: Any) -> None:
    assert shutdown_date_of(MODEL, listed({"id": MODEL, "shutdown_date": written})) is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Not Found",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"data"',
        b'{"data": null}',
        b'{"data": {"id": "gpt-4o-mini", "shutdown_date": "2027-01-14"}}',
        b'{"data": [null, 3, "gpt-4o-mini", ["gpt-4o-mini"], {}]}',
        b'{"data": [{"id": ["gpt-4o-mini"], "shutdown_date": "2027-01-14"}]}',
        b'{"data": [{"id": "gpt-4o-mini", "shutdown_date": "2027-01-14"}',
        b'{"data": ' + b"9" * 5_000 + b"}",
        b"[" * 200_000,
    ],
    ids=lambda body: repr(body[:40]),
)
def test_what_is_no_list_says_nothing(body: bytes) -> None:
    assert shutdown_date_of(MODEL, body) is None
