"""Words and figures that the pages of usage share."""

from feedback_app.db.models import CallStatus, LlmCall
from feedback_app.ui import wording

NONE = "–"

STATUS_LABELS: dict[str, str] = {
    CallStatus.COMPLETE: "Complete",
    CallStatus.RUNNING: "Running",
    CallStatus.CANCELLED: "Stopped",
    CallStatus.ERROR: "Failed",
    CallStatus.INTERRUPTED: "Interrupted",
}


def status(call: LlmCall) -> str:
    return STATUS_LABELS.get(call.status, call.status)


def operation(call: LlmCall) -> str:
    """`CV parse` for `cv_parse`."""
    return call.operation.replace("_", " ").capitalize().replace("Cv ", "CV ")


def model(call: LlmCall) -> str:
    """The model that answered, or the one that was asked."""
    return call.resolved_model or call.requested_model


def cost(microusd: int | None) -> str:
    return "Unknown" if microusd is None else wording.cost(microusd)


def milliseconds(value: float | None) -> str:
    """`410 ms`, from a second on `4.2 s`."""
    if value is None:
        return NONE
    whole = round(value)
    return f"{whole} ms" if whole < 1000 else wording.duration(whole)


def count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
