"""Drafts feedback without a model, from the interview's record alone."""
