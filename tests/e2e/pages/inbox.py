"""My interviews as a person uses the list."""

from playwright.sync_api import Locator, Page, expect


class InboxPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.list = page.locator("#interview-list")
        self.rows = self.list.locator("[data-id]")
        self.search = page.locator("#interview-search")
        self.summary = page.locator(".page-header p")

    def shown(self) -> "InboxPage":
        expect(self.list).to_be_visible()
        return self

    def group(self, name: str) -> Locator:
        """`today`, `older`, `waiting` or `done`."""
        return self.list.locator(f"[data-group='{name}']")

    def row(self, interview_id: str) -> Locator:
        return self.list.locator(f"[data-id='{interview_id}']")

    def step(self, interview_id: str) -> Locator:
        """The button of the one next step."""
        return self.row(interview_id).locator(".row-action")

    def filter(self, name: str) -> Locator:
        """`all`, `none`, `ready` or `submitted`."""
        return self.page.locator(f"[data-filter='{name}']")

    def expect_tab(self, title: str, *, ready: bool) -> None:
        """What the browser's tab says, and whether its icon has the dot."""
        expect(self.page).to_have_title(title)
        expect_icon(self.page, ready=ready)


def expect_icon(page: Page, *, ready: bool) -> None:
    """The icon of the page's tab: of several the last in the head counts."""
    icon = page.locator("head link[rel=icon]").last
    expect(icon).to_have_attribute("href", f"/favicon{'-ready' if ready else ''}.svg")
