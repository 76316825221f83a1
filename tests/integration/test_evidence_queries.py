"""What is read at every pause in typing: few statements, and nothing that a draft is long by."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from feedback_app.db.session import Database
from feedback_app.feedback import service
from tests.factories import make_call
from tests.integration.generating import Stage, stage
from tests.saving import save_feedback
from tests.upstream import Upstream

LONG_COLUMNS = ("draft.text", "draft.prompt", "draft.blocks", "draft.outline", "candidate.cv")


@contextmanager
def noted(database: Database) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    statements: list[str] = []

    def note(_conn: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement.partition("/*")[0])

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def with_drafts(on: Stage, number: int) -> None:
    """The person has so many drafts, and their feedback began as the first of them."""
    calls = [await make_call(on.database, on.made) for _ in range(number)]
    await save_feedback(on.user, on.interview_id, "Kept.", calls[0].id)


async def test_evidence_reads_no_draft_as_a_whole(database: Database, upstream: Upstream) -> None:
    async with stage(database, upstream.base_url) as on:
        await with_drafts(on, 20)
        with noted(database) as statements:
            shown = await service.evidence(on.user, on.interview_id)
    assert shown.beside.sent is not None
    assert shown.beside.latest is not None
    selected = [statement.partition(" FROM ")[0] for statement in statements]
    assert [column for column in LONG_COLUMNS if any(column in each for each in selected)] == []
    of_drafts = [statement for statement in statements if "FROM llm_call JOIN draft" in statement]
    of_scorecards = [each for each in selected if "scorecard.feedback" in each]
    assert (len(of_drafts), len(of_scorecards)) == (1, 1)
