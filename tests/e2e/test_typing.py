"""Typing with real keys, in the middle of a text, over networks that are slow.

`fill()` sets a whole value at once and sees none of what goes wrong between two keys.
"""

from collections.abc import Iterator, Mapping

import pytest
from playwright.sync_api import Locator, Page, expect
from sqlmodel import select

from feedback_app.db.models import Scorecard, TextVersion
from feedback_app.db.session import Database
from tests.databases import free_port
from tests.e2e.behind import wait_for
from tests.e2e.editors import EDITORS, FEEDBACK, NOTES, Editor, caret_in, text_of
from tests.e2e.pages.interview import InterviewPage
from tests.e2e.pages.sign_in import sign_in
from tests.e2e.proxy import Proxy
from tests.e2e.serving import RunningApp
from tests.e2e.watching import Watch
from tests.factories import MadeInterview, make_interview

BEFORE, AFTER = "Begins here. ", "Ends there."
SENTENCE = "She solved it and said why. "
PACES_MS = (15, 70, 350)


@pytest.fixture(scope="module")
def server_port() -> int:
    """The app's own; the pages are opened at the proxy's."""
    return free_port()


@pytest.fixture(scope="module")
def app_env(app_port: int) -> Mapping[str, str]:
    return {"PUBLIC_URL": f"http://127.0.0.1:{app_port}"}


@pytest.fixture
def proxy(app_port: int, server_port: int) -> Iterator[Proxy]:
    with Proxy(app_port, server_port) as proxy:
        yield proxy


@pytest.fixture
def made(running_app: RunningApp) -> MadeInterview:
    """An interview in which nothing is written yet."""
    return running_app.arrange(lambda database: make_interview(database, notes="", reasons={}))


@pytest.fixture
def page(proxy: Proxy, page: Page, watch: Watch) -> Page:
    """Opened through the proxy, and allowed to complain of what the proxy does."""
    watch.allow("WebSocket connection|ERR_CONNECTION_RESET|ERR_CONNECTION_REFUSED")
    return page


def open_desk(page: Page, made: MadeInterview) -> None:
    sign_in(page, made.interviewer.email, path=f"/interviews/{made.id}")
    InterviewPage(page).shown()


def begin_in_the_middle(page: Page, editor: Locator) -> None:
    """Type both ends and put the caret between them."""
    editor.click()
    page.keyboard.type(BEFORE + AFTER)
    for _ in AFTER:
        page.keyboard.press("ArrowLeft")
    assert caret_in(editor) == len(BEFORE)


def expect_kept(page: Page, app: RunningApp, made: MadeInterview, editor: Editor) -> None:
    """The page says that all of it is saved, and it is."""
    expect(editor.status_on(page)).to_have_attribute("data-status", "saved")
    assert editor.stored(app, made).strip() == text_of(editor.on(page)).strip()


@pytest.mark.parametrize("round_trip_ms", [0, 100, 400])
@pytest.mark.parametrize("editor", EDITORS, ids=lambda editor: editor.name)
def test_keys_in_the_middle_of_a_text_lose_nothing_and_move_no_caret(
    page: Page,
    proxy: Proxy,
    running_app: RunningApp,
    made: MadeInterview,
    editor: Editor,
    round_trip_ms: int,
) -> None:
    open_desk(page, made)
    proxy.round_trip_s = round_trip_ms / 1000
    place = editor.on(page)
    begin_in_the_middle(page, place)
    typed = ""
    for pace_ms in PACES_MS:
        words = SENTENCE if pace_ms < 300 else "Slow. "
        for key in words:
            page.keyboard.type(key, delay=pace_ms)
            typed += key
            assert caret_in(place) == len(BEFORE) + len(typed)
    assert text_of(place).strip() == BEFORE + typed + AFTER
    expect_kept(page, running_app, made, editor)
    assert text_of(place).strip() == BEFORE + typed + AFTER
    page.reload()
    expect(place).to_be_visible()
    wait_for(page, lambda: text_of(place).strip() == BEFORE + typed + AFTER)


