"""The system log's page: the right rows, in order, to administrators of the company only."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from feedback_app.admin.logs import service
from feedback_app.admin.logs.schemas import LogRow, LogView
from feedback_app.admin.logs.service import BadAddress
from feedback_app.admin.logs.state import LogsState
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden
from feedback_app.core.ids import new_id
from feedback_app.core.markers import is_unlogged
from feedback_app.db.models import LogComponent, SystemLog, User
from feedback_app.db.session import Database
from tests.factories import make_admin, make_call, make_company, make_interview, make_user, store
from tests.integration.generating import as_user
from tests.integration.states import state_of
from tests.integration.test_usage_page import signed_in

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Office:
    """A company with an administrator and an interviewer."""

    database: Database
    admin: CurrentUser
    person: CurrentUser

    async def log(self, ago_s: float = 60, **values: Any) -> SystemLog:
        """A row of the interviewer's, an ordinary request unless `values` say otherwise."""
        defaults = {
            "at": NOW - timedelta(seconds=ago_s),
            "component": LogComponent.API,
            "action": "/",
            "method": "GET",
            "path": "/",
            "status": "200",
            "duration_ms": 12,
            "request_id": new_id()[-12:] + "0000",
            "company_id": self.person.company_id,
            "user_id": self.person.id,
        }
        row = SystemLog(**defaults | values)
        await store(self.database, row)
        return row

    async def view(self, **query: str) -> LogView:
        return await service.view(self.admin, query)

    async def ids(self, **query: str) -> list[str]:
        return ids((await self.view(**query)).rows)


def ids(rows: list[LogRow]) -> list[str]:
    return [row.row_id for row in rows]


def query_of(href: str) -> dict[str, str]:
    """The words of an address."""
    return dict(part.split("=") for part in href.partition("?")[2].split("&"))


@pytest_asyncio.fixture
async def office(database: Database) -> AsyncIterator[Office]:
    """An office at noon of 10 March 2026."""
    clock.set_now(lambda: NOW)
    company = await make_company(database)
    admin = await make_admin(database, company, name="Ada Lindqvist")
    person = await make_user(database, company, name="Ines Okafor")
    yield Office(database, as_user(admin), as_user(person))
    clock.set_now(None)


async def test_each_filter_leaves_the_rows_it_names(office: Office) -> None:
    page = await office.log(1)
    missing = await office.log(2, action="(unknown)", status="404")
    click = await office.log(
        3,
        component=LogComponent.UI,
        action="UsageState.refresh",
        path="/admin/usage",
        status="received",
        user_id=office.admin.id,
    )
    old = await office.log(3 * 24 * 3600, request_id="0123456789abcdef")
    ancient = await office.log(8 * 24 * 3600, action="/readme_100%", path="/readme_100%")
    for query, expected in (
        ({}, [page, missing, click, old]),
        ({"period": "24h"}, [page, missing, click]),
        ({"period": "all"}, [page, missing, click, old, ancient]),
        ({"component": "ui"}, [click]),
        ({"component": "llm"}, []),
        ({"action": "(unknown)"}, [missing]),
        ({"person": office.admin.id}, [click]),
        ({"status": "failed"}, [missing]),
        ({"status": "ok"}, [page, click, old]),
        ({"status": "200"}, [page, old]),
        ({"q": "usagestate"}, [click]),
        ({"q": "/ADMIN/"}, [click]),
        ({"q": "0123456789abcdef"}, [old]),
        ({"q": "100%", "period": "all"}, [ancient]),
        ({"q": "%"}, []),
        ({"component": "api", "status": "404", "q": "unkn"}, [missing]),
    ):
        assert await office.ids(**query) == [row.id for row in expected], query


