"""The look: Radix theme options, the font, and the stylesheet that holds the few tokens beyond."""

import reflex as rx
from typing_extensions import Unpack

STYLESHEETS = ["debrief.css"]
"""Served from `assets/`; its `:root` block holds widths, heights and shadows."""


class InterFont(rx.plugins.Plugin):
    """Bundles the Inter typeface with the page, so that nothing is fetched from elsewhere."""

    def get_frontend_dependencies(
        self, **context: Unpack[rx.plugins.CommonContext]
    ) -> tuple[str, ...]:
        return ("@fontsource-variable/inter@5.2.8",)

    def get_stylesheet_paths(self, **context: Unpack[rx.plugins.CommonContext]) -> tuple[str, ...]:
        return ("@fontsource-variable/inter/index.css",)


def theme() -> rx.Component:
    """The theme every page is wrapped in; light or dark follows the person's choice."""
    return rx.theme(accent_color="iris", gray_color="slate", radius="medium", scaling="100%")
