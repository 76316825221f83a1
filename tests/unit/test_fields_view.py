"""The live view of a typed answer: its fields fill while the JSON is written."""

import pytest

from feedback_app.core import clock
from feedback_app.live.fields import EVERY_S, FieldsView
from feedback_app.llm.events import ChunkEvent


def test_what_came_too_soon_is_shown_though_nothing_more_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = 100.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    view = FieldsView(lambda found: {"title": found.get("title", "")})
    assert view.take([ChunkEvent(1, "call", '{"title": "Da', 0)])["title"] == "Da"
    assert "title" not in view.take([ChunkEvent(2, "call", "ta", 13)])
    assert "title" not in view.take([])
    now += 2 * EVERY_S
    assert view.take([])["title"] == "Data"


def test_an_answer_that_is_written_again_takes_the_place_of_the_first() -> None:
    view = FieldsView(lambda found: {"title": found.get("title", "")})
    view.take([ChunkEvent(1, "call", '{"title": "Wrong"}', 0)])
    view.take([ChunkEvent(2, "call", '{"title": "Right"}', 0)])
    assert view.text == '{"title": "Right"}'
