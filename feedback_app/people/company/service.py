"""The company's own settings, as its administrators change them."""

from dataclasses import dataclass

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import zones
from feedback_app.core.errors import Forbidden
from feedback_app.db.models import Company
from feedback_app.db.session import database
from feedback_app.people.entering import WrongField, line


@dataclass(frozen=True, slots=True)
class CompanyView:
    """The company's settings."""

    name: str = ""
    time_zone: str = zones.UTC_NAME
    interviewers_add: bool = True
    is_demo: bool = False


async def view(admin: CurrentUser) -> CompanyView:
    """The settings in force.

    Raises:
        Forbidden: not an administrator.
    """
    _require_admin(admin)
    async with database().read() as session:
        company = await session.get_one(Company, admin.company_id)
    return CompanyView(company.name, company.time_zone, company.interviewers_add, company.is_demo)


async def save(admin: CurrentUser, name: str, time_zone: str, *, interviewers_add: bool) -> None:
    """Change the settings, all at once.

    Raises:
        Forbidden: not an administrator.
        WrongField: the name cannot be used, or there is no such zone; nothing was changed.
    """
    _require_admin(admin)
    name = line(name, "company")
    if zones.zone_named(time_zone) is None:
        raise WrongField("time_zone", "There is no such time zone. Choose one from the list.")
    async with database().write() as session:
        company = await session.get_one(Company, admin.company_id)
        company.name, company.time_zone = name, time_zone
        company.interviewers_add = interviewers_add
        session.add(company)


def _require_admin(user: CurrentUser) -> None:
    if not user.is_admin:
        raise Forbidden