@pytest.mark.parametrize("editor", EDITORS, ids=lambda editor: editor.name)
def test_a_composition_is_left_alone(
    page: Page, proxy: Proxy, running_app: RunningApp, made: MadeInterview, editor: Editor
) -> None:
    open_desk(page, made)
    proxy.round_trip_s = 0.1
    place = editor.on(page)
    begin_in_the_middle(page, place)
    keyboard = page.context.new_cdp_session(page)
    for so_far in ("に", "にほ", "にほん"):
        keyboard.send(
            "Input.imeSetComposition",
            {"text": so_far, "selectionStart": len(so_far), "selectionEnd": len(so_far)},
        )
        page.evaluate("new Promise(done => setTimeout(done, 120))")
    keyboard.send("Input.insertText", {"text": "日本"})
    page.keyboard.type("go ", delay=70)
    assert text_of(place).strip() == f"{BEFORE}日本go {AFTER}"
    assert caret_in(place) == len(BEFORE) + len("日本go ")
    expect_kept(page, running_app, made, editor)


@pytest.mark.parametrize("editor", EDITORS, ids=lambda editor: editor.name)
def test_what_is_pasted_and_undone_is_the_browsers_own(
    page: Page, proxy: Proxy, running_app: RunningApp, made: MadeInterview, editor: Editor
) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_desk(page, made)
    proxy.round_trip_s = 0.1
    place = editor.on(page)
    begin_in_the_middle(page, place)
    page.evaluate("navigator.clipboard.writeText('pasted words ')")
    page.keyboard.press("Control+v")
    page.keyboard.type("and typed ", delay=70)
    assert text_of(place).strip() == f"{BEFORE}pasted words and typed {AFTER}"
    expect_kept(page, running_app, made, editor)
    for _ in range(40):
        if "pasted" not in text_of(place):
            break
        page.keyboard.press("Control+z")
    assert "pasted" not in text_of(place)
    page.keyboard.press("Control+Shift+z")
    assert "pasted words" in text_of(place)
    expect_kept(page, running_app, made, editor)


@pytest.mark.parametrize("editor", EDITORS, ids=lambda editor: editor.name)
def test_while_offline_nothing_is_called_saved_and_nothing_is_lost(
    page: Page, proxy: Proxy, running_app: RunningApp, made: MadeInterview, editor: Editor
) -> None:
    open_desk(page, made)
    place = editor.on(page)
    begin_in_the_middle(page, place)
    expect_kept(page, running_app, made, editor)
    proxy.cut()
    page.keyboard.type("Typed while offline. ", delay=30)
    expect(editor.status_on(page)).to_have_attribute("data-status", "unsaved")
    expect(editor.status_on(page)).to_contain_text("Not saved")
    proxy.let_through()
    expect(editor.status_on(page)).to_have_attribute("data-status", "saved", timeout=60_000)
    assert text_of(place).strip() == f"{BEFORE}Typed while offline. {AFTER}"
    assert caret_in(place) == len(BEFORE) + len("Typed while offline. ")
    expect_kept(page, running_app, made, editor)


@pytest.mark.parametrize("editor", EDITORS, ids=lambda editor: editor.name)
def test_what_is_typed_into_a_dead_connection_is_saved_by_the_next(
    page: Page, proxy: Proxy, running_app: RunningApp, made: MadeInterview, editor: Editor
) -> None:
    open_desk(page, made)
    place = editor.on(page)
    begin_in_the_middle(page, place)
    expect_kept(page, running_app, made, editor)
    # What is sent now goes nowhere, and the browser learns that only when the connection breaks.
    proxy.silence()
    page.keyboard.type("Typed into the void. ", delay=30)
    expect(editor.status_on(page)).to_have_attribute("data-status", "saving")
    proxy.cut()
    proxy.let_through()
    expect(editor.status_on(page)).to_have_attribute("data-status", "saved", timeout=60_000)
    assert text_of(place).strip() == f"{BEFORE}Typed into the void. {AFTER}"
    assert caret_in(place) == len(BEFORE) + len("Typed into the void. ")
    expect_kept(page, running_app, made, editor)


@pytest.mark.parametrize("editor", EDITORS, ids=lambda editor: editor.name)
def test_a_tab_closed_right_after_a_key_loses_nothing(
    page: Page, proxy: Proxy, running_app: RunningApp, made: MadeInterview, editor: Editor
) -> None:
    open_desk(page, made)
    place = editor.on(page)
    begin_in_the_middle(page, place)
    page.keyboard.type("Last words.")
    page.close()

    def kept() -> bool:
        return editor.stored(running_app, made).strip() == f"{BEFORE}Last words.{AFTER}"

    other = page.context.new_page()
    wait_for(other, kept)


