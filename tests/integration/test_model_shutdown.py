"""Administrators are told before their model is shut down, and of nothing that looks like it."""

import asyncio
import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from feedback_app.alerts import shutdowns
from feedback_app.alerts.shutdowns import DailyShutdownCheck
from feedback_app.alerts.wording import explanation, sentence
from feedback_app.db.session import Database
from feedback_app.db.tables.alerts import Alert, AlertKind, AlertLevel
from feedback_app.llm.client import openai_client as client_module
from feedback_app.llm.client.bodies import MAX_LIST_BYTES
from tests.factories import make_company
from tests.integration.alerting import WITH_WEBHOOK, alerts, at
from tests.integration.completing import client_of, settings
from tests.upstream import Scenario, Upstream, refusing

MODEL = "gpt-4o-mini"
SHUTDOWN = "2027-01-14"
NOON = datetime(2027, 1, 14, 12, tzinfo=UTC)
DOOMED = {"id": MODEL, "shutdown_date": SHUTDOWN}


def check(database: Database, upstream: Upstream, **changes: Any) -> DailyShutdownCheck:
    return DailyShutdownCheck(settings(upstream.base_url, **changes), database)


async def test_each_company_is_alerted_60_14_and_2_days_before_and_once_each(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(shutdown_date=SHUTDOWN), model=MODEL)
    companies = [(await make_company(database)).id for _ in range(2)]
    daily = check(database, upstream)
    raised = {}
    for days in range(65, -3, -1):
        with at(NOON - timedelta(days=days)):
            if count := await daily.look():
                raised[days] = count
    assert raised == {60: 2, 14: 2, 2: 2}
    found = await alerts(database)
    assert {alert.company_id for alert in found} == set(companies)
    told = [(a.kind, a.subject, a.period, a.level, a.bound, a.measured) for a in found[::2]]
    kind = AlertKind.MODEL_SHUTDOWN
    assert told == [
        (kind, MODEL, SHUTDOWN, AlertLevel.INFO, 60, 60),
        (kind, MODEL, SHUTDOWN, AlertLevel.WARNING, 14, 14),
        (kind, MODEL, SHUTDOWN, AlertLevel.CRITICAL, 2, 2),
    ]


async def test_whoever_looks_late_is_told_once_of_how_near_it_is(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(shutdown_date=SHUTDOWN), model=MODEL)
    await make_company(database)
    for days, raised in ((9, 1), (8, 0), (1, 1), (0, 0), (-1, 0)):
        with at(NOON - timedelta(days=days)):
            assert await check(database, upstream).look() == raised
    assert [alert.bound for alert in await alerts(database)] == [14, 2]


async def test_of_a_shutdown_that_is_past_or_far_nothing_is_said(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(shutdown_date=SHUTDOWN), model=MODEL)
    await make_company(database)
    for days in (-1, -400, 61, 400):
        with at(NOON - timedelta(days=days)):
            assert await check(database, upstream).look() == 0


async def test_a_day_that_is_moved_is_told_anew(database: Database, upstream: Upstream) -> None:
    await make_company(database)
    with at(NOON - timedelta(days=10)):
        for day in (SHUTDOWN, "2027-01-20", "2027-01-20"):
            upstream.play(Scenario(shutdown_date=day), model=MODEL)
            await check(database, upstream).look()
    assert [alert.period for alert in await alerts(database)] == [SHUTDOWN, "2027-01-20"]


async def test_of_several_workers_that_look_at_once_one_raises_the_alert(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(shutdown_date=SHUTDOWN), model=MODEL)
    await make_company(database)
    with at(NOON - timedelta(days=60)):
        looks = (check(database, upstream, **WITH_WEBHOOK).look() for _ in range(4))
        assert sum(await asyncio.gather(*looks)) == 1
    (alert,) = await alerts(database)
    assert alert.next_attempt_at is not None, "the webhook gets it"


