"""How much typed text one tab may have waiting to be kept."""

import feedback_app.feedback_app
from feedback_app.interviews.state import InterviewState
from feedback_app.ui.autosave import MOST_WAITING, Typed
from tests.integration.states import state_of

assert feedback_app.feedback_app


async def test_a_newer_text_of_an_editor_takes_the_place_of_the_one_waiting() -> None:
    tab = await state_of(InterviewState, None)
    for number in range(100):
        tab._take("notes", Typed("x" * 90_000, number, 0))
    assert [typed.stamp for typed in tab._waiting.values()] == [99]


async def test_only_so_many_texts_wait_and_none_is_counted_as_taken_beyond() -> None:
    tab = await state_of(InterviewState, None)
    for number in range(MOST_WAITING + 10):
        tab._take(f"notes {number}", Typed("x", number, 0))
    assert len(tab._waiting) == MOST_WAITING


async def test_texts_that_are_too_long_together_do_not_wait() -> None:
    tab = await state_of(InterviewState, None)
    document = {"type": "doc", "content": [{"type": "text", "text": "x" * 400_000}]}
    for number in range(10):
        tab._take(f"invented {number}", Typed(document, number, 0))
    tab._take("notes", Typed("Mine.", 10, 0))
    assert list(tab._waiting) == ["invented 0", "invented 1", "notes"]
