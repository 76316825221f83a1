"""The alerts page and the bell as an administrator uses them."""

from playwright.sync_api import Locator, Page, expect


class AlertsPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.bell = page.locator("#alerts-bell")
        self.count = page.locator("#alerts-unseen")
        self.rows = page.locator("#alerts-list > li")
        self.mark_all = page.locator("#alerts-mark-all")
        self.test_button = page.locator("#alerts-test")
        self.test_status = page.locator("#alerts-test-status")

    def shown(self) -> "AlertsPage":
        expect(self.page.locator("#alerts-page")).to_be_visible()
        return self

    def row(self, text: str) -> Locator:
        return self.rows.filter(has_text=text)
