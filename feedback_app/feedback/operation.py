"""Feedback on one interview as an operation of the core."""

import asyncio

from feedback_app.db.models import FEEDBACK
from feedback_app.feedback import audit
from feedback_app.feedback.assessment import Assessment
from feedback_app.feedback.drafter.compose import compose
from feedback_app.feedback.prompts import PROMPT_VERSION, feedback_prompt
from feedback_app.feedback.verdict import VerdictPlace
from feedback_app.llm.operation import Brief, Operation, declare

OPERATION = declare(
    Operation(
        name=FEEDBACK,
        subject_kind="interview",
        prompt_version=PROMPT_VERSION,
        noun="draft",
        target_tokens=320,
        offline=compose,
        stages={
            "analyzing": "Reading the interview…",
            "thinking": "Thinking about what you recorded…",
            "streaming": "Writing the feedback…",
        },
        answer_field="feedback",
        checks=(audit.origins, audit.saved_flags),
    )
)


async def brief_of(assessment: Assessment) -> Brief:
    """The facts that a draft of this record is made from."""
    return Brief(
        messages=await asyncio.to_thread(feedback_prompt, assessment),
        facts=assessment,
        notes=assessment.notes,
        judgements=assessment.judgements,
        rewriter=lambda: VerdictPlace(assessment.verdict),
        department_id=assessment.department_id,
    )
