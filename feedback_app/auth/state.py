"""What the pages may know about the signed-in person, for display only, never for authorisation."""

import reflex as rx
from reflex.event import EventCallback
from reflex.state import OnLoadInternalState

from feedback_app import routes
from feedback_app.auth import sessions
from feedback_app.auth.bell import BellState
from feedback_app.auth.cookies import refused_email
from feedback_app.auth.guards import acting_user, guarded, require_user, session_hash
from feedback_app.auth.routes import UNREADABLE_FORM
from feedback_app.core import zones
from feedback_app.core.demo import DEMO_SIGN_INS
from feedback_app.core.errors import AppError, NotSignedIn, SignInRefused, SignInThrottled
from feedback_app.core.markers import logged, own_event, public
from feedback_app.core.settings import get_settings
from feedback_app.db.faults import is_unavailable
from feedback_app.ui.notice import NoticeState

_SENTENCES: dict[str, str] = {
    error.code: error.sentence for error in (SignInRefused, SignInThrottled, NotSignedIn)
}
_SENTENCES[UNREADABLE_FORM] = "The form could not be read. Please sign in again."
_SENTENCES[AppError.code] = "Debrief could not sign you in just now. Please try again in a moment."


class AuthState(rx.State):
    """The signed-in person as the top bar shows them."""

    name: str = ""
    email: str = ""
    initials: str = ""
    is_admin: bool = False
    time_zone: str = zones.UTC_NAME
    """The time zone in which the pages show times."""
    has_chosen_zone: bool = False
    """Whether the person chose it; the browser's does not matter then."""

    returns: int = 0
    """Counts the reconnections of this tab; set by the event middleware. What is sent while a
    connection dies is lost without an error, so editors send again what was not acknowledged."""

    _session: str = ""
    """The hash of the session this browser tab's state belongs to; set by the event middleware."""
    _right: str = ""
    """The person, company and role that the state was made for; set by the event middleware."""

    @rx.event
    @own_event
    @guarded
    async def enter(self) -> EventCallback[()] | None:
        """First of the events of every signed-in page."""
        user = acting_user()
        if self.is_admin and not user.is_admin:
            self._get_root_state().reset()
        self.name = user.name
        self.email = user.email
        self.initials = "".join(part[0] for part in user.name.split()[:2]).upper()
        self.is_admin = user.is_admin
        self.time_zone, self.has_chosen_zone = user.time_zone, user.has_chosen_zone
        notice = await self.get_state(NoticeState)
        notice.message = ""
        return BellState.watch if user.is_admin else None

    @rx.event
    @own_event
    @guarded
    async def show_times_in(self, time_zone: str) -> EventCallback[()] | None:
        """Take over the browser's zone, and draw the page again in it if it was not known."""
        known = acting_user().time_zone
        if time_zone == known or not await sessions.keep_time_zone(
            session_hash(self) or "", str(time_zone)
        ):
            return None
        return OnLoadInternalState.on_load_internal


class SignInState(rx.State):
    """The initial values of the sign-in form."""

    email: str = ""
    password: str = ""
    next_path: str = ""
    error: str = ""
    fills: int = 0
    """How often a demo sign-in was chosen; the fields are remounted each time."""

    @rx.event
    @own_event
    @public
    async def load(self) -> rx.event.EventSpec | None:
        """Read the page's address; somebody who is already signed in is sent on."""
        given = self.router.url.query_parameters
        path = given.get("next", "")
        self.next_path = path if routes.is_local(path) else ""
        code = given.get("error", "")
        self.error = _SENTENCES.get(code, "") if code else ""
        # Only after a refusal: somebody may be typing already.
        if self.error and (email := refused_email(self.router.headers.cookie)):
            self.email = email
        try:
            await require_user(self)
        except NotSignedIn:
            return None
        except Exception as fault:
            if not is_unavailable(fault):
                raise
            return None
        return rx.redirect(self.next_path or routes.INTERVIEWS, replace=True)

    @rx.event
    @logged("Chose a demo sign-in")
    @public
    async def fill(self, email: str) -> None:
        """Fill in one of the demo's sign-ins."""
        if not get_settings().DEMO:
            return
        for person in DEMO_SIGN_INS:
            if person.email == email:
                self.email, self.password = person.email, person.password
                self.error = ""
                self.fills += 1