@pytest.mark.parametrize("editor", [NOTES, FEEDBACK], ids=lambda editor: editor.name)
def test_a_second_tab_sees_the_first_ones_text(
    page: Page, proxy: Proxy, running_app: RunningApp, made: MadeInterview, editor: Editor
) -> None:
    open_desk(page, made)
    second = page.context.new_page()
    second.goto(page.url)
    expect(editor.on(second)).to_be_visible()
    editor.on(page).click()
    page.keyboard.type("Written in the first tab.")
    wait_for(second, lambda: text_of(editor.on(second)).strip() == "Written in the first tab.")


@pytest.mark.parametrize("editor", [NOTES, FEEDBACK], ids=lambda editor: editor.name)
@pytest.mark.parametrize("stays", ["mine", "other"])
def test_of_two_tabs_neither_overwrites_the_other_in_silence(
    page: Page,
    proxy: Proxy,
    running_app: RunningApp,
    made: MadeInterview,
    editor: Editor,
    stays: str,
) -> None:
    open_desk(page, made)
    proxy.cut()
    editor.on(page).click()
    page.keyboard.type("Written here.")
    expect(editor.status_on(page)).to_have_attribute("data-status", "unsaved")
    running_app.arrange(lambda database: saved_in_another_tab(database, made, editor))
    proxy.let_through()
    conflict = page.locator(f"#{editor.name}-conflict")
    expect(conflict).to_be_visible(timeout=30_000)
    expect(editor.status_on(page)).to_have_attribute("data-status", "failed")
    assert text_of(editor.on(page)).strip() == "Written here."
    assert editor.stored(running_app, made) == "Written elsewhere."
    kept = running_app.arrange(lambda database: versions_of(database, made))
    assert "Written here." in [version.text for version in kept]

    conflict.get_by_role("button").nth(0 if stays == "mine" else 1).click()
    expect(conflict).to_be_hidden()
    text = "Written here." if stays == "mine" else "Written elsewhere."
    wait_for(page, lambda: text_of(editor.on(page)).strip() == text)
    assert editor.stored(running_app, made) == text


@pytest.mark.parametrize("editor", [NOTES, FEEDBACK], ids=lambda editor: editor.name)
def test_what_two_tabs_disagree_on_is_asked_until_it_is_answered(
    page: Page, proxy: Proxy, running_app: RunningApp, made: MadeInterview, editor: Editor
) -> None:
    open_desk(page, made)
    proxy.cut()
    editor.on(page).click()
    page.keyboard.type("Written here.")
    expect(editor.status_on(page)).to_have_attribute("data-status", "unsaved")
    running_app.arrange(lambda database: saved_in_another_tab(database, made, editor))
    proxy.let_through()
    conflict = page.locator(f"#{editor.name}-conflict")
    expect(conflict).to_be_visible(timeout=30_000)

    page.keyboard.type(" And on.", delay=30)
    expect(editor.status_on(page)).to_have_attribute("data-status", "failed")
    expect(conflict).to_be_visible()
    assert editor.stored(running_app, made) == "Written elsewhere."

    page.reload()
    expect(conflict).to_be_visible()
    wait_for(page, lambda: text_of(editor.on(page)).strip() == "Written here. And on.")
    assert editor.stored(running_app, made) == "Written elsewhere."
    conflict.get_by_role("button").first.click()
    expect(conflict).to_be_hidden()
    wait_for(page, lambda: editor.stored(running_app, made) == "Written here. And on.")
    assert text_of(editor.on(page)).strip() == "Written here. And on."


async def saved_in_another_tab(database: Database, made: MadeInterview, editor: Editor) -> None:
    async with database.write() as session:
        scorecard = await session.get_one(Scorecard, made.scorecard.id)
        setattr(scorecard, editor.name, "Written elsewhere.")
        revision = f"{editor.name}_revision"
        setattr(scorecard, revision, getattr(scorecard, revision) + 1)
        setattr(scorecard, f"{editor.name}_writer", "another tab")
        session.add(scorecard)


async def versions_of(database: Database, made: MadeInterview) -> list[TextVersion]:
    async with database.read() as session:
        rows = await session.exec(
            select(TextVersion).where(TextVersion.scorecard_id == made.scorecard.id)
        )
        return list(rows.all())


