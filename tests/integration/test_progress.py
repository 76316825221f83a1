"""Progress is what has come of what past answers lead to expect."""

from feedback_app.db.models import CallStatus
from feedback_app.db.session import Database
from feedback_app.feedback.operation import OPERATION
from feedback_app.llm.events import StatusEvent
from feedback_app.llm.generation.expected import expected_tokens
from tests.factories import MadeInterview, make_call, make_interview
from tests.integration.generating import stage
from tests.upstream import Scenario, Upstream, feedback_tokens


async def _expected(database: Database, made: MadeInterview) -> int:
    company_id = made.interview.company_id
    async with database.read() as session:
        return await expected_tokens(session, company_id, OPERATION)


async def test_the_median_of_the_companys_answers_is_expected(database: Database) -> None:
    made = await make_interview(database)
    assert await _expected(database, made) == OPERATION.target_tokens
    for answer, reasoning in ((300, 0), (5000, 4500), (90, 0)):
        await make_call(database, made, completion_tokens=answer, reasoning_tokens=reasoning)
    assert await _expected(database, made) == 300


async def test_other_answers_do_not_count(database: Database) -> None:
    made, stranger = await make_interview(database), await make_interview(database)
    await make_call(database, stranger, completion_tokens=50)
    await make_call(database, made, completion_tokens=50, template_id="short")
    await make_call(database, made, completion_tokens=50, operation="cv_parse")
    await make_call(database, made, completion_tokens=50, status=CallStatus.CANCELLED)
    assert await _expected(database, made) == OPERATION.target_tokens


async def test_a_draft_as_long_as_usual_comes_to_its_end_before_it_is_complete(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(tokens=feedback_tokens(30), tokens_per_second=20))
    async with stage(database, upstream.base_url) as on:
        other = await make_interview(database, on.made.interviewer)
        await make_call(database, other, completion_tokens=20)
        told = [e.progress for e in await on.run() if isinstance(e, StatusEvent)]
    assert told == sorted(told)
    assert 0.6 < told[-1] < 1
