"""People who can sign in, for tests; their password is always `PASSWORD`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import lru_cache

import httpx
from passlib.context import CryptContext
from starlette.types import ASGIApp

from feedback_app.core.ids import new_id
from feedback_app.db.models import Company, Role, User
from feedback_app.db.session import Database

PASSWORD = "a long enough password"
ORIGIN = "http://localhost:3000"


async def make_user(
    database: Database,
    *,
    email: str = "ada@debrief.test",
    name: str = "Ada Ferreira",
    role: Role = Role.INTERVIEWER,
    is_active: bool = True,
) -> User:
    """A user in a company of their own."""
    company = Company(name="Northwind")
    user = User(
        id=new_id(),
        company_id=company.id,
        email=email,
        name=name,
        role=role,
        password_hash=_password_hash(),
        is_active=is_active,
    )
    async with database.write() as session:
        session.add(company)
        await session.flush()
        session.add(user)
    return user


@asynccontextmanager
async def browser(app: ASGIApp, *, address: str = "10.0.0.1") -> AsyncIterator[httpx.AsyncClient]:
    """A client that keeps cookies and says where its requests come from, as browsers do."""
    transport = httpx.ASGITransport(app, client=(address, 5000))
    headers = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers) as client:
        yield client


@lru_cache(maxsize=1)
def _password_hash() -> str:
    cheap = CryptContext(schemes=["argon2"], argon2__time_cost=1, argon2__memory_cost=1024)
    return cheap.hash(PASSWORD)
