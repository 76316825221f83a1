"""A person's interviews as a calendar, at a private address that calendar programs subscribe to.

Whoever has the address reads it: it is random, stored as its hash, and ended or replaced on the
account's page. RFC 5545 is the format's standard.
"""

from datetime import timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from icalendar import Calendar, Event
from sqlmodel import col, select
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from feedback_app import routes
from feedback_app.auth.sessions import hash_token
from feedback_app.core import clock
from feedback_app.core.settings import get_settings
from feedback_app.db.covering import STILL_LISTED
from feedback_app.db.models import Candidate, Interview, Job, Scorecard, User
from feedback_app.db.session import database

PAST = timedelta(days=90)
"""How far back the calendar goes."""
MOST_EVENTS = 1000
_LONGEST_TOKEN = 200
_ASK_AGAIN = timedelta(hours=1)


class Entry(NamedTuple):
    """One interview of a calendar."""

    interview: Interview
    candidate: str
    job: str


async def calendar(request: Request) -> Response:
    """Answer with the calendar whose token is in the path, or with 404."""
    token = str(request.path_params["token"])
    found = await entries(token) if len(token) <= _LONGEST_TOKEN else None
    if found is None:
        return PlainTextResponse("There is no such calendar.", status_code=404)
    return Response(
        as_calendar(found),
        media_type="text/calendar",
        headers={"Cache-Control": "private, no-store"},
    )


async def entries(token: str) -> list[Entry] | None:
    """The interviews of the person whose calendar this is; `None` if there is none."""
    async with database().read() as session:
        whose = select(User).where(
            User.calendar_hash == hash_token(token), col(User.is_active).is_(True)
        )
        user = (await session.exec(whose)).first()
        if user is None:
            return None
        rows = await session.exec(
            select(Interview, Candidate.name, Job.title)
            .join(Scorecard, col(Scorecard.interview_id) == Interview.id)
            .join(Candidate, col(Candidate.id) == Interview.candidate_id)
            .join(Job, col(Job.id) == Interview.job_id)
            .where(
                Scorecard.user_id == user.id,
                Interview.company_id == user.company_id,
                Interview.held_at > clock.now() - PAST,
                STILL_LISTED,
            )
            .order_by(col(Interview.held_at).desc(), col(Interview.id).desc())
            .limit(MOST_EVENTS)
        )
        return [Entry(*row) for row in rows.all()]


def as_calendar(found: list[Entry]) -> bytes:
    """The interviews in iCalendar's format."""
    made: Any = Calendar()
    made.add("prodid", "-//Debrief//Interviews//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", "Interviews")
    made.add("refresh-interval", _ASK_AGAIN, parameters={"value": "DURATION"})
    address = get_settings().address
    host = urlsplit(address).hostname or "debrief"
    for interview, candidate, job in found:
        link = address + routes.interview(interview.id)
        event: Any = Event()
        event.add("uid", f"{interview.id}@{host}")
        event.add("dtstamp", clock.now())
        event.add("dtstart", interview.held_at)
        event.add("dtend", interview.held_at + timedelta(minutes=interview.duration_min))
        event.add("summary", f"{interview.kind}: {candidate} ({job})")
        event.add("description", f"Write the feedback: {link}")
        event.add("url", link)
        made.add_component(event)
    return made.to_ical()


CALENDAR_ROUTES = [Route(routes.CALENDAR, calendar, methods=["GET"])]
