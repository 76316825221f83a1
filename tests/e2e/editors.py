"""The editors of the desk, as a person types in them and as the database keeps them."""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page
from sqlmodel import select

from feedback_app.db.models import CompetencyRating, Scorecard
from feedback_app.db.session import Database
from tests.e2e.serving import RunningApp
from tests.factories import MadeInterview

_TEXT = "e => e.isContentEditable ? e.innerText : e.value"
_CARET = """e => {
  if (!e.isContentEditable) return e.selectionStart;
  const chosen = getSelection(), before = document.createRange();
  before.selectNodeContents(e);
  before.setEnd(chosen.focusNode, chosen.focusOffset);
  return before.toString().length;
}"""


@dataclass(frozen=True, slots=True)
class Editor:
    """One editor: where it is, where its status is, and what of it is stored."""

    name: str
    element: str
    status: str
    stored: Callable[[RunningApp, MadeInterview], str]

    def on(self, page: Page) -> Locator:
        return page.locator(self.element).first

    def status_on(self, page: Page) -> Locator:
        return page.locator(self.status)


def text_of(editor: Locator) -> str:
    """What the editor shows, whatever element it is."""
    return str(editor.evaluate(_TEXT))


def caret_in(editor: Locator) -> int:
    """How many characters stand before the caret."""
    return int(editor.evaluate(_CARET))


def scorecard_of(app: RunningApp, made: MadeInterview) -> Scorecard:
    async def read(database: Database) -> Scorecard:
        async with database.read() as session:
            rows = await session.exec(select(Scorecard).where(Scorecard.id == made.scorecard.id))
            return rows.one()

    return app.arrange(read)


def _reason_of(app: RunningApp, made: MadeInterview) -> str:
    async def read(database: Database) -> str:
        async with database.read() as session:
            key = (made.scorecard.id, made.competencies[0].id)
            rating = await session.get(CompetencyRating, key)
            return rating.reason if rating else ""

    return app.arrange(read)


NOTES = Editor(
    "notes",
    "#interview-notes",
    "#notes-status",
    lambda app, made: scorecard_of(app, made).notes,
)
REASON = Editor("reason", "#competencies textarea", "#reasons-status", _reason_of)
FEEDBACK = Editor(
    "feedback",
    "#feedback-editor",
    "#feedback-status",
    lambda app, made: scorecard_of(app, made).feedback,
)
EDITORS = (NOTES, REASON, FEEDBACK)
