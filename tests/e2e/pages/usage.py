"""The administrators' pages as a person uses them."""

from datetime import date

from playwright.sync_api import Locator, Page, expect


class UsagePage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.running = page.locator("#running-now li")
        self.check_summary = page.locator("#check-summary")

    def open(self, query: str = "") -> "UsagePage":
        self.page.goto(f"/admin/usage{query}")
        return self.shown()

    def shown(self) -> "UsagePage":
        expect(self.page.locator("#usage-dashboard")).to_be_visible()
        return self

    def figure(self, name: str) -> Locator:
        return self.page.locator(f"#usage-{name}")

    def tab(self, label: str) -> None:
        """Go to a part of the page."""
        link = self.page.locator("#usage-tabs").get_by_role("link", name=label)
        link.click()
        expect(link).to_have_attribute("aria-current", "page")

    def choose(self, name: str, label: str) -> None:
        self.page.locator(f"#usage-filter-{name}").select_option(label=label)

    def choose_days(self, first: date, last: date) -> None:
        self.page.locator("#usage-period").get_by_role("link", name="Custom").click()
        self.page.locator("#usage-from").fill(first.isoformat())
        self.page.locator("#usage-to").fill(last.isoformat())
        self.page.locator("#usage-show-days").click()

    def search(self, text: str) -> None:
        self.page.locator("#usage-search").fill(text)
        self.page.locator("#usage-search").press("Enter")

    def chart(self, name: str) -> Locator:
        return self.page.locator(f"#usage-chart-{name}")

    def table(self, name: str) -> list[list[str]]:
        """Every row of a chart's table, opened for it; the headings first."""
        details = self.chart(name).locator("details")
        if details.get_attribute("open") is None:
            details.locator("summary").click()
        rows = details.locator("tr")
        return [row.locator("th, td").all_inner_texts() for row in rows.all()]

    @property
    def rows(self) -> Locator:
        return self.page.locator("#usage-calls-table tbody tr")

    def export(self, kind: str = "") -> str:
        """The text of the exported file."""
        with self.page.expect_download() as started:
            self.page.locator(f"#usage-export{kind}").click()
        return started.value.path().read_text()

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
