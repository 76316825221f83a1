"""The keyless default: drafts feedback without a model, from the interview's record alone."""

from feedback_app.feedback.drafter.client import OfflineDrafter

__all__ = ["OfflineDrafter"]
