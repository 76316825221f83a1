"""Alerts in words, for the page and the webhook alike, and the page that explains each."""

from calendar import monthrange
from datetime import date, datetime

from feedback_app import routes
from feedback_app.core.money import as_set, dollars, share_used
from feedback_app.db.tables.alerts import Alert, AlertKind, AlertLevel

LEVELS: dict[str, str] = {
    AlertLevel.INFO: "Info",
    AlertLevel.WARNING: "Warning",
    AlertLevel.CRITICAL: "Critical",
}


def sentence(alert: Alert, person: str) -> str:
    """What the alert says; `person` is the name of its subject if that is a user."""
    match alert.kind:
        case AlertKind.COMPANY_BUDGET:
            return _budget(alert, "The company", "its")
        case AlertKind.PERSON_BUDGET:
            return _budget(alert, person or "A former user", "their")
        case AlertKind.ERROR_RATE:
            share = 100 * alert.measured / alert.calls
            return (
                f"{alert.measured:,} of the latest {alert.calls:,} calls failed or were "
                f"interrupted ({share:.0f}%); the threshold is {alert.bound / 10:g}%."
            )
        case AlertKind.UNPRICED_MODEL if alert.measured:
            calls = "1 call" if alert.measured == 1 else f"{alert.measured:,} calls"
            return (
                f"The price of {alert.subject} is not known: what {calls} cost is missing "
                "from every total."
            )
        case AlertKind.UNPRICED_MODEL:
            return (
                f"The price of {alert.subject} is not known, so its drafts are refused "
                "where there is a budget."
            )
        case AlertKind.CUT_PROMPT:
            return (
                f"The server of {alert.subject} read only {alert.measured:,} tokens of a longer "
                "prompt, so drafts may miss some of the notes. Let it read more at once; with "
                "Ollama, set OLLAMA_CONTEXT_LENGTH."
            )
        case AlertKind.MODEL_SHUTDOWN:
            day = date.fromisoformat(alert.period)
            return (
                f"{alert.subject} will be shut down by its provider on {day.day} {day:%B %Y}. "
                "Drafts fail from then on, unless LLM_MODEL names another model."
            )
        case _:
            return "This is a test alert. Nothing is wrong."


def _budget(alert: Alert, who: str, whose: str) -> str:
    budget = f"{whose} {as_set(alert.bound)} budget for {_month(alert.period)}"
    if alert.level == AlertLevel.WARNING:
        share = share_used(alert.measured, alert.bound)
        return f"{who} has used {share} of {budget}: {dollars(alert.measured)}."
    if alert.measured >= alert.bound:
        share = share_used(alert.measured, alert.bound)
        used = f"{dollars(alert.measured)}{f', {share}' if share else ''}"
        return f"{who} has used up {budget}: {used}."
    left = dollars(alert.bound - alert.measured, down=True)
    return f"{who} has {left} left of {budget}, too little for the next draft: it was refused."


def explanation(alert: Alert) -> tuple[str, str]:
    """A link to more details, as a label and a path; both empty if there is none."""
    match alert.kind:
        case AlertKind.COMPANY_BUDGET:
            return "Limits", routes.ADMIN_LIMITS
        case AlertKind.PERSON_BUDGET:
            first = _first_day(alert.period)
            last = first.replace(day=monthrange(first.year, first.month)[1])
            return "Their usage", _usage(first, last, person=alert.subject)
        case AlertKind.ERROR_RATE:
            day = alert.raised_at.date()
            # Not filtered by one status: it counts calls that broke off and calls that were cut
            # off.
            return "That day's calls", _usage(day, day)
        case AlertKind.UNPRICED_MODEL:
            return "Prices", routes.ADMIN_PRICES
        case AlertKind.CUT_PROMPT:
            day = alert.raised_at.date()
            return "That day's calls", _usage(day, day, model=alert.subject)
        case _:
            return "", ""


def _usage(first: date, last: date, **narrowed: str) -> str:
    days = {"period": "custom", "from": first.isoformat(), "to": last.isoformat()}
    return routes.admin_usage(**days, **narrowed)


def _first_day(period: str) -> date:
    return datetime.strptime(period, "%Y-%m").date()


def _month(period: str) -> str:
    return f"{_first_day(period):%B %Y}"
