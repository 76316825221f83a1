"""Row ids: they sort by creation and tell their age."""

import uuid
from datetime import timedelta

import pytest

from feedback_app.core import clock
from feedback_app.core.ids import age_s, new_id


def test_ids_sort_by_creation() -> None:
    made = [new_id() for _ in range(1000)]
    assert made == sorted(made)
    assert {uuid.UUID(one).version for one in made} == {7}


def test_an_id_tells_how_long_ago_it_was_made() -> None:
    made = new_id()
    later = clock.now() + timedelta(seconds=90)
    clock.set_now(lambda: later)
    try:
        assert age_s(made) == pytest.approx(90, abs=1)
        clock.set_now(lambda: later - timedelta(hours=1))
        assert age_s(made) == 0
    finally:
        clock.set_now(None)
