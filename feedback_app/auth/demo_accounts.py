"""The accounts that come with the demo: their passwords are public, so they end with the demo.

They are recognised by their addresses, which nobody else can have: no mail reaches them.
"""

from typing import NamedTuple

from sqlmodel import col, func, select, update

from feedback_app.auth import queries
from feedback_app.core import clock
from feedback_app.core.demo import DEMO_SIGN_INS
from feedback_app.core.settings import get_settings
from feedback_app.db.demo_data.companies import COMPANIES
from feedback_app.db.models import User
from feedback_app.db.session import database

_ADDRESSES = frozenset(
    [person.email for person in DEMO_SIGN_INS]
    + [person.email for company in COMPANIES for person in company.people]
)


class Closed(NamedTuple):
    """How many accounts were disabled, and how many live sessions and tokens they had."""

    accounts: int
    sessions: int


def is_closed(email: str) -> bool:
    """Whether an address is one of the demo's while the demo is off."""
    return email in _ADDRESSES and not get_settings().DEMO


async def close() -> Closed:
    """Disable every demo account and end its sessions and tokens; return how many of each."""
    disabling = (
        update(User)
        .where(col(User.email).in_(_ADDRESSES), col(User.is_active).is_(True))
        .values(is_active=False)
        .returning(col(User.id))
    )
    async with database().write() as session:
        disabled = (await session.exec(disabling)).scalars().all()
        now = clock.now()
        ended = [await queries.revoke_all(session, user_id, now) for user_id in disabled]
    return Closed(len(disabled), sum(ended))


async def reopen() -> None:
    """Enable the demo accounts again, unless other accounts exist: real data keeps them off."""
    others = select(func.count()).where(col(User.email).not_in(_ADDRESSES))
    async with database().write() as session:
        if (await session.exec(others)).one() == 0:
            await session.exec(
                update(User).where(col(User.email).in_(_ADDRESSES)).values(is_active=True)
            )
