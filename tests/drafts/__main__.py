"""Writes the draft of every note set again: `python -m tests.drafts`."""

from feedback_app.feedback.drafter.compose import compose
from tests.drafts.cases import cases

for case in cases():
    case.expected_file.write_text(compose(case.assessment), encoding="utf-8")
    print(f"{case.expected_file.name}")
