"""The list of interviews: whose, in which group, how far, and the one next step of each."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock, zones
from feedback_app.db.models import CallStatus, User
from feedback_app.db.session import Database
from feedback_app.interviews.inbox import service
from feedback_app.interviews.inbox.queries import MOST_LISTED
from feedback_app.interviews.inbox.schemas import Filter, InboxRow, InboxView
from feedback_app.llm.client.offline import OfflineClient
from tests.factories import (
    MadeInterview,
    make_call,
    make_candidate,
    make_interview,
    make_job,
    make_user,
)
from tests.integration.generating import as_user, stage
from tests.upstream import Upstream

NOW = datetime(2026, 11, 27, 15, 0, tzinfo=UTC)
"""A Friday."""
ALL_RATED = {"System design": 3, "Collaboration": 2, "Code quality": 4}
NOTHING: dict[str, Any] = {"notes": "", "ratings": {}, "recommendation": None}
RUNNING = {"status": CallStatus.RUNNING}
"""Of a call."""


@pytest.fixture(autouse=True)
def friday() -> Iterator[None]:
    clock.set_now(lambda: NOW)
    yield
    clock.set_now(None)


@pytest.fixture(autouse=True)
async def no_model(database: Database) -> AsyncIterator[None]:
    """Drafts are written offline."""
    async with stage(database, client=OfflineClient()):
        yield


async def add(
    database: Database, user: User, name: str, ago: timedelta = timedelta(hours=1), **values: Any
) -> MadeInterview:
    """An interview of the user with a candidate of that name, held so long ago."""
    candidate = await make_candidate(database, user.company_id, name=name)
    return await make_interview(
        database, user, candidate=candidate, **{"held_at": NOW - ago, **values}
    )


def names(rows: list[InboxRow]) -> list[str]:
    return [row.candidate for row in rows]


def all_names(view: InboxView) -> list[str]:
    return names([*view.today, *view.older, *view.waiting, *view.done])


async def found(
    database: Database, user: CurrentUser, search: str = "", shown: Filter = "all"
) -> list[str]:
    return all_names(await service.inbox(user, search, shown))


async def test_groups_go_by_when_it_was_held_and_whether_it_is_submitted(
    database: Database,
) -> None:
    user = await make_user(database)
    days = timedelta(days=1)
    for name, ago in {
        "This minute": timedelta(0),
        "This morning": timedelta(hours=6),
        "Yesterday evening": timedelta(hours=23, minutes=59),
        "A day ago": days,
        "Last week": 7 * days,
        "Tomorrow": -days,
        "Next week": -7 * days,
        "In a minute": timedelta(minutes=-1),
    }.items():
        await add(database, user, name, ago)
    sent = {"submitted_at": NOW - days, "feedback": "All."}
    await add(database, user, "Sent", 2 * days, scorecard=sent)
    await add(database, user, "Sent today", timedelta(hours=2), scorecard=sent)
    view = await service.inbox(as_user(user))
    assert names(view.today) == ["This minute", "This morning", "Yesterday evening"]
    assert names(view.older) == ["A day ago", "Last week"]
    assert names(view.waiting) == ["In a minute", "Tomorrow", "Next week"]
    assert names(view.done) == ["Sent today", "Sent"]
    assert (view.summary, view.due) == ("3 to write today, 2 overdue", 5)
    assert [row.note for row in view.today] == ["just now", "6 h ago", "23 h ago"]
    assert [row.note for row in view.older] == ["1 day ago", "7 days ago"]


async def test_today_is_the_viewers_day(database: Database) -> None:
    """On the day that the clocks go back, 24 hours and a half ago is still today."""
    berlin = datetime(2026, 10, 25, 22, 45, tzinfo=UTC)
    clock.set_now(lambda: berlin)
    user = await make_user(database)
    await add(database, user, "Night shift", held_at=berlin - timedelta(hours=24, minutes=30))
    assert names((await service.inbox(as_user(user))).older) == ["Night shift"]
    zones.show_times_in("Europe/Berlin")
    view = await service.inbox(as_user(user))
    assert names(view.today) == ["Night shift"]
    assert view.today[0].held.text == "Today, 00:15"
    assert view.today[0].held.utc == "24 Oct 2026, 22:15:00 UTC"


@dataclass(frozen=True)
class Case:
    """How far an interview has come, and what the list makes of it."""

    step: str
    label: str
    progress: str
    share: str
    recorded: dict[str, Any] = field(default_factory=dict)
    calls: tuple[dict[str, Any], ...] = ()


CASES = {
    "nothing": Case("notes", "Add notes", "Nothing recorded yet", "0%", NOTHING),
    "blank notes": Case(
        "notes", "Add notes", "Nothing recorded yet", "0%", NOTHING | {"notes": " \u2003\n"}
    ),
    "ratings only": Case(
        "notes", "Add notes", "No notes, 3 of 3 rated", "33%", {"notes": "", "ratings": ALL_RATED}
    ),
    "notes only": Case(
        "rate", "Rate 3 competencies", "Notes, 0 of 3 rated", "33%", {"ratings": {}}
    ),
    "one left": Case("rate", "Rate 1 more", "Notes, 2 of 3 rated", "56%"),
    "a rating taken back": Case(
        "rate",
        "Rate 1 more",
        "Notes, 2 of 3 rated",
        "56%",
        {"ratings": ALL_RATED | {"Collaboration": None}},
    ),
    "all rated": Case(
        "draft", "Draft from my notes", "Notes, 3 of 3 rated", "67%", {"ratings": ALL_RATED}
    ),
    "being written": Case(
        "watch",
        "Watch it being written",
        "Being written now",
        "67%",
        {"ratings": ALL_RATED},
        (RUNNING,),
    ),
    "written again": Case(
        "watch",
        "Watch it being written",
        "Being written now",
        "67%",
        {"ratings": ALL_RATED, "scorecard": {"feedback": "So far."}},
        ({}, RUNNING),
    ),
    "a complete draft": Case(
        "review", "Review draft", "Draft ready", "100%", {"ratings": ALL_RATED}, ({},)
    ),
    "a draft and ratings missing": Case(
        "review", "Review draft", "Draft ready, 2 of 3 rated", "89%", {}, ({},)
    ),
    "a draft without a recommendation": Case(
        "review",
        "Review draft",
        "Draft ready, no recommendation",
        "100%",
        {"ratings": ALL_RATED, "recommendation": None},
        ({},),
    ),
    "saved feedback": Case(
        "submit",
        "Check and submit",
        "Draft ready",
        "100%",
        {"ratings": ALL_RATED, "scorecard": {"feedback": "So far."}},
    ),
    "a discarded draft": Case(
        "draft",
        "Draft from my notes",
        "Notes, 3 of 3 rated",
        "67%",
        {"ratings": ALL_RATED},
        ({"draft": {"discarded_at": NOW}},),
    ),
    "a stopped and a failed draft": Case(
        "draft",
        "Draft from my notes",
        "Notes, 3 of 3 rated",
        "67%",
        {"ratings": ALL_RATED},
        ({"status": CallStatus.CANCELLED}, {"status": CallStatus.ERROR}),
    ),
    "another operation": Case(
        "draft",
        "Draft from my notes",
        "Notes, 3 of 3 rated",
        "67%",
        {"ratings": ALL_RATED},
        ({"operation": "interview_plan"},),
    ),
    "submitted": Case(
        "read",
        "Read",
        "",
        "100%",
        {"scorecard": {"feedback": "All.", "submitted_at": NOW}},
        ({},),
    ),
    "to come": Case(
        "prepare", "Prepare", "", "0%", NOTHING | {"held_at": NOW + timedelta(hours=2)}
    ),
    "to come, with notes": Case(
        "rate",
        "Rate 3 competencies",
        "Notes, 0 of 3 rated",
        "33%",
        {"ratings": {}, "held_at": NOW + timedelta(hours=2)},
    ),
}


@pytest.mark.ledger_findings("lost_call", reason="what runs is a row of the test's own")
@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
async def test_each_interview_has_one_next_step(database: Database, case: Case) -> None:
    user = await make_user(database)
    made = await add(database, user, "Ines Pfister", **case.recorded)
    for call in case.calls:
        await make_call(database, made, started_at=NOW, **call)
    view = await service.inbox(as_user(user))
    (row,) = [*view.today, *view.older, *view.waiting, *view.done]
    assert (row.step, row.step_label, row.progress, row.share) == (
        case.step,
        case.label,
        case.progress,
        case.share,
    )
    assert row.is_writing == (case.step == "watch")
    assert row.is_ready == (case.step in ("review", "submit"))
    assert await service.may_draft(as_user(user), made.id) == (case.step == "draft")


async def test_a_draft_of_a_colleague_is_none_of_ones_own(database: Database) -> None:
    user = await make_user(database)
    made = await add(database, user, "Ines", ratings=ALL_RATED)
    colleague = await make_user(database, company_id=user.company_id)
    await make_call(database, made, user_id=colleague.id)
    (row,) = (await service.inbox(as_user(user))).today
    assert row.step == "draft"


async def test_with_a_model_the_step_says_ai(database: Database, upstream: Upstream) -> None:
    user = await make_user(database)
    await add(database, user, "Ines", ratings=ALL_RATED)
    async with stage(database, upstream.base_url):
        (row,) = (await service.inbox(as_user(user))).today
    assert row.step_label == "Generate with AI"


async def test_nobody_starts_a_draft_of_what_is_anothers(database: Database) -> None:
    user = await make_user(database)
    made = await add(database, user, "Ines", ratings=ALL_RATED)
    colleague = await make_user(database, company_id=user.company_id)
    assert await service.may_draft(as_user(user), made.id)
    assert not await service.may_draft(as_user(colleague), made.id)
    assert not await service.may_draft(as_user(user), "absent")


async def test_the_list_is_ones_own(database: Database) -> None:
    user = await make_user(database)
    colleague = await make_user(database, company_id=user.company_id)
    await add(database, user, "Mine")
    await add(database, colleague, "Theirs")
    assert await found(database, as_user(user)) == ["Mine"]
    moved = CurrentUser(user.id, (await make_user(database)).company_id, "", "", "admin")
    assert await found(database, moved) == []
    assert await service.open_rows(moved) == ()


async def test_search_takes_every_character_as_itself(database: Database) -> None:
    user = await make_user(database)
    for name in ("100% Anna", "under_score Ben", "Back\\slash Cleo", "Dora O'Neil", "Émile"):
        await add(database, user, name)
    me = as_user(user)
    assert await found(database, me, "%") == ["100% Anna"]
    assert await found(database, me, "_") == ["under_score Ben"]
    assert await found(database, me, "\\") == ["Back\\slash Cleo"]
    assert await found(database, me, "o'n") == ["Dora O'Neil"]
    assert await found(database, me, "ANNA 100%") == ["100% Anna"]
    assert await found(database, me, "anna dora") == []
    assert await found(database, me, "mile") == ["Émile"]
    assert await found(database, me, "a\0nna") == ["100% Anna"]
    assert await found(database, me, "\ud83d") == []
    assert len(await found(database, me, "  ")) == 5
    assert len(await found(database, me, "x" * 10_000)) == 0


async def test_search_looks_in_candidate_job_kind_and_department(database: Database) -> None:
    user = await make_user(database)
    job = await make_job(database, user.company_id, title="Data analyst", department="Insight")
    await add(database, user, "Ines", job=job, kind="Case study")
    sent = {"feedback": "All.", "submitted_at": NOW}
    await add(database, user, "Bruno", job=job, kind="Case study", scorecard=sent)
    await add(database, user, "Tom")
    for word in ("analyst", "case", "insight", "insight study"):
        assert await found(database, as_user(user), word) == ["Ines", "Bruno"]
    assert await found(database, as_user(user), "ines") == ["Ines"]


async def test_what_is_due_is_counted_whatever_is_searched_for(database: Database) -> None:
    user = await make_user(database)
    drafted = await add(database, user, "Drafted")
    await make_call(database, drafted)
    await add(database, user, "Late", timedelta(days=3))
    view = await service.inbox(as_user(user), "nobody at all")
    assert all_names(view) == []
    assert (view.has_rows, view.is_empty) == (False, False)
    assert (view.summary, view.due, view.ready) == ("1 to write today, 1 overdue", 2, 1)
    assert view.counts.all == 0


async def test_the_filters_part_the_list_and_say_how_many_each_shows(database: Database) -> None:
    user = await make_user(database)
    await add(database, user, "Todo")
    await add(database, user, "Rated")
    drafted = await add(database, user, "Drafted")
    await make_call(database, drafted)
    await add(database, user, "Saved", scorecard={"feedback": "So far."})
    await add(database, user, "Sent", scorecard={"feedback": "All.", "submitted_at": NOW})
    me = as_user(user)
    counts = (await service.inbox(me)).counts
    assert (counts.all, counts.none, counts.ready, counts.submitted) == (5, 2, 2, 1)
    shown = {
        key: set(await found(database, me, shown=key)) for key in ("none", "ready", "submitted")
    }
    assert shown == {
        "none": {"Todo", "Rated"},
        "ready": {"Drafted", "Saved"},
        "submitted": {"Sent"},
    }
    assert (await service.inbox(me, "sent")).counts.all == 1


async def test_of_what_is_done_the_newest_are_shown_until_all_are_asked_for(
    database: Database,
) -> None:
    user = await make_user(database)
    sent = {"feedback": "All.", "submitted_at": NOW}
    for day in range(7):
        await add(database, user, f"Day {day}", timedelta(days=day), scorecard=sent)
    view = await service.inbox(as_user(user))
    assert names(view.done) == [f"Day {day}" for day in range(5)]
    assert (view.sizes.done, view.done_hidden) == (7, 2)
    view = await service.inbox(as_user(user), all_done=True)
    assert (len(view.done), view.done_hidden) == (7, 0)
    assert len((await service.inbox(as_user(user), shown="submitted")).done) == 7


async def test_old_open_interviews_are_listed_before_newer_submitted_ones(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_LISTED == 1000
    user = await make_user(database)
    await add(database, user, "Forgotten", timedelta(days=900))
    rows = (await service.inbox(as_user(user))).older
    assert (rows[0].note, rows[0].held.text) == ("30 months ago", "Mon 10 Jun 2024, 15:00")


async def test_without_any_interview_the_list_says_so(database: Database) -> None:
    user = as_user(await make_user(database))
    view = await service.inbox(user)
    assert (view.is_empty, view.summary, view.due) == (True, "", 0)


async def test_when_all_is_submitted_nothing_is_to_write(database: Database) -> None:
    user = await make_user(database)
    await add(database, user, "Sent", scorecard={"feedback": "All.", "submitted_at": NOW})
    view = await service.inbox(as_user(user))
    assert view.summary == "Nothing to write: all that was held is submitted."


async def test_a_name_has_always_the_same_tint(database: Database) -> None:
    first, second = await make_user(database), await make_user(database)
    for user in (first, second):
        for name in ("Oskar Nyland", "Amara Okafor", "Tom Brennan"):
            await add(database, user, name)
    tints = [
        {row.candidate: row.tint for row in (await service.inbox(as_user(user))).today}
        for user in (first, second)
    ]
    assert tints[0] == tints[1]
    assert len(set(tints[0].values())) > 1
