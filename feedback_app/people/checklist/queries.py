"""The SQL of the first steps of a company."""

from typing import NamedTuple

from sqlalchemy import exists, func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.db.models import AccountLink, Company, Interview, Job, LinkKind, User


class Done(NamedTuple):
    """Which of a company's first steps are done."""

    is_demo: bool
    invited: bool
    has_job: bool
    has_interview: bool


async def done(session: AsyncSession, user: CurrentUser) -> Done:
    """What the person's company has got so far."""
    company = user.company_id
    others = select(func.count()).where(User.company_id == company).scalar_subquery()
    rows = await session.exec(
        select(
            col(Company.is_demo),
            (others > 1)
            | exists().where(
                col(AccountLink.company_id) == company,
                col(AccountLink.kind) == LinkKind.INVITE,
            ),
            exists().where(col(Job.company_id) == company),
            exists().where(col(Interview.company_id) == company),
        ).where(col(Company.id) == company)
    )
    return Done(*map(bool, rows.one()))
