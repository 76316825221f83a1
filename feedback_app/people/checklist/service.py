"""The first steps of a company, shown to its administrators until they are done."""

import asyncio
from dataclasses import dataclass

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.errors import Forbidden, Invalid
from feedback_app.core.settings import get_settings
from feedback_app.db.session import database
from feedback_app.llm.events import CompleteEvent, EndedEvent
from feedback_app.llm.generation.following import log_of, outcome
from feedback_app.llm.generation.supervisor import generations
from feedback_app.llm.operation import Brief, Run
from feedback_app.people.checklist import queries
from feedback_app.people.checklist.operation import OPERATION, brief
from feedback_app.ui import wording

_WAIT_S = 60.0


@dataclass(frozen=True, slots=True)
class Checklist:
    """What is done, and what there is to say about the model."""

    is_shown: bool = False
    has_model: bool = False
    model: str = ""
    """The model that drafts ask for."""
    invited: bool = False
    has_job: bool = False
    has_interview: bool = False


async def view(user: CurrentUser) -> Checklist:
    """The steps for an administrator; hidden once people, a job and an interview are there."""
    if not user.is_admin:
        return Checklist()
    async with database().read() as session:
        done = await queries.done(session, user)
    return Checklist(
        is_shown=not done.is_demo and not (done.invited and done.has_job and done.has_interview),
        has_model=not generations().offline,
        model=get_settings().LLM_MODEL,
        invited=done.invited,
        has_job=done.has_job,
        has_interview=done.has_interview,
    )


async def check_model(user: CurrentUser) -> str:
    """Ask the model for one word; return a sentence about its answer.

    Raises:
        Forbidden: not an administrator.
        Invalid: no model is configured, or it did not answer.
        RateLimited, ConcurrencyLimit, BudgetExceeded: a limit refuses it.
    """
    if not user.is_admin:
        raise Forbidden
    if generations().offline:
        raise Invalid("No model is configured. Set OPENAI_API_KEY or OPENAI_BASE_URL and restart.")
    owner = OPERATION.owner(user.company_id, user.id, user.company_id)

    async def load() -> Brief:
        return brief()

    call_id = await generations().start(Run(OPERATION, owner, load))
    async with asyncio.timeout(_WAIT_S):
        ending = await outcome(await log_of(owner, call_id))
    if isinstance(ending, CompleteEvent):
        return f"{ending.model} answered in {wording.duration(ending.latency_ms)}."
    raise Invalid(ending.message if isinstance(ending, EndedEvent) else "The model did not answer.")
