"""What the forms of hiring share: the state of one row in a form that is saved as a whole.

The fields are the browser's own. They get their values when they are mounted, and only another
`key` mounts them again: it is made of the row and the values as they were loaded, so neither
saving nor a reconnection changes what somebody has typed. What was loaded is also kept to notice
that somebody else has saved the row in the meantime.
"""

import hashlib
from collections.abc import Mapping
from typing import Any, Literal

import reflex as rx

from feedback_app import routes
from feedback_app.auth.guards import acting_user, guarded
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import AppError, Forbidden, Invalid, NotFound
from feedback_app.core.markers import logged, own_event
from feedback_app.hiring.archiving import set_archived
from feedback_app.hiring.checks import WrongFields
from feedback_app.hiring.lists.schemas import Kind
from feedback_app.hiring.schemas import Record, Related, Values

Shows = Literal["loading", "ready", "missing", "refused", "failed"]


class RecordForm(rx.State, mixin=True):
    """One row of the company in a form. What is typed stays in the browser until it is saved."""

    shows: Shows = "loading"
    record_id: str = ""
    """The row's id, or `routes.NEW`."""
    title: str = ""
    form: Values = {}
    """The values that the fields begin with."""
    key: str = ""
    archived: bool = False
    related: list[Related] = []
    errors: dict[str, str] = {}
    """By field, why what was typed cannot be saved."""
    status: str = ""
    """`saved` or `failed`; empty while there is nothing to say."""
    message: str = ""

    _base: Values = {}
    """The row as it was loaded or last saved here."""
    _said: str = ""
    """What the next page has to say: it was added."""

    # What each form defines for itself ----------------------------------------------------------

    def _kind(self) -> Kind:
        raise NotImplementedError

    async def _read(self, user: CurrentUser, record_id: str) -> Record:
        """The row, or the blank one for `routes.NEW`."""
        raise NotImplementedError

    async def _write(
        self, user: CurrentUser, record_id: str, form: Mapping[str, Any], base: Values
    ) -> Record:
        """Save the row; an `AppError` says what is wrong."""
        raise NotImplementedError

    def _href(self, record_id: str) -> str:
        """The address of a row's form."""
        raise NotImplementedError

    # What all of them do ------------------------------------------------------------------------

    @rx.event
    @own_event
    @guarded
    async def load(self) -> None:
        """Show the row of the page's address; show nothing to anyone but an administrator."""
        record_id = self._id_of_address()
        try:
            record = await self._read(acting_user(), record_id)
        except (Forbidden, NotFound) as error:
            self._forget("refused" if isinstance(error, Forbidden) else "missing")
            return
        except Exception:
            if self.record_id != record_id:
                self._forget("failed")
            raise
        if self.shows != "ready" or (record.id, record.values) != (self.record_id, self._base):
            self._begin(record)
        self.archived, self.related, self.title = record.archived, record.related, record.title
        self.shows = "ready"

    @rx.event
    @logged("Archived or brought back hiring data")
    @guarded(admin=True)
    async def archive(self, record_id: str, archived: bool) -> None:
        """Take the row out of lists and choices, or put it back."""
        await set_archived(acting_user(), self._kind(), str(record_id), bool(archived))
        if record_id == self.record_id:
            self.archived = bool(archived)
            self._say("saved", "Archived." if archived else "Brought back.")

    async def _save(self, form: Mapping[str, Any]) -> Any:
        """Save the form; go to the row's own page if it is new."""
        self._say()
        try:
            if form.get("record") != self.record_id:
                raise Invalid("This form belongs to another page. Load the page again.")
            record = await self._write(acting_user(), self.record_id, form, self._base)
        except WrongFields as error:
            self.errors = error.fields
            self._say("failed", error.message)
            return None
        except AppError as error:
            self._say("failed", error.message)
            return None
        if self.record_id == routes.NEW:
            self._said = "Added."
            return rx.redirect(self._href(record.id), replace=True)
        # Fields that are mounted keep what is in them.
        self.form = self._base = record.values
        self.title = record.title
        self._say("saved", "Saved.")
        return None

    def _begin(self, record: Record) -> None:
        self.record_id, self.form, self._base = record.id, record.values, record.values
        self.key = f"{record.id} {_fingerprint(record.values)}"
        self._say()
        if self._said and record.id != routes.NEW:
            self._say("saved", self._said)
        self._said = ""

    def _say(self, status: str = "", message: str = "") -> None:
        if status != "failed":
            self.errors = {}
        self.status, self.message = status, message

    def _forget(self, shows: Shows) -> None:
        self.record_id, self.form, self._base, self.shows = "", {}, {}, shows
        self.title, self.related, self.archived = "", [], False
        self._say()

    def _id_of_address(self) -> str:
        return str(self.router.url.path).rstrip("/").rpartition("/")[2]


def _fingerprint(values: Values) -> str:
    return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:12]
