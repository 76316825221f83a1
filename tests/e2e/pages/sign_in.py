"""The sign-in page as a person uses it."""

from playwright.sync_api import Page, expect

from tests.factories import PASSWORD


class SignInPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.email = page.locator("#login-email")
        self.password = page.locator("#login-password")

    def open(self, path: str = "/login") -> "SignInPage":
        self.page.goto(path)
        expect(self.email).to_be_visible()
        return self

    def sign_in(self, email: str, password: str = PASSWORD) -> None:
        self.email.fill(email)
        self.password.fill(password)
        self.page.locator("#login-submit").click()


def sign_in(page: Page, email: str, password: str = PASSWORD, *, path: str = "/") -> None:
    """Open `path` as that person, by way of the sign-in page."""
    SignInPage(page).open(path).sign_in(email, password)
    expect(page.locator("#account-menu")).to_be_visible()
