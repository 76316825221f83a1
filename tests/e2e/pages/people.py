"""The pages on which a company begins, and the administrators' page of people."""

from playwright.sync_api import Locator, Page, expect


def set_up(page: Page, address: str, *, company: str, name: str, email: str, password: str) -> None:
    """Make a company by its set-up link, key by key."""
    page.goto(address)
    page.locator("#setup-company").press_sequentially(company)
    page.locator("#setup-name").press_sequentially(name)
    page.locator("#setup-email").press_sequentially(email)
    page.locator("#setup-password").press_sequentially(password)
    page.locator("#setup-submit").click()


def accept(page: Page, address: str, *, name: str, password: str) -> None:
    """Accept an invitation, key by key."""
    page.goto(address)
    page.locator("#accept-name").press_sequentially(name)
    page.locator("#accept-password").press_sequentially(password)
    page.locator("#accept-submit").click()
    expect(page.locator("#account-menu")).to_be_visible()


class PeoplePage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.link = page.locator("#invite-link")
        self.message = page.locator("#people-message")
        self.rows = page.locator("#people-list tbody tr")

    def open(self) -> "PeoplePage":
        self.page.goto("/admin/people")
        expect(self.page.locator("#people-page")).to_be_visible()
        return self

    def invite(self, email: str, role: str = "interviewer") -> str:
        """Invite somebody; the address of the invitation."""
        self.page.locator("#invite-email").press_sequentially(email)
        self.page.locator("#invite-role").select_option(role)
        self.page.locator("#invite-submit").click()
        expect(self.row(email)).to_have_attribute("data-status", "invited")
        expect(self.page.locator("#people-page .inset")).to_contain_text(email)
        return self.link.input_value()

    def row(self, email: str) -> Locator:
        return self.page.locator(f"#people-list [data-email='{email}']")

    def press(self, email: str, label: str) -> None:
        self.row(email).get_by_role("button", name=label).click()
