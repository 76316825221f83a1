"""The page of prices as an administrator uses it."""

from playwright.sync_api import Locator, Page, expect


class PricesPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.said = page.locator("#prices-said")
        self.unknown = page.locator("#prices-unknown")
        self.form = page.locator("#price-form")
        self.doubts = page.locator("#price-doubts")
        self.confirm_button = page.locator("#price-confirm")
        self.reconsider_button = page.locator("#price-reconsider")
        self.preview_button = page.locator("#recalculation-preview")
        self.before = page.locator("#recalculation-before")
        self.after = page.locator("#recalculation-after")
        self.recalculate_button = page.locator("#recalculate")
        self.recalculations = page.locator("#recalculations li")
        self.history = page.locator("#price-history li")

    def open(self) -> "PricesPage":
        self.page.goto("/admin/prices")
        expect(self.page.locator("#prices")).to_be_visible()
        return self

    def model(self, name: str) -> Locator:
        return self.page.locator(f"#prices-models [data-id='{name}']")

    def field(self, name: str) -> Locator:
        return self.page.locator(f"#price-{name}")

    def error(self, name: str) -> Locator:
        return self.page.locator(f"#price-{name}-error")

    def begin(self, model: str) -> None:
        self.model(model).get_by_role("button").click()
        expect(self.field("model")).to_have_value(model)

    def submit(self, **typed: str) -> None:
        for name, text in typed.items():
            self.field(name).fill(text)
        self.page.locator("#price-submit").click()
