"""What limits a person's drafts, as the page of their own usage says it."""

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.settings import get_settings
from feedback_app.usage import labels
from feedback_app.usage.mine.schemas import LimitLine


async def limits_of(user: CurrentUser) -> list[LimitLine]:
    """The person's limits, the most pressing first."""
    a_minute = get_settings().LLM_GENERATIONS_PER_MINUTE
    return [LimitLine("Pace", labels.count(a_minute, "draft"), "within any minute")]
