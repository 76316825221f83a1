"""Jobs: who may do what, what becomes of a description, and what a confirmation changes."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlmodel import select

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import (
    ChangedElsewhere,
    Forbidden,
    Invalid,
    NotFound,
    NothingToAssess,
)
from feedback_app.db.models import Company, Competency, CompetencyRating, Draft, Job
from feedback_app.db.session import Database
from feedback_app.feedback import editing
from feedback_app.feedback import service as feedback
from feedback_app.hiring import service
from feedback_app.hiring.operation import OPERATION
from feedback_app.hiring.schemas import Proposal
from feedback_app.llm.client.offline import OfflineClient
from feedback_app.llm.events import CompleteEvent
from feedback_app.llm.generation.following import log_of, running_call, stop_call, stop_running
from tests.factories import (
    MadeJob,
    make_admin,
    make_call,
    make_interview,
)
from tests.integration.generating import (
    HELD,
    METADATA,
    JobStage,
    as_user,
    ended_of,
    ending_of,
    follow,
    stage,
)
from tests.integration.serving_api import served_api
from tests.upstream import Upstream, saying

Act = Callable[[CurrentUser, str, str], Awaitable[Any]]
ACTS: dict[str, Act] = {
    "page": lambda user, job, _call: service.page(user, job),
    "beside": lambda user, job, _call: service.beside(user, job),
    "start": lambda user, job, _call: service.start(user, job),
    "save": lambda user, job, _call: service.save_description(user, job, "Mine", 0),
    "write": lambda user, job, _call: service.write_description(user, job, "Mine"),
    "revise": lambda user, _job, call: service.revise(user, call, "title", "Mine"),
    "discard": lambda user, _job, call: service.discard(user, call),
    "confirm": lambda user, _job, call: service.confirm(user, call),
}
RESULT = {
    "title": "Staff engineer",
    "level": "lead",
    "competencies": [
        {"name": "collaboration", "description": "Brings others along."},
        {"name": "Ledgers", "description": "Books twice."},
    ],
    "must_haves": ["SQL"],
}


async def proposal(database: Database, job: MadeJob, by: str, **values: Any) -> str:
    """A finished call that read the job's description; its id."""
    made = await make_interview(database)
    call = await make_call(
        database,
        made,
        operation=OPERATION.name,
        subject_kind="job",
        subject_id=job.job.id,
        company_id=job.job.company_id,
        user_id=by,
        text=json.dumps(RESULT),
        **values,
    )
    async with database.write() as session:
        draft = await session.get_one(Draft, call.id)
        draft.result = RESULT
        session.add(draft)
    return call.id


async def competencies_of(database: Database, job: MadeJob) -> list[tuple[str, str, str]]:
    async with database.read() as session:
        rows = await session.exec(select(Competency).where(Competency.job_id == job.job.id))
        found = sorted(rows.all(), key=lambda row: row.position)
    return [(row.id, row.name, row.description) for row in found]


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
async def test_only_the_companys_administrators_see_and_change_jobs(
    database: Database, act: Act
) -> None:
    async with stage(database, client=OfflineClient(None), kind=JobStage) as on:
        call_id = await proposal(database, on.job, on.admin.id)
        with pytest.raises(Forbidden):
            await act(as_user(on.made.interviewer), on.job.job.id, call_id)
        outsider = as_user(await make_admin(database))
        with pytest.raises(NotFound):
            await act(outsider, on.job.job.id, call_id)
    (job,) = await jobs_with(database, on.job.job.id)
    assert (job.title, job.description_revision) == (on.job.job.title, 0)


async def jobs_with(database: Database, job_id: str) -> list[Job]:
    async with database.read() as session:
        return list((await session.exec(select(Job).where(Job.id == job_id))).all())


async def test_a_description_is_never_saved_over_one_that_was_not_seen(database: Database) -> None:
    async with stage(database, client=OfflineClient(None), kind=JobStage) as on:
        job_id = on.job.job.id
        first = await service.save_description(on.user, job_id, "One", 0, "tab a")
        again = await service.save_description(on.user, job_id, "One, two", 0, "tab a")
        assert (first.revision, again.revision) == (1, 2)
        with pytest.raises(ChangedElsewhere):
            await service.save_description(on.user, job_id, "Other", 1, "tab b")
        assert (await service.page(on.user, job_id)).job.description == "One, two"
        seen = await service.save_description(on.user, job_id, "Other", 2, "tab b")
        assert seen.revision == 3
        with pytest.raises(Invalid, match=r"50,000 characters; this has 50,001"):
            await service.save_description(on.user, job_id, "x" * 50_001, 3)


