"""Addresses that people try by hand and that lead to a page."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feedback_app import routes


async def administration(_request: Request) -> Response:
    """Redirect to the first of the administrators' pages, which says who may see it."""
    # Without a host: behind a proxy that terminates TLS the server knows only its own scheme.
    return RedirectResponse(routes.ADMIN_USAGE)


SHORTCUT_ROUTES = [
    Route(path, administration, methods=["GET"]) for path in (routes.ADMIN, f"{routes.ADMIN}/")
]
