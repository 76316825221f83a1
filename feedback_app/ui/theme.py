"""The look: Radix theme options, the font, and the stylesheets with a few tokens of our own."""

import reflex as rx
from reflex_base.plugins.base import PostBuildContext
from reflex_components_radix.themes.base import RadixThemesComponent
from typing_extensions import Unpack

STYLESHEETS = [
    f"css/{name}.css"
    for name in (
        "tokens",
        "base",
        "shared",
        "frame",
        "table",
        "inbox",
        "document",
        "desk",
        "paper",
        "desk-narrow",
        "usage",
        "admin",
        "hiring",
    )
]
"""Served from `assets/`, in this order; `tokens.css` holds widths, heights and shadows."""


class InterFont(rx.plugins.Plugin):
    """Bundles the Inter typeface with the page, so that nothing is fetched from elsewhere.

    Every page requests its Latin letters at once. A browser would otherwise find them only in the
    stylesheet, draw the page in another font first and then shift its contents.
    """

    def get_frontend_development_dependencies(
        self, **context: Unpack[rx.plugins.CommonContext]
    ) -> tuple[str, ...]:
        return ("@fontsource-variable/inter@5.2.8",)

    def get_stylesheet_paths(self, **context: Unpack[rx.plugins.CommonContext]) -> tuple[str, ...]:
        return ("@fontsource-variable/inter/index.css",)

    def post_build(self, **context: Unpack[PostBuildContext]) -> None:
        pages = context["static_dir"]
        (font,) = pages.glob("assets/inter-latin-wght-normal-*.woff2")
        for page in pages.rglob("*.html"):
            page.write_text(with_font(page.read_text("utf-8"), f"/assets/{font.name}"), "utf-8")


def with_font(page: str, address: str) -> str:
    """A page's HTML that requests the font at that address before anything else."""
    link = f'<link rel="preload" as="font" type="font/woff2" crossorigin="" href="{address}"/>'
    return page.replace("<head>", f"<head>{link}", 1)


def _no_wraps() -> dict[tuple[int, str], rx.Component]:
    return {}


# The wrap that Reflex puts here marks the theme as light until the page is live: a white flash for
# anyone who prefers dark. The theme inherits its mode from `html`, which is right from the start.
RadixThemesComponent._get_app_wrap_components = staticmethod(_no_wraps)


def theme() -> rx.Component:
    """The theme every page is wrapped in; light or dark follows the person's choice."""
    return rx.theme(accent_color="iris", gray_color="slate", radius="medium", scaling="100%")
