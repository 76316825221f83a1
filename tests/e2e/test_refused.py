"""A draft that a limit refuses leaves what stands there, and says when to try again."""

import re
from collections.abc import Mapping

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.pages.interview import InterviewPage, solid
from tests.e2e.pages.sign_in import sign_in
from tests.factories import MadeInterview


@pytest.fixture(scope="module")
def app_env() -> Mapping[str, str]:
    return {"LLM_GENERATIONS_PER_MINUTE": "1"}


def test_a_refusal_keeps_the_draft_and_counts_down(page: Page, made: MadeInterview) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    interview = InterviewPage(page).shown()
    interview.generate()
    interview.expect_phase("complete")
    expect(interview.editor).to_contain_text("Yes.")
    before = interview.editor.inner_text()
    interview.generate()
    expect(interview.error).to_contain_text("Try again in")
    assert solid(interview.editor.inner_text()) == solid(before)
    expect(interview.generate_button).to_be_disabled()
    label = interview.generate_button.inner_text()
    assert re.fullmatch(r"Try again in \d+ s", label)
    expect(interview.generate_button).not_to_have_text(label)
    expect(interview.generate_button).to_have_text(re.compile(r"^Try again in \d+ s$"))
