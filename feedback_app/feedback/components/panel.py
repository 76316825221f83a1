"""The generator of the desk: its words, and when a draft can be asked for."""

import reflex as rx

from feedback_app.feedback.live import Live
from feedback_app.feedback.state import FeedbackState
from feedback_app.live.panel import Panel

PANEL = Panel(
    live=Live,
    subject_id=FeedbackState.interview_id,
    button="generate-feedback",
    label=rx.cond(
        FeedbackState.changed != "",
        f"Update: {FeedbackState.changed} changed",
        rx.cond(FeedbackState.offline, "Draft from my notes", "Generate with AI"),
    ),
    is_offline=FeedbackState.offline,
    offline_words="Written from your notes, without an AI model",
    may_start=FeedbackState.can_generate,
    has_facts=FeedbackState.has_evidence,
    hint="Nothing to draft from yet: add a note or rate a competency.",
    quote=FeedbackState.quote,
)
RUNNING = PANEL.running
"""Whether a draft is being written, in the browser."""
