"""Job descriptions, the proposals read from them, and what a job asks for."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import ChangedElsewhere, Forbidden, Invalid, NothingToAssess
from feedback_app.core.text import storable
from feedback_app.db.models import CallStatus, Competency, Draft, Job, LlmCall
from feedback_app.db.session import database
from feedback_app.hiring import queries
from feedback_app.hiring.metadata import (
    LEVELS,
    MOST_COMPETENCIES,
    MOST_MUST_HAVES,
    MOST_TITLE_CHARACTERS,
    CompetencyMetadata,
    JobMetadata,
    on_a_line,
)
from feedback_app.hiring.operation import OPERATION, JobFacts, brief_of
from feedback_app.hiring.schemas import (
    Beside,
    JobPage,
    JobView,
    Proposal,
    SavedDescription,
)
from feedback_app.live.calls import CallMeta, QuoteView, call_meta, quote_of
from feedback_app.llm.generation.following import running_call
from feedback_app.llm.generation.supervisor import generations
from feedback_app.llm.operation import Brief, Run
from feedback_app.llm.owner import Owner
from feedback_app.ui import wording

MOST_DESCRIPTION_CHARACTERS = 50_000
MOST_FIELD_CHARACTERS = 20_000
NO_DESCRIPTION = "Paste the job description first; there is nothing to read yet."


def owner_of(user: CurrentUser, job_id: str) -> Owner:
    """The key of the call that reads this job's description; the administrators share it.

    Raises:
        Forbidden: not an administrator.
    """
    _require_admin(user)
    return OPERATION.owner(user.company_id, user.id, job_id)


async def page(user: CurrentUser, job_id: str) -> JobPage:
    """Everything that the page of one job shows.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such job, or another company's.
    """
    owner = owner_of(user, job_id)
    async with database().read() as session:
        job = await queries.job_of(session, user, job_id)
        department = await queries.department_of(session, job)
        competencies = await queries.competencies_of(session, job)
        latest = await queries.latest_of(session, job)
    call, draft = latest or (None, None)
    open_result = draft.result if draft and call and call.id != job.metadata_call_id else None
    return JobPage(
        job=_view(job, department, competencies),
        quote=await _quote(user, job),
        offline=generations().offline,
        proposal=_proposal(call, open_result) if call and open_result else Proposal(),
        meta=call_meta(call) if call else CallMeta(),
        running=await running_call(owner),
    )


async def beside(user: CurrentUser, job_id: str) -> Beside:
    """What changes with the description.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such job, or another company's.
    """
    _require_admin(user)
    async with database().read() as session:
        job = await queries.job_of(session, user, job_id)
    return Beside(job.description.strip() != "", await _quote(user, job))


async def start(user: CurrentUser, job_id: str) -> str:
    """Begin to read the job's description, or join a call that does; return the call's id.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such job, or another company's.
        NothingToAssess: there is no description.
        RateLimited, ConcurrencyLimit, BudgetExceeded: a limit refuses it.
        LLMError: the model's server refused or failed.
    """
    owner = owner_of(user, job_id)
    async with database().read() as session:
        await queries.job_of(session, user, job_id)

    async def load() -> Brief:
        async with database().read() as session:
            job = await queries.job_of(session, user, job_id)
        if not job.description.strip():
            raise NothingToAssess(NO_DESCRIPTION)
        return brief_of(_facts(job))

    return await generations().start(Run(OPERATION, owner, load))


async def save_description(
    user: CurrentUser, job_id: str, text: str, base: int, writer: str = ""
) -> SavedDescription:
    """Save the description as it was typed over revision `base` in the tab `writer`.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such job, or another company's.
        ChangedElsewhere: another one was saved since; it stays.
        Invalid: longer than `MOST_DESCRIPTION_CHARACTERS`.
    """
    _require_admin(user)
    if len(text) > MOST_DESCRIPTION_CHARACTERS:
        raise Invalid(
            f"A description may have {MOST_DESCRIPTION_CHARACTERS:,} characters; this has "
            f"{len(text):,}. It is not saved: shorten it and it will be."
        )
    text = storable(text)
    async with database().write() as session:
        job = await queries.job_of(session, user, job_id, lock=True)
        same_tab = writer != "" and job.description_writer == writer
        if job.description_revision != base and not same_tab and job.description != text:
            raise ChangedElsewhere(
                "Somebody else changed this description since. Which one should stay?"
            )
        if job.description != text:
            job.description, job.description_saved_at = text, clock.now()
            job.description_revision += 1
            job.description_writer = writer
            session.add(job)
    saved_at = wording.local_time(job.description_saved_at)
    return SavedDescription(job.description_revision, saved_at)


async def write_description(user: CurrentUser, job_id: str, text: str) -> None:
    """Replace the job's description on behalf of a program, which has seen no revision.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such job, or another company's.
        Invalid: longer than `MOST_DESCRIPTION_CHARACTERS`.
    """
    _require_admin(user)
    async with database().read() as session:
        job = await queries.job_of(session, user, job_id)
    await save_description(user, job_id, text, job.description_revision)


async def revise(user: CurrentUser, call_id: str, name: str, text: str) -> None:
    """Save one field of a proposal as it was typed: `title`, `level`, `competencies`, `must_haves`.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such proposal, or it was discarded.
        Invalid: no such field, or what was typed does not fit it.
    """
    _require_admin(user)
    value = _typed_value(name, text)
    async with database().write() as session:
        _, draft = await _open_proposal(session, user, call_id)
        draft.result = {**(draft.result or {}), name: value}
        session.add(draft)


async def discard(user: CurrentUser, call_id: str) -> None:
    """Discard a proposal; its call stays in the ledger.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such proposal.
    """
    _require_admin(user)
    async with database().write() as session:
        _, draft = await _open_proposal(session, user, call_id)
        draft.discarded_at = clock.now()
        session.add(draft)


async def confirm(user: CurrentUser, call_id: str) -> str:
    """Replace what the job asks for by a proposal; return a sentence if something had to stay.

    A competency of the same name keeps its ratings. One that is not proposed is deleted, unless
    somebody has rated it.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such proposal.
        Invalid: it has no title.
    """
    _require_admin(user)
    async with database().write() as session:
        call, draft = await _open_proposal(session, user, call_id)
        proposed = JobMetadata.model_validate(draft.result)
        if not proposed.title:
            raise Invalid("Give the job a title first.")
        job = await queries.job_of(session, user, call.subject_id, lock=True)
        job.title, job.level = proposed.title, proposed.level
        job.must_haves, job.metadata_call_id = proposed.must_haves, call.id
        session.add(job)
        kept = await _replace_competencies(session, job, proposed.competencies)
    them = "it" if len(kept) == 1 else "them"
    return f"Kept, because interviewers have rated {them}: {', '.join(kept)}." if kept else ""


async def _replace_competencies(
    session: AsyncSession, job: Job, proposed: Sequence[CompetencyMetadata]
) -> list[str]:
    """Replace the job's competencies; return the names of those that had to stay."""
    present = await queries.competencies_of(session, job)
    by_name = {competency.name.casefold(): competency for competency in present}
    wanted = {each.name.casefold(): each for each in reversed(proposed)}
    in_order = list(dict.fromkeys(each.name.casefold() for each in proposed))
    for position, name in enumerate(in_order):
        competency = by_name.get(name) or Competency(job_id=job.id, name="", position=0)
        competency.name = wanted[name].name
        competency.description = wanted[name].description
        competency.position = position
        session.add(competency)
    stays = {by_name[name].id for name in in_order if name in by_name}
    gone = [competency for competency in present if competency.id not in stays]
    rated = await queries.rated_among(session, gone)
    stay = [competency for competency in gone if competency.id in rated]
    for position, competency in enumerate(stay, start=len(in_order)):
        competency.position = position
        session.add(competency)
    unrated = [competency for competency in gone if competency.id not in rated]
    await queries.remove_competencies(session, job, unrated)
    return [competency.name for competency in stay]


