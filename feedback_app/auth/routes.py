"""Signing in and out over HTTP: forms posted by the browser, answered with 303 and a cookie."""

from urllib.parse import parse_qs, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feedback_app import routes
from feedback_app.auth import sessions
from feedback_app.core.markers import sign_in_attempt
from feedback_app.core.settings import get_settings
from feedback_app.db.faults import as_app_error

UNREADABLE_FORM = "FORM"
"""The code of a form that is malformed or was not posted by one of our own pages."""

_FORM_LIMIT = 10_000
"""Bytes; an email, a password and a path are far shorter."""


@sign_in_attempt
async def sign_in(request: Request) -> Response:
    """Open a session; every refusal goes back to the sign-in page as a code."""
    if not is_same_origin(request):
        return _to(routes.login(error=UNREADABLE_FORM))
    email, password, next_path = "", "", ""
    try:
        fields = await _form(request)
        email, password = fields["email"], fields["password"]
        next_path = fields.get("next") or _next_of_page(request)
        token = await sessions.sign_in(
            email,
            password,
            address=client_address(request),
            time_zone=fields.get("time_zone", ""),
        )
    except (KeyError, ValueError, HTTPException):
        return _to(routes.login(error=UNREADABLE_FORM))
    except Exception as fault:
        kept = next_path if routes.is_local(next_path) else ""
        return _to(routes.login(next_path=kept, error=as_app_error(fault).code, email=email[:254]))
    response = _to(next_path if routes.is_local(next_path) else routes.INTERVIEWS)
    response.set_cookie(
        sessions.COOKIE,
        token,
        path="/",
        secure=get_settings().secure,
        httponly=True,
        samesite="lax",
    )
    return response


async def sign_out(request: Request) -> Response:
    """End the session on the server and in the browser."""
    response = _to(routes.login())
    if not is_same_origin(request):
        return response
    if token := request.cookies.get(sessions.COOKIE):
        try:
            await sessions.sign_out(sessions.hash_token(token))
        except Exception as fault:
            return _to(routes.login(error=as_app_error(fault).code))
    response.delete_cookie(
        sessions.COOKIE, path="/", secure=get_settings().secure, httponly=True, samesite="lax"
    )
    return response


AUTH_ROUTES = [
    Route(routes.SIGN_IN, sign_in, methods=["POST"]),
    Route(routes.SIGN_OUT, sign_out, methods=["POST"]),
]


def is_same_origin(connection: HTTPConnection) -> bool:
    """Whether a browser sent this from one of our own pages.

    A browser always says where a post or a WebSocket comes from. What says nothing is no browser
    and has no cookie that somebody else could make use of.
    """
    headers = connection.headers
    site = headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    source = headers.get("origin") or headers.get("referer")
    if source is None:
        return True
    parts = urlsplit(source)
    own_host = headers.get("host")
    return f"{parts.scheme}://{parts.netloc}" in get_settings().origins or (
        parts.scheme in {"http", "https"} and own_host is not None and parts.netloc == own_host
    )


def client_address(connection: HTTPConnection) -> str:
    """The address the throttle counts by; empty where the server knows none."""
    return connection.client.host if connection.client else ""


def _next_of_page(request: Request) -> str:
    """Where the sign-in page's own address says to go: a quick person posts before it is live."""
    page = urlsplit(request.headers.get("referer", ""))
    return parse_qs(page.query).get("next", [""])[0] if page.path.startswith(routes.LOGIN) else ""


async def _form(request: Request) -> dict[str, str]:
    """The form's text fields.

    Raises:
        ValueError: larger than any real one.
    """
    size = request.headers.get("content-length", "")
    if not size.isdigit() or int(size) > _FORM_LIMIT:
        raise ValueError("form too large")
    async with request.form(max_files=0, max_fields=10) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def _to(address: str) -> RedirectResponse:
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
