"""How the build divides the JavaScript into files.

By default it makes a file of every few lines that two pages share, such as an icon: some thirty for
a page, of which a browser requests six at a time, each with a full round trip.
"""

from typing import Unpack

import reflex as rx
from reflex_base.constants import ReactRouter
from reflex_base.plugins.base import PreCompileContext

_GROUPS = "groups: ["
_SHARED = '{name: "shared", minShareCount: 2},'


class FewFiles(rx.plugins.Plugin):
    """One file of all that pages share, and one for each page."""

    def pre_compile(self, **context: Unpack[PreCompileContext]) -> None:
        context["add_modify_task"](ReactRouter.VITE_CONFIG_FILE, with_shared_file)


def with_shared_file(config: str) -> str:
    """Vite's configuration with a group for what pages share, after its own groups.

    Raises:
        ValueError: Reflex no longer writes it in the expected form.
    """
    before, found, after = config.partition(_GROUPS)
    groups, end, rest = after.partition("]")
    if not (found and end):
        raise ValueError("Vite's configuration has no groups of files any more.")
    return f"{before}{found}{groups}{_SHARED}{end}{rest}"
