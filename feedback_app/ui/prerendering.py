"""Lets the build write the HTML of every page, also where a part of the address is open.

The build writes a file for each address, and no address is known of pages such as
`/interviews/[interview_id]`. But it writes the page as it is before its state arrives, the frame
and the skeleton, which is the same for all of them: one file under a made-up address is enough.
"""

import json
from typing import Unpack

import reflex as rx
from reflex_base.constants import ReactRouter
from reflex_base.plugins.base import PreCompileContext

from feedback_app.routes import prerendered

_START, _END = "export default ", ";"


class PrerenderedPages(rx.plugins.Plugin):
    """Names the pages to write, instead of leaving it to the build to find those it can."""

    def pre_compile(self, **context: Unpack[PreCompileContext]) -> None:
        pages = [page.route for page in context["unevaluated_pages"] if page.route != "404"]
        context["add_modify_task"](
            ReactRouter.CONFIG_FILE, lambda config: with_pages(config, pages)
        )


def with_pages(config: str, pages: list[str]) -> str:
    """React Router's configuration with these pages, unless it writes none at all."""
    options = json.loads(config.removeprefix(_START).removesuffix(_END))
    if "prerender" in options:
        options["prerender"] = [prerendered(page) for page in pages]
    return f"{_START}{json.dumps(options)}{_END}"
