"""What is asked of the build of the pages."""

import json
import re
from typing import get_args

import pytest
from reflex.utils.frontend_skeleton import (
    _compile_vite_config,  # pyright: ignore[reportPrivateUsage]
)
from reflex_base.config import get_config
from reflex_components_radix.themes.base import LiteralAccentColor

from feedback_app import routes
from feedback_app.core.settings import ROOT
from feedback_app.ui.bundles import with_shared_file
from feedback_app.ui.prerendering import with_pages
from feedback_app.ui.radix import COLOURS, without_widths
from feedback_app.ui.theme import with_font

_GRAYS = ("gray", "mauve", "slate", "sage", "olive", "sand")


@pytest.mark.parametrize(
    ("page", "address"),
    [
        ("index", "/"),
        (routes.INTERVIEWS, "/"),
        ("login", "/login"),
        (routes.ADMIN_USAGE, "/admin/usage"),
        (routes.INTERVIEW, "/interviews/_"),
        ("admin/usage/calls/[call_id]", "/admin/usage/calls/_"),
    ],
)
def test_every_page_has_one_address_to_be_written_under(page: str, address: str):
    assert routes.prerendered(page) == address


def test_pages_are_named_only_to_a_build_that_writes_pages():
    assert with_pages('export default {"prerender": true};', ["index", "a/[b]"]) == (
        'export default {"prerender": ["/", "/a/_"]};'
    )
    hot = f"export default {json.dumps({'ssr': False})};"
    assert with_pages(hot, ["index"]) == hot


def test_what_pages_share_is_one_file():
    config = _compile_vite_config(get_config())
    changed = with_shared_file(config)
    assert changed.replace('{name: "shared", minShareCount: 2},', "") == config != changed
    with pytest.raises(ValueError, match="no groups"):
        with_shared_file("export default {}")


def test_the_letters_come_first_in_the_head():
    assert with_font("<html><head><meta/></head><head>", "/assets/a.woff2") == (
        '<html><head><link rel="preload" as="font" type="font/woff2" crossorigin="" '
        'href="/assets/a.woff2"/><meta/></head><head>'
    )


def test_rules_for_widths_of_the_window_are_left_out():
    kept = ".rt-a {\n  top: 0;\n}\n@media (hover: hover) {\n  .rt-b {\n    top: 0;\n  }\n}\n"
    by_width = "@media (min-width: 520px) {\n  .xs\\:rt-a {\n    top: 0;\n  }\n}\n"
    assert without_widths(by_width + kept + by_width) == kept


def test_the_colours_kept_are_those_the_app_names():
    scales = {*get_args(LiteralAccentColor), *_GRAYS}
    named = re.compile(r'"({0})"|--({0})-a?\d'.format("|".join(scales)))
    files = [*ROOT.glob("feedback_app/**/*.py"), *ROOT.glob("assets/css/*.css")]
    found = {
        match[1] or match[2]
        for file in files
        if file.name != "radix.py"
        for match in named.finditer(file.read_text("utf-8"))
    }
    assert found == set(COLOURS)
