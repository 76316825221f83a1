"""The administrators' pages as a person uses them."""

from playwright.sync_api import Locator, Page, expect


class UsagePage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.running = page.locator("#running-now li")
        self.check_summary = page.locator("#check-summary")

    def open(self) -> "UsagePage":
        self.page.goto("/admin/usage")
        expect(self.page.locator("#usage-dashboard")).to_be_visible()
        return self

    def row(self, call_id: str) -> Locator:
        return self.page.locator(f"#usage-calls-table [data-id='{call_id}']")

    def running_row(self, call_id: str) -> Locator:
        return self.page.locator(f"#running-now [data-id='{call_id}']")


class CallPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.trace = page.locator("#call-trace")
        self.timeline = page.locator("#call-timeline")
        self.facts = page.locator("#call-facts")
        self.answer = page.locator("#call-answer-text")
        self.replay_button = page.locator("#replay")
        self.stop_button = page.locator("#stop-replay")

    def open(self, call_id: str) -> "CallPage":
        self.page.goto(f"/admin/usage/calls/{call_id}")
        expect(self.trace).to_have_attribute("data-id", call_id)
        return self
