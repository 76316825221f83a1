"""Parts of a page that browsers load when the page is alive already."""

import reflex as rx
from reflex_base.components.component import NoSSRComponent


def late(memo: rx.Component) -> rx.Component:
    """An `rx.memo` without props whose file, with all it imports, comes after the page.

    It must be the only memo of its Python module that the page itself uses: Reflex writes one file
    for a module.
    """
    name = f"Late{memo.tag}"
    members = {"__module__": __name__, "library": memo.library, "tag": memo.tag}
    return type(name, (NoSSRComponent,), members).create()
