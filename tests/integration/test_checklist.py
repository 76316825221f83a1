"""The first steps of a company, on both databases."""

import pytest
from sqlmodel import select

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import Forbidden, Invalid
from feedback_app.db.models import Company, LlmCall, SystemLog, User
from feedback_app.db.session import Database
from feedback_app.interviews.adding import service as adding
from feedback_app.people import service as people
from feedback_app.people.checklist import service
from tests.factories import make_admin, make_company, make_user
from tests.integration.generating import stage
from tests.upstream import FAULTS, Upstream

UNUSED = "http://127.0.0.1:1/v1"


def acting(user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


async def test_each_step_ticks_itself_and_the_list_goes_when_all_are_done(
    database: Database,
) -> None:
    async with stage(database, UNUSED):
        admin = await make_admin(database)
        stranger = await make_admin(database)
        await people.invite(acting(stranger), "x@where.test", "interviewer")
        view = await service.view(acting(admin))
        assert (view.is_shown, view.invited, view.has_job, view.has_interview) == (
            True,
            False,
            False,
            False,
        )
        await people.invite(acting(admin), "ole@example.test", "interviewer")
        assert (await service.view(acting(admin))).invited
        await adding.add(acting(admin), {"candidate": "Imke", "job": "Mechanic"})
        assert not (await service.view(acting(admin))).is_shown


async def test_interviewers_and_the_demo_have_no_first_steps(database: Database) -> None:
    async with stage(database, UNUSED):
        user = await make_user(database)
        demo = await make_admin(database, await make_company(database, is_demo=True))
        for person in (user, demo):
            assert not (await service.view(acting(person))).is_shown


async def test_the_model_is_asked_one_word_which_is_in_the_ledger(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url) as on:
        admin = await make_admin(database)
        told = await service.check_model(acting(admin))
        assert told.startswith("gpt-4o-mini")
        assert len(upstream.requests) == 1
        async with database.read() as session:
            call = (await session.exec(select(LlmCall))).one()
        assert (call.operation, call.company_id, call.status) == (
            "model_check",
            admin.company_id,
            "complete",
        )
        rows: list[SystemLog] = await on.system_log()
        assert [row.action for row in rows if row.llm_call_id] == ["model_check"]


async def test_a_model_that_does_not_answer_is_told_in_a_sentence(
    database: Database, upstream: Upstream
) -> None:
    async with stage(database, upstream.base_url):
        admin, user = await make_admin(database), await make_user(database)
        upstream.play(FAULTS["server-error"])
        with pytest.raises(Invalid, match="cannot be reached"):
            await service.check_model(acting(admin))
        with pytest.raises(Forbidden):
            await service.check_model(acting(user))
    async with database.read() as session:
        assert len((await session.exec(select(Company))).all()) >= 2
