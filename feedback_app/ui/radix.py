"""The part of Radix Themes' stylesheet that this app uses: less than half of its 800 kB.

Most of it repeats each rule for five widths of the window, for props that differ by width; the
app's own stylesheets do that. The rest is colours, each in a file of its own.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import reflex as rx
from reflex.utils.prerequisites import get_web_dir

COLOURS = (
    "amber",
    "blue",
    "brown",
    "crimson",
    "cyan",
    "grass",
    "gray",
    "green",
    "indigo",
    "iris",
    "orange",
    "pink",
    "plum",
    "purple",
    "red",
    "slate",
    "teal",
)
"""Every scale that a component's `color_scheme` or a stylesheet names."""

_PACKAGE = "node_modules/@radix-ui/themes"
_FILES = ("tokens/base", *(f"tokens/colors/{name}" for name in COLOURS), "components", "utilities")
_BY_WIDTH = re.compile(r"^@media \(min-width: \d+px\) \{\n.*?^\}\n", re.DOTALL | re.MULTILINE)


class RadixStyles(rx.plugins.RadixThemesPlugin):
    """Radix Themes with only the part of its stylesheet that the app uses."""

    def get_stylesheet_paths(self, **context: Any) -> tuple[str, ...]:
        return ("./radix.css",)

    def get_frontend_dependencies(self, **context: Any) -> tuple[str, ...]:
        """None: components name the package themselves, and packages that a plugin names are given
        to every page as a whole, for components that the server writes as code."""
        return ()

    def get_static_assets(self, **context: Any) -> Sequence[tuple[Path, str]]:
        # Called once the packages are installed.
        package = get_web_dir() / _PACKAGE
        text = "".join((package / f"{name}.css").read_text("utf-8") for name in _FILES)
        return [(Path("styles/radix.css"), without_widths(text))]


def without_widths(stylesheet: str) -> str:
    """Radix's stylesheet without the rules that hold from some width of the window on."""
    return _BY_WIDTH.sub("", stylesheet)
