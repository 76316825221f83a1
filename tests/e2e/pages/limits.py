"""The limits page as an administrator uses it."""

import re

from playwright.sync_api import Locator, Page, expect


class LimitsPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.status = page.locator("#limits-status")
        self.changes = page.locator("#limits-changes li")

    def shown(self) -> "LimitsPage":
        expect(self.page.locator("#limits-page")).to_be_visible()
        return self

    def field(self, name: str) -> Locator:
        return self.page.locator(f"#limit-{name}")

    def save(self) -> None:
        self.page.locator("#limits-save").click()

    def expect_saved(self) -> None:
        expect(self.status).to_have_text(re.compile("^Saved"))
