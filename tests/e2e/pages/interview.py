"""Interview mode as a person uses it."""

import re

from playwright.sync_api import Locator, Page, expect

from feedback_app.llm.text.markdown import parse_blocks
from tests.e2e.behind import wait_for

PHASES = ["connecting", "analyzing", "thinking", "generating", "streaming"]

_RECORD_PHASES = """panel => {
  window.phases = [panel.dataset.phase];
  new MutationObserver(() => {
    if (window.phases.at(-1) !== panel.dataset.phase) window.phases.push(panel.dataset.phase);
  }).observe(panel, {attributes: true});
}"""


class InterviewPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.notes = page.locator("#interview-notes")
        self.notes_status = page.locator("#notes-status")
        self.panel = page.locator("#generation-panel")
        self.generate_button = page.locator("#generate-feedback")
        self.stop_button = page.locator("#stop-generation")
        self.retry_button = page.locator("#retry-generation")
        self.live = page.locator("#live-feedback")
        self.error = page.locator("#generation-error")
        self.facts = page.locator("#generation-facts")
        self.editor = page.locator("#feedback-editor")
        self.status = page.locator("#feedback-status")
        self.choice = page.locator("#draft-choice")

    def open(self, interview_id: str, *, query: str = "") -> "InterviewPage":
        self.page.goto(f"/interviews/{interview_id}{query}")
        return self.shown()

    def shown(self) -> "InterviewPage":
        expect(self.notes).to_be_visible()
        return self

    def generate(self) -> None:
        self.generate_button.click()

    def expect_phase(self, phase: str, *, timeout: float = 15_000) -> None:
        expect(self.panel).to_have_attribute("data-phase", phase, timeout=timeout)

    def record_phases(self) -> None:
        """Note every phase the panel is in from now on."""
        self.panel.evaluate(_RECORD_PHASES)

    def expect_phases_in_order(self, *ends: str) -> None:
        """What was recorded, from idle through streaming to the end, nothing out of order.

        A busy browser may draw two stages at once; that the page is sent each by itself is for
        the live view's tests.
        """
        seen = self.page.evaluate("window.phases")
        order = ["idle", *PHASES, *ends]
        assert seen == sorted(seen, key=order.index)
        assert {"idle", "connecting", "streaming", *ends} <= set(seen)

    def expect_feedback(self, markdown: str) -> None:
        """The editor shows this text, whatever its white space."""
        whole = solid("".join(block.text for block in parse_blocks(markdown)))
        wait_for(self.page, lambda: solid(self.editor.inner_text()) == whole)

    def write(self, text: str) -> None:
        """Put a text in place of the feedback, as a person does."""
        self._empty(self.editor)
        self.page.keyboard.type(text)

    def write_notes(self, text: str) -> None:
        """Put a text in place of the notes, key by key."""
        self._empty(self.notes)
        self.page.keyboard.type(text)

    def paste_notes(self, text: str) -> None:
        """Put a long text in place of the notes at once, as a paste does."""
        self.notes.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.insert_text(text)

    def _empty(self, editor: Locator) -> None:
        editor.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")

    def save(self) -> None:
        self.page.locator("#save-feedback").click()
        expect(self.status).to_have_text(re.compile("^Saved"))

    def competency(self, name: str) -> Locator:
        return self.page.locator(".competency").filter(has_text=name)

    def rate(self, name: str, step: str) -> None:
        self.competency(name).locator(f"label.step[title='{step}']").click()
        expect(self.competency(name).get_by_role("radio", name=step)).to_be_checked()


def solid(text: str) -> str:
    """The text without its white space, list signs and zero-width characters."""
    return "".join(text.replace("\u200b", "").split())
