"""Signing in and out over HTTP: forms posted by the browser, answered with 303 and a cookie."""

import math
from urllib.parse import parse_qs, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from feedback_app import routes
from feedback_app.auth import cookies, devices, sessions
from feedback_app.auth.addresses import client_address
from feedback_app.auth.browsers import browser_named
from feedback_app.core.errors import AppError
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
        return see_other(routes.login(error=UNREADABLE_FORM))
    email, next_path = "", ""
    device = cookies.device_token(request)
    try:
        fields = await form_fields(request)
        email, password = fields["email"], fields["password"]
        next_path = fields.get("next") or _next_of_page(request)
        token = await sessions.sign_in(
            email,
            password,
            address=client_address(request),
            time_zone=fields.get("time_zone", ""),
            device=device,
            browser=browser_of(request),
            replaced=session_hashes(request),
        )
        known = await devices.remember(sessions.hash_token(token), device)
    except (KeyError, ValueError, HTTPException):
        return see_other(routes.login(error=UNREADABLE_FORM))
    except Exception as fault:
        return _refused(as_app_error(fault), email, next_path)
    response = see_other(next_path if routes.is_local(next_path) else routes.INTERVIEWS)
    cookies.set_session(response, token)
    cookies.forget_refused_email(response)
    if known is not None:
        cookies.set_device(response, known)
    return response


def _refused(error: AppError, email: str, next_path: str) -> Response:
    """Go back to the sign-in page with the email that was typed filled in."""
    kept = next_path if routes.is_local(next_path) else ""
    response = see_other(routes.login(next_path=kept, error=error.code))
    cookies.set_refused_email(response, email)
    if error.retry_after_s is not None:
        response.headers["Retry-After"] = str(math.ceil(error.retry_after_s))
    return response


async def sign_out(request: Request) -> Response:
    """End the session on the server and in the browser."""
    response = see_other(routes.login())
    if not is_same_origin(request):
        return response
    if hashes := session_hashes(request):
        try:
            await sessions.sign_out(*hashes)
        except Exception as fault:
            return see_other(routes.login(error=as_app_error(fault).code))
    cookies.delete_session(response)
    return response


AUTH_ROUTES = [
    Route(routes.SIGN_IN, sign_in, methods=["POST"]),
    Route(routes.SIGN_OUT, sign_out, methods=["POST"]),
]


def is_same_origin(connection: HTTPConnection) -> bool:
    """Whether a browser sent this from one of our own pages.

    A browser always says where a post or a WebSocket comes from. A client that does not is not a
    browser, and has no cookie that somebody else could exploit. An unreadable origin counts as
    foreign.
    """
    headers = connection.headers
    site = headers.get("sec-fetch-site")
    if site is not None and site not in {"same-origin", "none"}:
        return False
    source = headers.get("origin") or headers.get("referer")
    if source is None:
        return True
    try:
        parts = urlsplit(source)
    except ValueError:
        return False
    own_host = headers.get("host")
    return f"{parts.scheme}://{parts.netloc}" in get_settings().origins or (
        parts.scheme in {"http", "https"} and own_host is not None and parts.netloc == own_host
    )


def session_hashes(request: Request) -> list[str]:
    """The hashes of every session the browser has: there may be two cookies of the name."""
    values = cookies.cookie_values(cookies.cookie_header_of(request), sessions.COOKIE)
    return [sessions.hash_token(value) for value in values]


def browser_of(request: Request) -> str:
    """What the browser of a request calls itself, in short."""
    return browser_named(request.headers.get("user-agent", ""))


def _next_of_page(request: Request) -> str:
    """The destination in the sign-in page's own address: a quick person posts before it is live."""
    page = urlsplit(request.headers.get("referer", ""))
    return parse_qs(page.query).get("next", [""])[0] if page.path.startswith(routes.LOGIN) else ""


async def form_fields(request: Request) -> dict[str, str]:
    """The form's text fields.

    Raises:
        ValueError: the form is larger than any real one.
    """
    size = request.headers.get("content-length", "")
    if not size.isdigit() or int(size) > _FORM_LIMIT:
        raise ValueError("form too large")
    async with request.form(max_files=0, max_fields=10) as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}


def see_other(address: str) -> RedirectResponse:
    """Send a browser on to a page of the app after a form."""
    return RedirectResponse(address, status_code=303, headers={"Cache-Control": "no-store"})