async def _open_proposal(
    session: AsyncSession, user: CurrentUser, call_id: str
) -> tuple[LlmCall, Draft]:
    call, draft = await queries.proposal_of(session, user, call_id)
    if draft.discarded_at or draft.result is None or call.status != CallStatus.COMPLETE:
        raise Invalid("This proposal is no longer open.")
    return call, draft


def _typed_value(name: str, text: str) -> object:
    if len(text) > MOST_FIELD_CHARACTERS:
        raise Invalid(f"This may have {MOST_FIELD_CHARACTERS:,} characters; shorten it.")
    match name:
        case "title":
            return on_a_line(text, MOST_TITLE_CHARACTERS)
        case "level" if text in LEVELS:
            return text
        case "competencies":
            lines = _lines(text, MOST_COMPETENCIES, "competencies")
            parts = [line.partition(":") for line in lines]
            return [
                {"name": name.strip(), "description": about.strip()} for name, _, about in parts
            ]
        case "must_haves":
            return _lines(text, MOST_MUST_HAVES, "must-haves")
        case _:
            raise Invalid("There is no such field, or it has no such value.")


def _lines(text: str, most: int, what: str) -> list[str]:
    lines = [line for line in map(on_a_line, text.split("\n")) if line]
    if len(lines) > most:
        raise Invalid(f"A job may have {most} {what}; these are {len(lines)}.")
    return lines


def _proposal(call: LlmCall, result: dict[str, object]) -> Proposal:
    found = JobMetadata.model_validate(result)
    return Proposal(
        call_id=call.id,
        title=found.title,
        level=found.level,
        competencies="\n".join(
            f"{each.name}: {each.description}" if each.description else each.name
            for each in found.competencies
        ),
        must_haves="\n".join(found.must_haves),
    )


def _view(job: Job, department: str, competencies: Sequence[Competency]) -> JobView:
    return JobView(
        id=job.id,
        title=job.title,
        department=department,
        level=LEVELS.get(job.level, "") if job.level else "",
        competencies=[(each.name, each.description) for each in competencies],
        must_haves=list(job.must_haves),
        description=job.description,
        description_revision=job.description_revision,
        description_saved=wording.local_time(job.description_saved_at),
        archived=job.archived_at is not None,
    )


async def _quote(user: CurrentUser, job: Job) -> QuoteView:
    async def load() -> Brief:
        return brief_of(_facts(job))

    return await quote_of(Run(OPERATION, owner_of(user, job.id), load))


def _facts(job: Job) -> JobFacts:
    return JobFacts(job.title, job.description, job.department_id)


def _require_admin(user: CurrentUser) -> None:
    if not user.is_admin:
        raise Forbidden
