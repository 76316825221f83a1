"""What an administrator sees of running calls, and how one is stopped. Knows nothing of pages."""

from feedback_app import routes
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import AppError, Forbidden
from feedback_app.db.session import database
from feedback_app.llm.events import Stage
from feedback_app.llm.generation.supervisor import generations
from feedback_app.llm.ledger.token_estimates import estimate_tokens
from feedback_app.usage import labels
from feedback_app.usage.running import queries
from feedback_app.usage.running.queries import RunningRecord
from feedback_app.usage.running.schemas import RunningRow

_PHASES: dict[Stage, str] = {
    "connecting": "Connecting",
    "analyzing": "Reading the interview",
    "thinking": "Waiting for the model",
    "generating": "Beginning to write",
    "streaming": "Writing",
}


class NotRunning(AppError):
    code, status = "INVALID", 422
    sentence = "This call is no longer running."


async def running(user: CurrentUser) -> list[RunningRow]:
    """The company's running calls, the longest running first.

    Raises:
        Forbidden: not an administrator.
    """
    if not user.is_admin:
        raise Forbidden
    async with database().read() as session:
        return [_row(record) for record in await queries.running(session, user)]


async def stop(user: CurrentUser, call_id: str) -> None:
    """Stop a running call of the company; its person sees that it was stopped.

    Raises:
        Forbidden: not an administrator.
        NotFound: no such call, or another company's.
        NotRunning: it has already ended.
    """
    if not user.is_admin:
        raise Forbidden
    async with database().read() as session:
        await queries.require_call(session, user, call_id)
    if not await generations().stop(call_id):
        raise NotRunning


def _row(record: RunningRecord) -> RunningRow:
    call = record.call
    progress = generations().progress(call.id)
    if progress is not None:
        phase, tokens = _PHASES[progress.stage], progress.tokens
    else:
        # It runs in another process: only its last checkpoint is known.
        phase = "Writing" if record.text else "Waiting for the model"
        tokens = estimate_tokens(record.text)
    ran_s = max(0, round((clock.now() - call.started_at).total_seconds()))
    return RunningRow(
        call_id=call.id,
        href=routes.admin_call(call.id),
        person=record.person,
        subject=record.candidate or labels.operation(call),
        subject_note=record.interview_kind or "",
        model=labels.model(call),
        phase=phase,
        since=f"{ran_s} s" if ran_s < 60 else f"{ran_s // 60} min {ran_s % 60} s",
        tokens=f"≈ {tokens:,}" if tokens else labels.NONE,
    )
