"""The page of the system log as an administrator uses it."""

from typing import Literal

from playwright.sync_api import Page, expect


class LogsPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.rows = page.locator("#system-log tbody [data-id]")
        self.switch = page.locator("#log-tail")

    def open(self) -> "LogsPage":
        self.page.goto("/admin/logs")
        expect(self.page.locator("#log-filters")).to_be_visible()
        return self

    def component(self, label: str) -> None:
        self.page.locator("#log-filters").get_by_role("link", name=label, exact=True).click()

    def choose(self, name: Literal["period", "action", "person", "status"], label: str) -> None:
        self.page.locator(f"#log-filter-{name}").select_option(label=label)

    def search(self, text: str) -> None:
        self.page.locator("#log-search").fill(text)
        self.page.locator("#log-search").press("Enter")
