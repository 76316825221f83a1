"""The editor of the feedback, in a file of its own, which browsers load when the page is alive.

With its library it weighs as much as all else on the page. The page itself may use no other
`rx.memo` of this module.
"""

from typing import Any

import reflex as rx
from reflex.experimental import ClientStateVar

from feedback_app.feedback.state import FeedbackState
from feedback_app.ui.editor import Draftbook, rich_text

_TEXT: Any = FeedbackState
"""Its attributes as the browser has them."""
_ID = _TEXT.interview_id
BOOK = Draftbook("feedback", None)
"""What the browser keeps of the editor."""
LIT: Any = ClientStateVar.create("litlines", default="")
"""The lines that the statement under the pointer or the caret rests on, such as `#n3,7`."""
AHEAD = BOOK.is_ahead(_ID, _TEXT.save_state.acked)
IS_THERE: Any = ClientStateVar.create("editorthere", default=False)
"""Whether the editor was loaded."""


@rx.memo
def late_editor() -> rx.Component:
    key = f"{_ID} {BOOK.beginning(_TEXT.editor_key, AHEAD)}"
    return rx.fragment(
        rx.el.span(hidden=True, on_mount=IS_THERE.set_value(True)),
        _text_editor(key=key),
    )


@rx.memo
def _text_editor(rest: rx.RestProp) -> rx.Component:
    """The editor; only another key makes it start over."""
    base = rx.cond(AHEAD, BOOK.base.value, _TEXT.revision)
    return rich_text(
        "feedback-editor",
        "Your feedback",
        rx.cond(AHEAD, BOOK.text.value, _TEXT.html),
        True,
        on_update=lambda document, stamp: [
            *BOOK.note(_ID, document, stamp, base),
            _TEXT.edit(_ID, document, stamp, base),
        ],
        on_selection_update=lambda lines: LIT.set_value(lines),
    )