async def test_what_people_did_reads_as_a_sentence_and_rows_of_before_still_do(
    office: Office,
) -> None:
    who = {"component": LogComponent.UI, "status": "received", "user_id": office.admin.id}
    await office.log(1, **who, action="Wrote notes", path="/index")
    await office.log(2, **who, action="InterviewState.note", path="/interviews/[interview_id]")
    view = await office.view()
    assert [(row.component_label, row.action, row.status, row.details) for row in view.rows] == [
        ("Page", "Wrote notes", "", "on /"),
        ("Page", "InterviewState.note", "", "on /interviews/[interview_id]"),
    ]
    assert "received" not in [choice.value for choice in view.filters.statuses]
    assert await office.ids(action="Wrote notes") == [view.rows[0].row_id]


async def test_a_call_leads_to_its_trace_and_says_what_it_took(office: Office) -> None:
    clock.set_now(None)
    made = await make_interview(office.database)
    admin = as_user(await make_admin(office.database, company_id=made.interviewer.company_id))
    call = await make_call(office.database, made)
    view = await service.view(admin, {"q": "4o-mini"})
    (row,) = view.rows
    assert row.href == f"/admin/usage/calls/{call.id}"
    assert (row.component_label, row.action, row.status) == ("LLM", "Feedback", "Complete")
    assert row.details == "gpt-4o-mini-2024-07-18 · 1,100 tokens · streamed"
    assert (row.person, row.duration) == (made.interviewer.name, "4.0 s")
    assert ids((await service.view(admin, {"q": call.id})).rows) == [row.row_id]


