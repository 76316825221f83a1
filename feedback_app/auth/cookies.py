"""The session cookie: reading it from headers, and its replacement by its hash on sockets."""

from feedback_app.auth.sessions import COOKIE, hash_token


def session_value(cookie_header: str) -> str | None:
    """The session cookie's value in a `Cookie` header: a token, or its hash on a socket."""
    for pair in cookie_header.split(";"):
        name, separator, value = pair.strip().partition("=")
        if separator and name == COOKIE:
            return value.strip('"') or None
    return None


def hashed_cookie_header(cookie_header: str) -> str | None:
    """The same header with nothing but the session, as its hash; `None` without a session.

    A client cannot inject a hash: whatever it sends is taken for a token and hashed.
    """
    token = session_value(cookie_header)
    return f"{COOKIE}={hash_token(token)}" if token else None
