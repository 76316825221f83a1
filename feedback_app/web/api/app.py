"""The API as one ASGI app, and the middleware that puts it in front of the pages."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from feedback_app import routes
from feedback_app.web.api import docs, openapi
from feedback_app.web.api.api_routes import API_ROUTES
from feedback_app.web.api.reading import answered, refuse_route


async def _openapi(_request: Request) -> Response:
    return JSONResponse(openapi.document())


async def _docs(_request: Request) -> Response:
    return HTMLResponse(docs.page())


def make_api() -> Starlette:
    """The API's routes, with 404 and 405 in its own format."""
    api = Starlette(
        routes=[
            *(operation.route for operation in API_ROUTES),
            Route(routes.API_OPENAPI, answered(_openapi), methods=["GET"]),
            Route(routes.API_DOCS, answered(_docs), methods=["GET"]),
        ],
        exception_handlers={HTTPException: refuse_route},
    )
    # A redirect would use the scheme the server sees, which is wrong behind a proxy.
    api.router.redirect_slashes = False
    return api


class Api:
    """ASGI middleware: `/api` and everything below it goes to the API, nothing else does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._api = make_api()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope.get("path", "")
        is_api = path == routes.API or path.startswith(f"{routes.API}/")
        await (self._api if is_api else self._app)(scope, receive, send)