async def test_pages_hold_every_row_once_while_others_are_written(office: Office) -> None:
    # Many share a moment, so that only their ids tell them apart.
    written = [await office.log(10 + number // 7) for number in range(120)]
    first = await office.view()
    seen = ids(first.rows)
    view = first
    while view.older_href:
        await office.log(1)
        view = await service.view(office.admin, query_of(view.older_href))
        seen += ids(view.rows)
    assert seen == [
        row.id for row in sorted(written, key=lambda row: (row.at, row.id), reverse=True)
    ]
    assert [len(first.rows), len(view.rows)] == [50, 20]
    assert (first.is_newest, view.is_newest) == (True, False)
    back = await service.view(office.admin, query_of(view.newer_href))
    assert ids(back.rows) == seen[50:100]
    top = await service.view(office.admin, query_of(back.newer_href))
    while top.newer_href:
        top = await service.view(office.admin, query_of(top.newer_href))
    assert len(top.rows) == 50
    assert top.is_newest


async def test_nobody_sees_rows_of_another_company_or_of_none(office: Office) -> None:
    own = await office.log()
    await office.log(company_id=None, user_id=None, request_id="aaaaaaaaaaaaaaaa")
    stranger = as_user(await make_admin(office.database))
    theirs = await office.log(
        company_id=stranger.company_id, user_id=stranger.id, request_id="bbbbbbbbbbbbbbbb"
    )
    assert await office.ids() == [own.id]
    assert await office.ids(q="aaaaaaaaaaaaaaaa") == []
    assert await office.ids(q="bbbbbbbbbbbbbbbb") == []
    assert ids((await service.view(stranger, {})).rows) == [theirs.id]
    assert ids(await service.arrivals(stranger, {}, NOW - timedelta(hours=1), set())) == [theirs.id]
    with pytest.raises(BadAddress):
        await office.view(older=theirs.id)
    with pytest.raises(BadAddress):
        await office.view(person=stranger.id)
    with pytest.raises(Forbidden):
        await service.view(office.person, {})
    with pytest.raises(Forbidden):
        await service.arrivals(office.person, {}, NOW, set())


@pytest.mark.parametrize(
    "query",
    [
        {"period": "fortnight"},
        {"component": "web"},
        {"person": "nobody"},
        {"older": "no-such-row"},
        {"older": "a", "newer": "b"},
        {"q": "x" * 200},
    ],
)
async def test_an_address_that_makes_no_sense_is_told_and_shows_nothing(
    office: Office, query: dict[str, str]
) -> None:
    await office.log()
    with pytest.raises(BadAddress):
        await office.view(**query)


async def test_followed_rows_come_once_each_and_late_ones_in_their_place(office: Office) -> None:
    shown = (await office.view()).rows
    assert shown == []
    first = await office.log(10)
    third = await office.log(8)
    late_query = {"component": "api"}
    came = await service.arrivals(office.admin, late_query, NOW - timedelta(seconds=10), set())
    rows = service.with_arrivals([], came)
    assert ids(rows) == [third.id, first.id]
    assert all(row.is_new for row in rows)
    second = await office.log(9)
    await office.log(7, component=LogComponent.UI)
    came = await service.arrivals(office.admin, late_query, third.at, set(ids(rows)))
    assert ids(came) == [second.id]
    assert ids(service.with_arrivals(rows, came)) == [third.id, second.id, first.id]


async def test_a_page_that_follows_stays_as_long_as_it_may_be(office: Office) -> None:
    for number in range(service.PAGE_LENGTH):
        await office.log(100 + number)
    rows = (await office.view()).rows
    behind = await office.log(1000)
    for number in range(service.MOST_FOLLOWED):
        await office.log(50 - number / 10)
    came = await service.arrivals(office.admin, {}, NOW - timedelta(seconds=100), set(ids(rows)))
    followed = service.with_arrivals(rows, came)
    assert len(followed) == service.MOST_FOLLOWED
    older = (await office.view(q=behind.request_id)).rows
    assert service.with_arrivals(rows, older) == rows


async def test_the_filters_and_the_live_tail_are_part_of_the_address(office: Office) -> None:
    row = await office.log()
    query = {"component": "api", "status": "200", "tail": "1"}
    view = await office.view(**query)
    assert view.follows
    assert query_of(view.tail_href) == {"component": "api", "status": "200"}
    changed = query_of(service.address_with(query, "action", "/"))
    assert changed == {"component": "api", "action": "%2F", "status": "200", "tail": "1"}
    assert not (await office.view(older=row.id, tail="1")).follows


async def test_an_interviewer_is_refused_every_event_of_the_page(office: Office) -> None:
    await office.log()
    token_hash = await signed_in(office.database, await _user(office, office.person))
    for name, arguments in {
        "load": (),
        "retry": (),
        "follow": (),
        "choose": ("status", "ok"),
        "search": ({"q": "x"},),
    }.items():
        state = await state_of(LogsState, token_hash, path="/admin/logs")
        outcome = LogsState.event_handlers[name].fn(state, *arguments)
        if hasattr(outcome, "__aiter__"):
            async for _ in outcome:
                assert state.rows == []
            assert state.phase == "refused"
        else:
            assert "Your role does not allow this." in str((await outcome).args)
        assert (state.rows, state.view) == ([], LogView())
    assert set(LogsState.event_handlers) - {"setvar"} == {
        "load",
        "retry",
        "follow",
        "choose",
        "search",
    }


async def test_an_administrator_sees_rows_and_what_is_wrong_with_an_address(
    office: Office,
) -> None:
    row = await office.log()
    token_hash = await signed_in(office.database, await _user(office, office.admin))
    clock.set_now(lambda: NOW)
    state = await state_of(LogsState, token_hash, path="/admin/logs?component=api")
    async for _ in LogsState.load.fn(state):
        pass
    assert (state.phase, ids(state.rows)) == ("ready", [row.id])
    redirect = await LogsState.search.fn(state, {"q": "a b"})
    assert "/admin/logs?component=api&q=a+b" in str(redirect)
    state = await state_of(LogsState, token_hash, path="/admin/logs?period=never")
    async for _ in LogsState.load.fn(state):
        pass
    assert (state.phase, state.rows) == ("invalid", [])
    assert "never" in state.problem


def test_looking_and_following_leave_no_rows_of_their_own() -> None:
    assert is_unlogged(LogsState.event_handlers["load"].fn)
    assert is_unlogged(LogsState.event_handlers["follow"].fn)
    assert not is_unlogged(LogsState.event_handlers["choose"].fn)


async def _user(office: Office, user: CurrentUser) -> User:
    async with office.database.read() as session:
        return await session.get_one(User, user.id)