TEXT_FIELDS = """
  textarea, [contenteditable=true],
  input:not([type=radio], [type=checkbox], [type=date], [type=datetime-local], [type=hidden],
    [type=email])
"""
"""Every element one types text into. An `input` for an email has no caret to ask for."""
WALKED = {
    "/": {"interview-search", "new-candidate", "new-job", "new-kind", "new-notes"},
    "/admin/people": {"people-search"},
    "/admin/company": {"company-company"},
    "/me/account": {"account-name", "account-old", "account-password", "key-name"},
    "/admin/usage": {"usage-search"},
    "/admin/limits": {"limit-company_cost_per_month", "exception-value"},
    "/admin/prices": {"price-input", "price-output"},
    "/admin/logs": {"log-search"},
    "/admin/hiring": {"hiring-search"},
    "/admin/hiring/candidates/new": {
        "field-name",
        "field-email",
        "field-headline",
        "field-cv_text",
    },
    "/admin/hiring/interviews/new": {"candidate-search", "field-kind", "field-minutes"},
    "/admin/hiring/departments/new": {"field-name"},
}
"""Pages with some of the fields that must be among those found there."""


def test_every_other_text_field_of_the_product_is_left_to_who_types(
    page: Page, proxy: Proxy, running_app: RunningApp
) -> None:
    sign_in(page, "admin@demo.test", "admin-demo")
    for path, expected in WALKED.items():
        proxy.round_trip_s = 0
        page.goto(path)
        for name in expected:
            show_field(page, name)
        proxy.round_trip_s = 0.4
        walked: set[str] = set()
        for field in page.locator(TEXT_FIELDS).all():
            if field.is_visible() and field.is_editable():
                walked.add(field.get_attribute("id") or "")
                type_in_the_middle(page, field)
        assert expected <= walked, path


def test_a_jobs_fields_are_left_to_who_types(page: Page, proxy: Proxy) -> None:
    sign_in(page, "admin@demo.test", "admin-demo", path="/admin/hiring")
    page.locator("#job-list tbody a").first.click()
    description = page.locator("#job-description")
    description.click()
    page.keyboard.insert_text("Data engineer\nRequirements\n- SQL\n")
    page.locator("#generate-metadata").click()
    expect(page.locator("#job-form")).to_be_visible()
    proxy.round_trip_s = 0.4
    walked: set[str] = set()
    for field in page.locator(TEXT_FIELDS).all():
        walked.add(field.get_attribute("id") or "")
        type_in_the_middle(page, field)
    assert walked == {"job-description", "job-title", "job-competencies", "job-must_haves"}


def test_the_form_of_a_job_is_left_to_who_types(page: Page, proxy: Proxy) -> None:
    sign_in(page, "admin@demo.test", "admin-demo", path="/admin/hiring")
    page.locator("#new-row").click()
    proxy.round_trip_s = 0.4
    for name in ("title", "department"):
        type_in_the_middle(page, page.locator(f"#new-job-{name}"))
    proxy.round_trip_s = 0
    page.keyboard.press("Escape")
    page.locator("#job-list tbody a").first.click()
    page.locator("#edit-job").click()
    page.locator("#job-competencies-list summary").first.click()
    proxy.round_trip_s = 0.4
    for name in ("title", "department", "summary", "must_haves"):
        type_in_the_middle(page, page.locator(f"#field-{name}"))
    competency = page.locator("#job-competencies-list > li").first
    for field in competency.locator("input, textarea").all():
        type_in_the_middle(page, field)
    # Nor does it change when the competency moves.
    competency.locator("[data-deed=down]").click()
    moved = page.locator("#job-competencies-list > li").nth(1)
    expect(moved.locator("input[name^=name-]")).to_have_value("begin and on end")
    for field in moved.locator("textarea").all():
        expect(field).to_have_value("begin and on end")


def test_the_sign_in_form_is_left_to_who_types(page: Page, proxy: Proxy) -> None:
    proxy.round_trip_s = 0.4
    page.goto("/login")
    type_in_the_middle(page, page.locator("#login-password"))


def show_field(page: Page, name: str) -> None:
    """Open whatever the field is in."""
    if name.startswith("new-") and not page.locator(f"#{name}").is_visible():
        page.locator("#new-interview").click()
    if name.startswith("price-") and not page.locator(f"#{name}").is_visible():
        page.locator("#set-price").click()
    expect(page.locator(f"#{name}")).to_be_visible()


def type_in_the_middle(page: Page, field: Locator) -> None:
    field.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("begin end", delay=15)
    for _ in " end":
        page.keyboard.press("ArrowLeft")
    typed = ""
    for key in " and on":
        page.keyboard.type(key, delay=90)
        typed += key
        assert field.evaluate("e => e.selectionStart") == len("begin" + typed)
    assert text_of(field) == "begin and on end"
    # Longer than anything the server may still answer to what was typed.
    page.evaluate("new Promise(done => setTimeout(done, 1200))")
    assert text_of(field) == "begin and on end"
    assert field.evaluate("e => e.selectionStart") == len("begin and on")
