"""The cookies of signing in: their names, reading them from headers, their hashes on sockets.

Over https their names begin with `__Host-`: browsers take such a cookie from this very host only,
so a sibling of it cannot set one.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from urllib.parse import quote, unquote

from starlette.requests import HTTPConnection
from starlette.responses import Response

from feedback_app.auth.devices import DEVICE_COOKIE
from feedback_app.auth.devices import LIFETIME as DEVICE_LIFETIME
from feedback_app.auth.sessions import COOKIE, hash_token
from feedback_app.core.settings import get_settings

_EMAIL_COOKIE = "debrief_email"
_FORM_COOKIE = "debrief_form"
_KEPT_S = 60
"""Long enough for a page to show again what was typed."""
_MOST_FORM_BYTES = 2_800
"""Of a refused form as JSON: browsers keep 4 KB of a cookie."""


def cookie_name(name: str) -> str:
    """A cookie's name as browsers have it, on http or on https."""
    return f"__Host-{name}" if get_settings().secure else name


def cookie_values(cookie_header: str, name: str) -> list[str]:
    """The values of every cookie of that name in a `Cookie` header, in order."""
    found: list[str] = []
    for pair in cookie_header.split(";"):
        key, separator, value = pair.strip().partition("=")
        if separator and key == cookie_name(name):
            found.append(value.strip('"'))
    return found


def cookie_value(cookie_header: str, name: str) -> str | None:
    """The value of the one cookie of that name; if there are two, `None`.

    Somebody who can set a second cookie next to ours must not choose whom a request acts for.
    """
    values = cookie_values(cookie_header, name)
    return values[0] or None if len(values) == 1 else None


def session_value(cookie_header: str) -> str | None:
    """The session cookie's value in a `Cookie` header: a token, or its hash on a socket."""
    return cookie_value(cookie_header, COOKIE)


def cookie_header_of(connection: HTTPConnection) -> str:
    """Every cookie of a request or a handshake, as one `Cookie` header."""
    return "; ".join(connection.headers.getlist("cookie"))


def session_token(connection: HTTPConnection) -> str | None:
    """The session's token that a request or a handshake carries."""
    return session_value(cookie_header_of(connection))


def device_token(connection: HTTPConnection) -> str | None:
    """The token of a browser that has signed in before."""
    return cookie_value(cookie_header_of(connection), DEVICE_COOKIE)


def refused_email(cookie_header: str) -> str:
    """The email of the sign-in that was just refused, empty if there was none."""
    return unquote(cookie_value(cookie_header, _EMAIL_COOKIE) or "")[:254]


def hashed_cookie_header(cookie_header: str) -> str | None:
    """The same header with the session as its hash, and what was refused; `None` without any.

    A client cannot inject a hash: whatever it sends is treated as a token and hashed.
    """
    token = session_value(cookie_header)
    kept = {
        COOKIE: hash_token(token) if token else None,
        _EMAIL_COOKIE: cookie_value(cookie_header, _EMAIL_COOKIE),
        _FORM_COOKIE: cookie_value(cookie_header, _FORM_COOKIE),
    }
    pairs = [f"{cookie_name(name)}={value}" for name, value in kept.items() if value]
    return "; ".join(pairs) or None


def set_session(response: Response, token: str) -> None:
    """Sign the browser in, until it is closed or its session ends."""
    _set(response, COOKIE, token)


def set_device(response: Response, token: str) -> None:
    """Remember the browser for its next sign-in."""
    _set(response, DEVICE_COOKIE, token, max_age_s=int(DEVICE_LIFETIME.total_seconds()))


def set_refused_email(response: Response, email: str) -> None:
    """Pass the typed email back to the sign-in page; not in its address, which logs would keep."""
    if email:
        _set(response, _EMAIL_COOKIE, quote(email[:254], safe="@"), max_age_s=_KEPT_S)


def set_refused_form(response: Response, fields: Mapping[str, str]) -> None:
    """Pass a refused form back to its page: what was typed, passwords excepted, and why.

    If that is too much for a cookie, the longest fields are left out.
    """
    kept = dict(fields)
    while len(written := json.dumps(kept, ensure_ascii=False).encode()) > _MOST_FORM_BYTES:
        kept.pop(max(kept, key=lambda name: len(kept[name])))
    value = urlsafe_b64encode(written).decode().rstrip("=")
    _set(response, _FORM_COOKIE, value, max_age_s=_KEPT_S)


def refused_form(cookie_header: str) -> dict[str, str]:
    """The fields of the form that was just refused, empty if there was none."""
    written = (cookie_value(cookie_header, _FORM_COOKIE) or "")[: 2 * _MOST_FORM_BYTES]
    try:
        fields = json.loads(urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(fields, dict):
        return {}
    return {str(name): value for name, value in fields.items() if isinstance(value, str)}


def forget_refused_form(response: Response) -> None:
    """Remove a refused form from the browser."""
    _delete(response, _FORM_COOKIE)


def forget_refused_email(response: Response) -> None:
    """Remove a refused email from the browser."""
    _delete(response, _EMAIL_COOKIE)


def delete_session(response: Response) -> None:
    """Sign the browser out; it stays known."""
    _delete(response, COOKIE)


def _set(response: Response, name: str, value: str, *, max_age_s: int | None = None) -> None:
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=max_age_s,
        path="/",
        secure=get_settings().secure,
        httponly=True,
        samesite="lax",
    )


def _delete(response: Response, name: str) -> None:
    response.delete_cookie(
        cookie_name(name), path="/", secure=get_settings().secure, httponly=True, samesite="lax"
    )