ODD = {
    "no such list": refusing(404, None, "Not found"),
    "a server that fails": refusing(500, None, "Oops"),
    "a key without the right": refusing(403, None, "Forbidden"),
    "too many requests": refusing(429, None, "Slow down", retry_after="1"),
    "text": Scenario(body="Sign in to the hotel network"),
    "a list of something else": Scenario(body='{"object": "list", "data": [1, null, {"id": 7}]}'),
    "a day that is none": Scenario(body=json.dumps({"data": [DOOMED | {"shutdown_date": 1.5}]})),
    "a redirect": Scenario(status=302, headers=(("Location", "/v1/models"),)),
    "a huge body": Scenario(body=" " * MAX_LIST_BYTES + json.dumps({"data": [DOOMED]})),
    "a connection that breaks": Scenario(cut_before_headers=True),
    "silence": Scenario(stall_before_headers=True),
}


@pytest.mark.parametrize("name", ODD)
async def test_an_odd_answer_says_nothing_and_is_asked_for_no_more(
    name: str,
    database: Database,
    upstream: Upstream,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    if name == "silence":
        monkeypatch.setattr(client_module, "LIST_WITHIN_S", 1)
    upstream.list_models(ODD[name])
    await make_company(database)
    with at(NOON - timedelta(days=1)), caplog.at_level("INFO"):
        async with asyncio.timeout(15):
            assert await check(database, upstream).look() == 0
    assert await alerts(database) == []
    state = upstream.state()
    # Where a connection breaks, aiohttp makes a new one.
    assert state.lists <= 2
    assert state.requests == []
    assert [r.message for r in caplog.records if r.name.startswith("feedback_app")] == []


async def test_a_server_that_is_down_says_nothing(database: Database) -> None:
    await make_company(database)
    daily = DailyShutdownCheck(settings("http://127.0.0.1:9/v1"), database)
    assert await daily.look() == 0


async def test_a_list_is_read_up_to_its_bound(upstream: Upstream) -> None:
    listed = json.dumps({"data": [DOOMED]})
    upstream.list_models(Scenario(body=listed.rjust(MAX_LIST_BYTES)))
    async with client_of(upstream.base_url) as client:
        assert await client.shutdown_date(MODEL) == date(2027, 1, 14)
        upstream.list_models(Scenario(body=listed.rjust(MAX_LIST_BYTES + 1)))
        assert await client.shutdown_date(MODEL) is None


async def test_other_models_than_the_one_in_use_say_nothing(
    database: Database, upstream: Upstream
) -> None:
    upstream.play(Scenario(shutdown_date=SHUTDOWN), model="gpt-4o")
    await make_company(database)
    with at(NOON - timedelta(days=1)):
        assert await check(database, upstream).look() == 0
        assert await check(database, upstream, LLM_MODEL="gpt-4o").look() == 1


async def test_a_process_looks_day_after_day_whatever_goes_wrong_until_it_ends(
    database: Database, upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutdowns, "_FIRST_LOOK_S", 0)
    monkeypatch.setattr(shutdowns, "_LOOK_EVERY_S", 0.01)
    daily = FailingFirst(settings(upstream.base_url), database)
    daily.open()
    async with asyncio.timeout(20):
        await daily.looked_again.wait()
        await daily.aclose()


class FailingFirst(DailyShutdownCheck):
    """Its first look fails; it tells when there was another."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.looks = 0
        self.looked_again = asyncio.Event()

    async def look(self) -> int:
        self.looks += 1
        if self.looks == 1:
            raise ZeroDivisionError
        self.looked_again.set()
        return 0


async def test_nothing_is_asked_where_no_model_is_configured(database: Database) -> None:
    offline = DailyShutdownCheck(settings(None, OPENAI_API_KEY=None), database)
    offline.open()
    names = {task.get_name() for task in asyncio.all_tasks()}
    await offline.aclose()
    assert "model-shutdown" not in names


def test_the_alert_names_the_model_the_day_and_what_to_do() -> None:
    alert = Alert(
        company_id="c", kind="model_shutdown", subject=MODEL, period=SHUTDOWN, level="info"
    )
    assert sentence(alert, "") == (
        "gpt-4o-mini will be shut down by its provider on 14 January 2027. Drafts fail from then "
        "on, unless LLM_MODEL names another model."
    )
    assert explanation(alert) == ("", "")
