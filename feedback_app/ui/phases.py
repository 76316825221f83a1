"""What a page has to show: its view, or why there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from feedback_app.core.errors import Forbidden

Phase = Literal["loading", "ready", "refused", "failed"]


@contextmanager
def without_view(show: Callable[[Phase], None]) -> Iterator[None]:
    """Have `show` tell why a page's view could not be made.

    What is forbidden ends here as `refused`; any other fault is raised on as `failed`.
    """
    try:
        yield
    except Forbidden:
        show("refused")
    except Exception:
        show("failed")
        raise
