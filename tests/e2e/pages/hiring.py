"""The pages of hiring as an administrator uses them."""

from typing import Literal

from playwright.sync_api import Locator, Page, expect

from feedback_app import routes

Section = Literal["jobs", "candidates", "interviews", "departments"]

LISTS: dict[Section, tuple[str, str]] = {
    "jobs": (routes.ADMIN_HIRING, "job-list"),
    "candidates": (routes.ADMIN_CANDIDATES, "candidate-list"),
    "interviews": (routes.ADMIN_INTERVIEWS, "hiring-interview-list"),
    "departments": (routes.ADMIN_DEPARTMENTS, "department-list"),
}
"""The address of each list and the id of its table."""


class HiringList:
    """One of the four lists."""

    def __init__(self, page: Page, section: Section) -> None:
        self.page = page
        self.path, table = LISTS[section]
        self.rows = page.locator(f"#{table} tbody [data-id]")
        self.empty = page.locator("#hiring-empty")
        self.position = page.locator("#hiring-position")

    def open(self, query: str = "") -> "HiringList":
        self.page.goto(self.path + query)
        expect(self.page.locator("#hiring-search")).to_be_visible()
        return self

    def row(self, row_id: str) -> Locator:
        return self.page.locator(f"[data-id='{row_id}']")

    def new(self) -> None:
        self.page.locator("#new-row").click()

    def search(self, text: str) -> None:
        field = self.page.locator("#hiring-search")
        field.click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def show(self, which: Literal["In use", "Archived"]) -> None:
        self.page.locator("#hiring-shown").get_by_role("link", name=which).click()

    def sort(self, label: str) -> None:
        self.page.locator("#hiring-sort").select_option(label=label)

    def expect_names(self, *names: str) -> None:
        expect(self.rows.locator("td:first-child a")).to_have_text(list(names))


class RecordPage:
    """The form of one row."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.status = page.locator("#record-status")
        self.archived = page.locator("#archived")

    def field(self, name: str) -> Locator:
        return self.page.locator(f"#field-{name}")

    def error(self, name: str) -> Locator:
        return self.page.locator(f"#field-{name}-hint .error, #field-{name}-hint.error")

    def type(self, name: str, text: str) -> None:
        """Replace what is in a field by real keys."""
        self.field(name).click()
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def save(self) -> None:
        self.page.locator("#record-save").click()

    def expect_saved(self, words: str = "Saved.") -> None:
        expect(self.status).to_have_text(words)

    def archive(self) -> None:
        self.page.locator("#archive").click()
        expect(self.archived).to_be_visible()

    def bring_back(self) -> None:
        self.page.locator("#bring-back").click()
        expect(self.archived).to_be_hidden()


class JobForm(RecordPage):
    """The form of one job with its competencies."""

    def __init__(self, page: Page) -> None:
        super().__init__(page)
        self.competencies = page.locator("#job-competencies-list > li")
        self.said = page.locator("#competencies-said")

    def open(self, job_id: str) -> "JobForm":
        self.page.goto(routes.admin_job_edit(job_id))
        expect(self.page.locator("#job-edit-page")).to_be_visible()
        return self

    def button(self, index: int, deed: Literal["up", "down", "remove"]) -> Locator:
        return self.competencies.nth(index).locator(f"[data-deed={deed}]")

    def name_of(self, index: int) -> Locator:
        return self.competencies.nth(index).locator("input[name^=name-]")

    def expect_names(self, *names: str) -> None:
        for index, name in enumerate(names):
            expect(self.name_of(index)).to_have_value(name)
        expect(self.competencies).to_have_count(len(names))