async def test_without_a_description_there_is_nothing_to_read(database: Database) -> None:
    async with stage(database, client=OfflineClient(None), kind=JobStage) as on:
        await service.save_description(on.user, on.job.job.id, " \n", 0)
        assert not (await service.beside(on.user, on.job.job.id)).has_description
        with pytest.raises(NothingToAssess):
            await on.start()
    assert await on.calls() == []


async def test_without_a_model_the_description_is_read_all_the_same(database: Database) -> None:
    async with stage(database, client=OfflineClient(None), kind=JobStage) as on:
        ending = ending_of(await on.run())
        assert isinstance(ending, CompleteEvent)
        page = await service.page(on.user, on.job.job.id)
        call = await on.call()
    assert page.proposal == Proposal(
        call_id=call.id,
        title="Senior backend engineer",
        level="senior",
        competencies="SQL: Solid SQL\nGo or Python: Go or Python",
        must_haves="Solid SQL\nGo or Python",
    )
    assert (call.operation, call.subject_kind, call.cost_microusd) == ("job_metadata", "job", 0)
    assert call.department_id == on.job.department.id
    assert OPERATION.as_dict(ending)["metadata"]["level"] == "senior"


async def test_administrators_share_one_call_for_a_job(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(HELD)
    async with stage(database, upstream.base_url, kind=JobStage) as on:
        call_id = await on.start()
        other = as_user(await make_admin(database, await company_of(on)))
        assert await service.start(other, on.job.job.id) == call_id
        assert await running_call(service.owner_of(other, on.job.job.id)) == call_id
        assert await stop_running(service.owner_of(other, on.job.job.id))
        assert ended_of(await follow(on.log(call_id))).type == "cancelled"


async def company_of(on: JobStage) -> Company:
    async with on.database.read() as session:
        return await session.get_one(Company, on.admin.company_id)


async def test_a_confirmation_keeps_what_interviewers_have_rated(database: Database) -> None:
    async with stage(database, client=OfflineClient(None), kind=JobStage) as on:
        job = on.job
        design, collaboration, quality = job.competencies
        made = await make_interview(database, job=job)
        await store_rating(database, made.scorecard.id, design.id, rating=3)
        await store_rating(database, made.scorecard.id, quality.id)
        call_id = await proposal(database, job, on.admin.id)
        said = await service.confirm(on.user, call_id)
        page = await service.page(on.user, job.job.id)
    assert said == "Kept, because interviewers have rated it: System design."
    rows = await competencies_of(database, job)
    assert [(name, about) for _, name, about in rows] == [
        ("collaboration", "Brings others along."),
        ("Ledgers", "Books twice."),
        ("System design", design.description),
    ]
    assert rows[0][0] == collaboration.id
    assert rows[2][0] == design.id
    assert (page.job.title, page.job.level, page.job.must_haves) == (
        "Staff engineer",
        "Lead or staff",
        ["SQL"],
    )
    assert page.proposal == Proposal()


async def store_rating(
    database: Database, scorecard_id: str, competency_id: str, rating: int | None = None
) -> None:
    async with database.write() as session:
        row = await session.get(CompetencyRating, (scorecard_id, competency_id))
        row = row or CompetencyRating(scorecard_id=scorecard_id, competency_id=competency_id)
        row.rating, row.reason, row.not_assessed = rating, "", False
        session.add(row)


async def test_what_is_typed_into_a_proposal_is_kept_and_confirmed(database: Database) -> None:
    async with stage(database, client=OfflineClient(None), kind=JobStage) as on:
        call_id = await proposal(database, on.job, on.admin.id)
        await service.revise(on.user, call_id, "title", "  Staff\tengineer, ledgers ")
        await service.revise(on.user, call_id, "competencies", "Ledgers: Books: twice\n\nTests")
        await service.revise(on.user, call_id, "must_haves", "SQL\n \nGo\n")
        await service.revise(on.user, call_id, "level", "principal")
        shown = (await service.page(on.user, on.job.job.id)).proposal
        assert shown == Proposal(
            call_id,
            "Staff engineer, ledgers",
            "principal",
            "Ledgers: Books: twice\nTests",
            "SQL\nGo",
        )
        for name, text in (
            ("level", "boss"),
            ("salary", "1"),
            ("competencies", "x\n" * 13),
            ("must_haves", "x" * 20_001),
        ):
            with pytest.raises(Invalid):
                await service.revise(on.user, call_id, name, text)
        await service.revise(on.user, call_id, "title", " ")
        with pytest.raises(Invalid, match="title"):
            await service.confirm(on.user, call_id)
        assert (await service.page(on.user, on.job.job.id)).job.title == on.job.job.title


async def test_a_discarded_proposal_is_gone_and_its_call_is_not(database: Database) -> None:
    async with stage(database, client=OfflineClient(None), kind=JobStage) as on:
        call_id = await proposal(database, on.job, on.admin.id)
        await service.discard(on.user, call_id)
        assert (await service.page(on.user, on.job.job.id)).proposal == Proposal()
        for act in ("revise", "discard", "confirm"):
            with pytest.raises(Invalid):
                await ACTS[act](on.user, on.job.job.id, call_id)
        assert [call.id for call in await on.calls()] == [call_id]


async def test_no_draft_of_one_operation_is_anothers(database: Database) -> None:
    """Whatever ids are sent by hand, to the same person's pages."""
    async with stage(database, client=OfflineClient(None), kind=JobStage) as on:
        made = await make_interview(database, on.admin, job=on.job)
        draft = await make_call(database, made, text="A draft of feedback")
        read = await proposal(database, on.job, on.admin.id)
        refused: list[Callable[[], Awaitable[Any]]] = [
            *(
                lambda act=ACTS[name]: act(on.user, on.job.job.id, draft.id)
                for name in ("revise", "discard", "confirm")
            ),
            lambda: feedback.draft(on.user, read),
            lambda: feedback.discard(on.user, read),
            lambda: feedback.bring_back(on.user, read),
            lambda: editing.take_draft(on.user, made.id, read),
            lambda: editing.replace_with(on.user, made.id, read),
            lambda: editing.append(on.user, made.id, read),
            lambda: log_of(on.owner, draft.id),
            lambda: log_of(feedback.owner_of(on.user, made.id), read),
        ]
        for act in refused:
            with pytest.raises(NotFound):
                await act()
        assert not await stop_call(on.owner, draft.id)
        shown = await feedback.view(on.user, made.id)
        assert [meta.call_id for meta in shown.drafts] == [draft.id]
        assert (await service.page(on.user, on.job.job.id)).proposal.call_id == read


async def test_over_the_api_a_description_is_sent_and_its_result_answered(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(saying(METADATA))
    async with served_api(database, upstream.base_url, kind=JobStage) as api:
        on = api.on
        assert isinstance(on, JobStage)
        path = routes.API_METADATA.format(job_id=on.job.job.id)
        headers = await api.headers(on.admin)
        answer = await api.client.post(path, headers=headers, json={"description": "Anew"})
        body = answer.json()
        assert (answer.status_code, body["type"]) == (200, "complete")
        assert body["metadata"] == json.loads(METADATA)
        assert "Anew" in (await upstream.idle()).requests[-1].body["messages"][1]["content"]
        async with api.stream(headers=headers, path=path + "/stream") as socket:
            events = [json.loads(str(message)) async for message in socket]
        assert events[-1]["metadata"] == json.loads(METADATA)
        assert "".join(e["content"] for e in events if e["type"] == "chunk") == METADATA
        calls = await on.calls()
        log = [row for row in await api.system_log() if row.component != "llm"]
        assert [call.operation for call in calls] == ["job_metadata"] * 2
        assert log == []

        theirs = await api.headers(on.made.interviewer)
        refused = await api.client.post(path, headers=theirs)
        assert (refused.status_code, refused.json()["code"]) == (403, "FORBIDDEN")
        outside = await api.headers(await make_admin(database))
        missing = await api.client.post(path, headers=outside, json={"description": "Mine"})
        assert (missing.status_code, missing.json()["code"]) == (404, "NOT_FOUND")
        wrong = await api.client.post(path, headers=headers, json={"text": "?"})
        assert wrong.status_code == 422
        assert (await service.page(on.user, on.job.job.id)).job.description == "Anew"


async def test_an_empty_description_is_refused_over_the_api(database: Database) -> None:
    async with served_api(database, kind=JobStage) as api:
        on = api.on
        assert isinstance(on, JobStage)
        path = routes.API_METADATA.format(job_id=on.job.job.id)
        answer = await api.client.post(
            path, headers=await api.headers(on.admin), json={"description": " "}
        )
    assert (answer.status_code, answer.json()["code"]) == (422, "NOTHING_TO_ASSESS")
