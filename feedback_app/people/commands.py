"""What an operator does at a terminal: set-up links, links to another password."""

from feedback_app.auth import queries as auth_queries
from feedback_app.core.errors import AppError, Invalid, NotFound
from feedback_app.core.settings import Settings
from feedback_app.db.models import LinkKind
from feedback_app.db.session import database
from feedback_app.people import entering, links, queries
from feedback_app.people.entering import NewCompany


class AlreadySetUp(AppError):
    """There is a company, so none may be made without being asked for."""

    code, status = "ALREADY_SET_UP", 409
    sentence = (
        "This installation is set up. For another company: python -m feedback_app new-company. "
        "For somebody who forgot their password: python -m feedback_app reset-password EMAIL."
    )


async def setup_link() -> str:
    """The address where the first company is set up. Earlier ones stay valid until one is used.

    Raises:
        AlreadySetUp: there is a company.
    """
    async with database().write() as session:
        await queries.one_set_up_at_a_time(session)
        if await queries.has_own_company(session):
            raise AlreadySetUp
        token = links.issue(session, LinkKind.SETUP)
    return links.address_of(LinkKind.SETUP, token)


async def new_company_link() -> str:
    """The address where one more company is set up."""
    async with database().write() as session:
        token = links.issue(session, LinkKind.SETUP)
    return links.address_of(LinkKind.SETUP, token)


async def reset_link(email: str) -> str:
    """The address where a person chooses another password; earlier ones end.

    Raises:
        NotFound: there is no such account.
        Invalid: the account is disabled.
    """
    email = email.strip().lower()
    async with database().write() as session:
        user = await auth_queries.user_by_email(session, email)
        if user is None:
            raise NotFound(f"There is no account for {email}.")
        token = await links.issue_reset(session, user)
    return links.address_of(LinkKind.RESET, token)


async def from_environment(settings: Settings) -> bool:
    """Make the first company that the environment asks for; return whether it was made.

    Raises:
        Invalid: a setting cannot be used; the sentence names it.
    """
    if not settings.SETUP_COMPANY or settings.SETUP_ADMIN_PASSWORD is None:
        return False
    email = settings.SETUP_ADMIN_EMAIL or ""
    asked = NewCompany(
        company=settings.SETUP_COMPANY,
        name=_name_in(email),
        email=email,
        password=settings.SETUP_ADMIN_PASSWORD.get_secret_value(),
        time_zone="",
    )
    try:
        return await entering.set_up_without_link(asked)
    except entering.WrongField as refusal:
        setting = _SETTINGS.get(refusal.field, "SETUP_ADMIN_EMAIL")
        raise Invalid(f"Setting {setting} is wrong: {refusal.message}") from None


_SETTINGS = {"company": "SETUP_COMPANY", "password": "SETUP_ADMIN_PASSWORD"}


def _name_in(email: str) -> str:
    """A name to begin with, from an address: `ada.lovelace@…` is Ada Lovelace."""
    words = email.partition("@")[0].replace("_", ".").replace("-", ".").split(".")
    return " ".join(word.capitalize() for word in words if word) or "Administrator"
