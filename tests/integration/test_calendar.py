"""A person's interviews as a calendar, on both databases; read by a parser."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from icalendar import Calendar
from starlette.applications import Starlette

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.db.models import User
from feedback_app.db.session import Database
from feedback_app.interviews.calendar import CALENDAR_ROUTES
from feedback_app.people import service as people
from feedback_app.people.account import service
from tests.factories import make_admin, make_candidate, make_company, make_interview, make_user
from tests.integration.people import browser

APP = Starlette(routes=CALENDAR_ROUTES)
TRICKY = "Imke; Brandt, 日本 \\n \\ " + "ß" * 80


def acting(user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


async def read(address: str) -> tuple[int, list[dict[str, object]]]:
    async with browser(APP) as client:
        answer = await client.get(urlsplit(address).path)
    if answer.status_code != 200:
        return answer.status_code, []
    assert answer.headers["content-type"].startswith("text/calendar")
    parsed: Any = Calendar.from_ical(answer.text)
    return 200, [
        {
            "summary": str(event["SUMMARY"]),
            "url": str(event["URL"]),
            "start": event["DTSTART"].dt,
            "length": event["DTEND"].dt - event["DTSTART"].dt,
        }
        for event in parsed.walk("VEVENT")
    ]


async def test_a_parser_reads_ones_own_interviews_with_their_links(database: Database) -> None:
    company = await make_company(database)
    user, other = await make_user(database, company), await make_user(database, company)
    at = (clock.now() + timedelta(days=2)).replace(microsecond=0)
    made = await make_interview(
        database,
        user,
        held_at=at,
        duration_min=45,
        candidate=await make_candidate(database, company.id, name=TRICKY),
    )
    await make_interview(database, other)
    await make_interview(database, user, archived_at=clock.now())
    await make_interview(database, user, held_at=clock.now() - timedelta(days=200))
    status, events = await read(await service.make_calendar(acting(user)))
    assert status == 200
    assert events == [
        {
            "summary": f"Technical interview: {TRICKY} ({made.job.title})",
            "url": f"http://127.0.0.1:3000{routes.interview(made.id)}",
            "start": at,
            "length": timedelta(minutes=45),
        }
    ]


async def test_an_address_ends_when_it_is_replaced_ended_or_its_person_deactivated(
    database: Database,
) -> None:
    company = await make_company(database)
    user, admin = await make_user(database, company), await make_admin(database, company)
    first = await service.make_calendar(acting(user))
    second = await service.make_calendar(acting(user))
    assert (await read(first))[0] == 404
    assert (await read(second))[0] == 200
    async with database.read() as session:
        stored = await session.get_one(User, user.id)
    assert stored.calendar_hash is not None
    assert stored.calendar_hash not in second
    await people.deactivate(acting(admin), user.id)
    assert (await read(second))[0] == 404
    await people.activate(acting(admin), user.id)
    assert (await read(second))[0] == 404
    third = await service.make_calendar(acting(user))
    assert (await service.view(acting(user), "")).has_calendar
    await service.end_calendar(acting(user))
    assert (await read(third))[0] == 404
    assert (await read(routes.calendar("x" * 5000)))[0] == 404
