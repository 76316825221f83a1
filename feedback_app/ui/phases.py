"""The phase of a page: it has its view, or a reason why there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from feedback_app.core.errors import Forbidden

Phase = Literal["loading", "ready", "refused", "failed"]


@contextmanager
def without_view(show: Callable[[Phase], None]) -> Iterator[None]:
    """Have `show` report why a page's view could not be made.

    A `Forbidden` ends here as `refused`; any other fault is reported as `failed` and raised again.
    """
    try:
        yield
    except Forbidden:
        show("refused")
    except Exception:
        show("failed")
        raise
