"""Feedback as a person leaves it: typed into the editor, begun as a draft or as nothing."""

from feedback_app.auth.sessions import CurrentUser
from feedback_app.feedback import editing
from feedback_app.feedback.editing import Written
from feedback_app.interviews import service as interviews
from feedback_app.llm.text.markdown import parse_blocks


async def save_feedback(
    user: CurrentUser, interview_id: str, markdown: str, call_id: str = ""
) -> Written:
    """Put `markdown` into the editor, over the draft of `call_id` where one is given."""
    if call_id:
        await editing.replace_with(user, interview_id, call_id)
    _, revision = await interviews.revisions(user, interview_id)
    return await editing.save(user, interview_id, parse_blocks(markdown), revision)
