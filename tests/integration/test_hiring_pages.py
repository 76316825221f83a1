"""Every event handler of the lists and forms of hiring, called by those who may not."""

import inspect
from typing import Any

import pytest
import reflex as rx
from reflex_base.registry import RegistrationContext

import feedback_app.feedback_app
from feedback_app.auth import sessions
from feedback_app.db.models import Candidate, Job
from feedback_app.db.session import Database
from feedback_app.hiring.candidates.state import CandidateState
from feedback_app.hiring.departments.state import DepartmentState
from feedback_app.hiring.interviews.state import HiringInterviewState
from feedback_app.hiring.jobs.state import JobFormState, NewJobState
from feedback_app.hiring.lists.state import HiringListState
from feedback_app.routes import admin_candidate
from tests.factories import PASSWORD, make_admin, make_interview
from tests.integration.states import state_of

assert feedback_app.feedback_app

STATES: tuple[type[rx.State], ...] = (
    HiringListState,
    NewJobState,
    JobFormState,
    CandidateState,
    HiringInterviewState,
    DepartmentState,
)
HANDLERS = [
    pytest.param(state, name, id=f"{state.__name__}.{name}")
    for state in STATES
    for name in state.event_handlers
    if name != "setvar"
]


def test_the_walk_leaves_out_no_state() -> None:
    walked = {state.get_full_name() for state in STATES}
    others = {
        registered.states[0].get_full_name()
        for registered in RegistrationContext.get().event_handlers.values()
        if registered.states
        and registered.states[0].__module__.startswith("feedback_app.hiring.")
        and registered.states[0].__module__ != "feedback_app.hiring.state"
    }
    assert others == walked


async def call(state: Any, name: str) -> str:
    """Run a handler with something in the place of each argument; all that it answers."""
    handler = type(state).event_handlers[name].fn
    parameters = list(inspect.signature(handler).parameters.values())[1:]
    given: dict[str, Any] = {"form": {"name": "Mine", "title": "Mine", "q": "mine"}, "by": 1}
    arguments = [given.get(each.name, "x") for each in parameters]
    outcome = handler(state, *arguments)
    if inspect.isasyncgen(outcome):
        return " ".join([told(event) async for event in outcome])
    return told(await outcome)


def told(event: Any) -> str:
    if event is None:
        return ""
    return f"{event.handler.fn.__qualname__} {[str(value) for _, value in event.args]}"


@pytest.mark.parametrize(("state", "name"), HANDLERS)
async def test_whoever_is_not_signed_in_is_sent_to_sign_in(
    database: Database, state: type[rx.State], name: str
) -> None:
    page = await state_of(state, None, path="/admin/hiring/candidates/new")
    assert "/login?next=" in await call(page, name)


@pytest.mark.parametrize(("state", "name"), HANDLERS)
async def test_an_interviewer_is_refused(
    database: Database, state: type[rx.State], name: str
) -> None:
    made = await make_interview(database)
    token = await sessions.sign_in(made.interviewer.email, PASSWORD, address="10.0.0.1")
    path = admin_candidate(made.candidate.id)
    page: Any = await state_of(state, sessions.hash_token(token), path=path)
    answer = await call(page, name)
    if name == "load":
        shown = page.phase if isinstance(page, HiringListState) else page.shows
        assert (shown, answer.strip()) == ("refused", "")
    else:
        assert "Your role does not allow this." in answer


async def test_an_administrator_of_another_company_finds_and_changes_nothing(
    database: Database,
) -> None:
    made = await make_interview(database)
    outsider = await make_admin(database)
    token = sessions.hash_token(
        await sessions.sign_in(outsider.email, PASSWORD, address="10.0.0.1")
    )
    for state, row_id in (
        (CandidateState, made.candidate.id),
        (HiringInterviewState, made.id),
        (DepartmentState, made.department.id),
    ):
        page: Any = await state_of(state, token, path=f"/admin/hiring/rows/{row_id}")
        await call(page, "load")
        assert (page.shows, page.form) == ("missing", {})
        page.record_id = row_id
        assert "There is nothing here" in told(
            await state.event_handlers["archive"].fn(page, row_id, True)
        )
        form = {"record": row_id, "name": "Theirs"}
        await state.event_handlers["save"].fn(page, form)
        assert page.status == "failed"
    job: Any = await state_of(JobFormState, token, path=f"/admin/hiring/jobs/{made.job.id}/edit")
    await call(job, "load")
    assert (job.shows, job.rows) == ("missing", [])
    job.source = made.job.id
    await call(job, "copy_from")
    assert job.rows == []
    async with database.read() as session:
        candidate = await session.get_one(Candidate, made.candidate.id)
        assert (candidate.name, candidate.archived_at) == (made.candidate.name, None)
        assert (await session.get_one(Job, made.job.id)).archived_at is None
