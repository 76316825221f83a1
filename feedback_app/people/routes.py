"""The forms of account links over HTTP: posted by the browser, answered with 303 and a cookie.

A refused form goes back to its page in a cookie, with the sentence for the field at fault.
"""

from collections.abc import Awaitable, Callable, Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from feedback_app import routes
from feedback_app.auth import cookies, devices, sessions
from feedback_app.auth.addresses import client_address
from feedback_app.auth.cookies import session_token
from feedback_app.auth.guards import user_from_request
from feedback_app.auth.routes import (
    browser_of,
    form_fields,
    is_same_origin,
    see_other,
    session_hashes,
)
from feedback_app.core.errors import AppError
from feedback_app.core.markers import sign_in_attempt
from feedback_app.db.faults import as_app_error
from feedback_app.people import entering
from feedback_app.people.account import service as account
from feedback_app.people.entering import NewCompany, WrongField
from feedback_app.people.links import LinkEnded

_UNREADABLE = "The form could not be read. Please try again."
_KEPT = ("company", "name", "email", "time_zone")
"""The fields that a refused form gives back; never a password."""
_Form = Mapping[str, str]


@sign_in_attempt
async def set_up(request: Request) -> Response:
    """Make a company and its first administrator, and sign them in."""

    async def make(form: _Form) -> str:
        asked = NewCompany(
            form["company"], form["name"], form["email"], form["password"], form["time_zone"]
        )
        return await entering.set_up(form["token"], asked, browser=browser_of(request))

    return await _enter(request, routes.setup, make)


@sign_in_attempt
async def accept(request: Request) -> Response:
    """Make the account that an invitation is for, and sign its person in."""

    async def make(form: _Form) -> str:
        return await entering.accept(
            form["token"],
            form["name"],
            form["password"],
            form.get("time_zone", ""),
            browser=browser_of(request),
        )

    return await _enter(request, routes.invite, make)


@sign_in_attempt
async def reset(request: Request) -> Response:
    """Give a person the password they chose, and sign them in."""

    async def make(form: _Form) -> str:
        return await entering.reset_password(
            form["token"],
            form["password"],
            form.get("time_zone", ""),
            browser=browser_of(request),
        )

    return await _enter(request, routes.reset, make)


@sign_in_attempt
async def change_password(request: Request) -> Response:
    """Give the signed-in person another password; they stay signed in here alone."""
    try:
        user = await user_from_request(request)
        form = await form_fields(request)
        old, new = form["old"], form["password"]
    except (KeyError, ValueError, HTTPException, AppError):
        return see_other(routes.login(next_path=routes.MY_ACCOUNT))
    own = session_token(request) or ""
    try:
        await account.change_password(
            user,
            old,
            new,
            kept=sessions.hash_token(own),
            address=client_address(request),
            device=cookies.device_token(request),
        )
        known = await devices.remember(sessions.hash_token(own), None)
    except WrongField as refusal:
        return _refused(routes.MY_ACCOUNT, form, refusal.field, refusal.message)
    except Exception as fault:
        return _refused(routes.MY_ACCOUNT, form, "old", as_app_error(fault).message)
    response = see_other(routes.MY_ACCOUNT)
    cookies.set_refused_form(response, {"done": "password"})
    if known is not None:
        cookies.set_device(response, known)
    return response


async def _enter(
    request: Request, page: Callable[[str], str], make: Callable[[_Form], Awaitable[str]]
) -> Response:
    """Sign in whoever a form makes; send a refused one back to its page."""
    if not is_same_origin(request):
        return see_other(routes.login())
    try:
        form = await form_fields(request)
        token = form["token"]
    except (KeyError, ValueError, HTTPException):
        return see_other(routes.login())
    try:
        session = await make(form)
        known = await devices.remember(sessions.hash_token(session), None)
    except KeyError:
        return _refused(page(token), form, "", _UNREADABLE)
    except WrongField as refusal:
        return _refused(page(token), form, refusal.field, refusal.message)
    except LinkEnded:
        return see_other(page(token))
    except Exception as fault:
        return _refused(page(token), form, "", as_app_error(fault).message)
    response = see_other(routes.INTERVIEWS)
    await sessions.sign_out(*session_hashes(request))
    cookies.set_session(response, session)
    cookies.forget_refused_form(response)
    if known is not None:
        cookies.set_device(response, known)
    return response


def _refused(page: str, form: _Form, field: str, message: str) -> Response:
    response = see_other(page)
    typed = {name: form[name] for name in _KEPT if name in form}
    cookies.set_refused_form(response, {**typed, "at": field, "because": message})
    return response


PEOPLE_ROUTES = [
    Route(routes.SET_UP, set_up, methods=["POST"]),
    Route(routes.ACCEPT, accept, methods=["POST"]),
    Route(routes.RESET_PASSWORD, reset, methods=["POST"]),
    Route(routes.CHANGE_PASSWORD, change_password, methods=["POST"]),
]
