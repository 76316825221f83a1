"""The alerts page: who sees and marks what, in which words, and the webhook's test."""

import inspect
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from feedback_app import routes
from feedback_app.admin.alerts import service
from feedback_app.admin.alerts.schemas import AlertsView
from feedback_app.admin.alerts.state import AlertsState
from feedback_app.alerts.wording import explanation, sentence
from feedback_app.auth.bell import BellState
from feedback_app.auth.state import AuthState
from feedback_app.core.errors import Forbidden, NotFound
from feedback_app.core.markers import is_unlogged
from feedback_app.core.settings import get_settings
from feedback_app.db.session import Database
from feedback_app.db.tables.alerts import Alert, AlertKind, AlertLevel
from tests.factories import make_admin, make_user
from tests.integration.alerting import NOVEMBER, alerts, at, make_alert
from tests.integration.generating import as_user
from tests.integration.states import state_of
from tests.integration.test_usage_page import signed_in
from tests.receiver import SECRET


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings with a webhook whose address has secrets in it."""
    url = "https://user:pass1234@hooks.example:8443/services/T00HIDDEN"
    monkeypatch.setenv("ALERT_WEBHOOK_URL", url)
    monkeypatch.setenv("ALERT_WEBHOOK_SECRET", SECRET)
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (
            {"measured": 8_000_000},
            "The company has used 80% of its $10.00 budget for November 2026: $8.00.",
        ),
        (
            {"level": AlertLevel.CRITICAL, "measured": 10_030_000},
            "The company has used up its $10.00 budget for November 2026: $10.03, 100%.",
        ),
        (
            {"level": AlertLevel.CRITICAL, "measured": 9_999_500, "kind": "person_budget"},
            "Ada has $0.0005 left of their $10.00 budget for November 2026, too little for the "
            "next draft: it was refused.",
        ),
        (
            {"kind": "error_rate", "measured": 18, "calls": 40, "bound": 205},
            "18 of the latest 40 calls failed or were interrupted (45%); the threshold is 20.5%.",
        ),
        (
            {"kind": "unpriced_model", "subject": "qwen3", "measured": 1},
            "The price of qwen3 is not known: what 1 call cost is missing from every total.",
        ),
        (
            {"kind": "unpriced_model", "subject": "qwen3", "measured": 0},
            "The price of qwen3 is not known, so its drafts are refused where there is a budget.",
        ),
        (
            {"kind": "cut_prompt", "subject": "qwen3", "measured": 4_096},
            "The server of qwen3 read only 4,096 tokens of a longer prompt, so drafts may miss "
            "some of the notes. Let it read more at once; with Ollama, set OLLAMA_CONTEXT_LENGTH.",
        ),
    ],
)
def test_an_alert_is_told_in_one_sentence(values: dict[str, Any], said: str) -> None:
    facts = {"kind": "company_budget", "level": AlertLevel.WARNING, "bound": 10_000_000}
    alert = Alert(company_id="c", period="2026-11", **facts | values)
    assert sentence(alert, "Ada") == said


def test_each_alert_leads_to_what_explains_it() -> None:
    facts: dict[str, Any] = {"company_id": "c", "period": "2026-02", "level": "warning"}
    person = Alert(kind=AlertKind.PERSON_BUDGET, subject="someone", **facts)
    failing = Alert(kind=AlertKind.ERROR_RATE, raised_at=NOVEMBER, **facts)
    cut = Alert(kind=AlertKind.CUT_PROMPT, subject="qwen3", raised_at=NOVEMBER, **facts)
    assert explanation(person)[1] == (
        "/admin/usage?period=custom&from=2026-02-01&to=2026-02-28&person=someone"
    )
    assert explanation(failing)[1] == ("/admin/usage?period=custom&from=2026-11-10&to=2026-11-10")
    assert explanation(cut)[1] == (
        "/admin/usage?period=custom&from=2026-11-10&to=2026-11-10&model=qwen3"
    )
    for kind, path in (
        (AlertKind.COMPANY_BUDGET, routes.ADMIN_LIMITS),
        (AlertKind.UNPRICED_MODEL, routes.ADMIN_PRICES),
        (AlertKind.TEST, ""),
    ):
        assert explanation(Alert(kind=kind, **facts))[1] == path


async def test_the_list_is_the_companys_own_newest_first_with_its_way_to_the_webhook(
    database: Database, webhook: None
) -> None:
    admin = await make_admin(database)
    ours = {"company_id": admin.company_id}
    with at(NOVEMBER):
        for minutes, values in enumerate(
            (
                {"next_attempt_at": None},
                {"next_attempt_at": NOVEMBER},
                {
                    "attempts": 1,
                    "delivery_error": "the server answered 500",
                    "next_attempt_at": NOVEMBER + timedelta(seconds=10),
                },
                {"attempts": 2, "delivered_at": NOVEMBER, "next_attempt_at": None},
                {
                    "attempts": 8,
                    "delivery_error": "the server answered 500",
                    "next_attempt_at": None,
                },
            )
        ):
            raised_at = NOVEMBER + timedelta(minutes=minutes)
            await make_alert(database, **ours, bound=minutes + 1, raised_at=raised_at, **values)
        await make_alert(database)
        view = await service.view(as_user(admin))
        shown = [
            (row.delivery_status, row.delivery, row.delivery_at.text) for row in reversed(view.rows)
        ]
        again = "Not sent yet: the server answered 500. It will be tried again"
        assert shown == [
            ("", "", ""),
            ("waiting", "Being sent", ""),
            ("waiting", again, "today 09:30"),
            ("sent", "Sent", "today 09:30"),
            ("failed", "Gave up after 8 tries: the server answered 500", ""),
        ]
    assert (view.unseen, view.webhook) == (5, "hooks.example")
    assert "pass1234" not in repr(view)
    assert "HIDDEN" not in repr(view)


async def test_an_alert_is_marked_as_seen_once_and_for_all_administrators(
    database: Database,
) -> None:
    first = await make_admin(database)
    second = await make_admin(database, company_id=first.company_id)
    made = [
        await make_alert(database, company_id=first.company_id, bound=bound) for bound in (1, 2, 3)
    ]
    await service.mark_seen(as_user(first), made[0].id)
    await service.mark_seen(as_user(second), made[0].id)
    assert (await service.view(as_user(second))).unseen == 2
    await service.mark_seen(as_user(second))
    rows = await _rows(first)
    assert {row.seen_at.text[:5] for row in rows} == {"today"}
    assert {row.alert_id: row.seen_by for row in rows} == {
        made[0].id: first.name,
        made[1].id: second.name,
        made[2].id: second.name,
    }


async def _rows(admin: Any) -> list[Any]:
    return (await service.view(as_user(admin))).rows


async def test_another_companys_alerts_are_neither_seen_nor_marked(database: Database) -> None:
    alert = await make_alert(database)
    stranger = as_user(await make_admin(database))
    assert (await service.view(stranger)).rows == []
    with pytest.raises(NotFound):
        await service.mark_seen(stranger, alert.id)
    with pytest.raises(NotFound):
        await service.mark_seen(stranger, "no such alert")
    await service.mark_seen(stranger)
    (left,) = await alerts(database)
    assert left.seen_at is None


async def test_a_test_alert_is_sent_at_most_once_a_minute_and_only_to_a_webhook(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = as_user(await make_admin(database))
    with pytest.raises(service.NoWebhook):
        await service.send_test(admin)
    monkeypatch.setenv("ALERT_WEBHOOK_URL", "http://127.0.0.1:9/")
    monkeypatch.setenv("ALERT_WEBHOOK_SECRET", SECRET)
    get_settings.cache_clear()
    with at(NOVEMBER):
        await service.send_test(admin)
        with pytest.raises(service.TestedJustNow):
            await service.send_test(admin)
    with at(NOVEMBER + timedelta(minutes=1)):
        await service.send_test(admin)
    made = [(alert.kind, alert.level, alert.next_attempt_at) for alert in await alerts(database)]
    assert made == [
        (AlertKind.TEST, AlertLevel.INFO, NOVEMBER + timedelta(minutes=n)) for n in (0, 1)
    ]


async def test_an_interviewer_is_refused_whatever_they_call(
    database: Database, webhook: None
) -> None:
    person = await make_user(database)
    alert = await make_alert(database, company_id=person.company_id)
    for refused in (
        service.view(as_user(person)),
        service.mark_seen(as_user(person), alert.id),
        service.mark_seen(as_user(person)),
        service.send_test(as_user(person)),
    ):
        with pytest.raises(Forbidden):
            await refused
    state = await state_of(AlertsState, await signed_in(database, person), path="/admin/alerts")
    assert await AlertsState.load.fn(state) is None
    assert (state.phase, state.view) == ("refused", AlertsView())
    for name, args in (
        ("mark_seen", (alert.id,)),
        ("mark_all_seen", ()),
        ("send_test", ()),
        ("watch", ()),
    ):
        told = await getattr(AlertsState, name).fn(state, *args)
        assert "Your role does not allow this." in str(told.args)
    (left,) = await alerts(database)
    assert (left.seen_at, state.view) == (None, AlertsView())


async def test_only_administrators_pages_follow_the_bell(database: Database) -> None:
    for person, follows in ((await make_admin(database), True), (await make_user(database), False)):
        state = await state_of(AuthState, await signed_in(database, person))
        event = await AuthState.enter.fn(state)
        assert (event is not None) is follows
    bell = await state_of(BellState, await signed_in(database, await make_user(database)))
    told = await BellState.watch.fn(bell)
    assert "Your role does not allow this." in str(told.args)


async def test_marking_as_seen_lowers_the_bells_number_at_once(database: Database) -> None:
    admin = await make_admin(database)
    made = [
        await make_alert(database, company_id=admin.company_id, bound=bound) for bound in (1, 2)
    ]
    state = await state_of(AlertsState, await signed_in(database, admin), path="/admin/alerts")
    assert await AlertsState.load.fn(state) is not None
    bell = await state.get_state(BellState)
    assert (state.phase, bell.unseen) == ("ready", 2)
    await AlertsState.mark_seen.fn(state, made[0].id)
    assert bell.unseen == 1
    await AlertsState.mark_all_seen.fn(state)
    assert (bell.unseen, state.view.unseen) == (0, 0)


def test_what_a_person_does_is_logged_and_what_a_page_follows_is_not() -> None:
    for name, handler in AlertsState.event_handlers.items():
        if inspect.iscoroutinefunction(handler.fn) and not name.endswith("setvar"):
            assert is_unlogged(handler.fn) is (name in {"load", "watch"})
    assert is_unlogged(BellState.event_handlers["watch"].fn)
