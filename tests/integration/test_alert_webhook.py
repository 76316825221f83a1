"""Alerts on their way to a webhook: signed, tried again, never sent twice at once, given up."""

import asyncio
import json
import logging
from base64 import b64encode
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from openai import InvalidWebhookSignatureError
from pydantic import SecretStr

from feedback_app.alerts.outbox import CLAIM, MOST_ATTEMPTS, Outbox, pause_after
from feedback_app.alerts.watcher import Alerts
from feedback_app.alerts.webhook import Outcome, Webhook, signature
from feedback_app.core import clock
from feedback_app.core.settings import ROOT
from feedback_app.db.session import Database
from feedback_app.db.tables.alerts import Alert, AlertKind, AlertLevel
from tests.databases import free_port
from tests.factories import make_company, make_user
from tests.integration.alerting import NOVEMBER, alerts, at, configured, make_alert, outbox, verify
from tests.receiver import SECRET, Receiver, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as opened:
        yield opened


async def the_alert(database: Database) -> Alert:
    (alert,) = await alerts(database)
    return alert


async def test_the_signature_is_that_of_the_specifications_example() -> None:
    made = signature(
        SecretStr("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        1614265330,
        b'{"test": 2432232314}',
    )
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def test_a_message_says_what_it_is_about_and_another_verifier_accepts_it(
    database: Database, receiver: Receiver
) -> None:
    company = await make_company(database, name="Nordwind – Österreich")
    person = await make_user(database, company, name="Ada Ferreira")
    alert = await make_alert(
        database, company_id=company.id, kind=AlertKind.PERSON_BUDGET, subject=person.id
    )
    assert await outbox(database, receiver.url).deliver_due() == 1
    (delivery,) = receiver.deliveries
    verify(delivery)
    with pytest.raises(InvalidWebhookSignatureError):
        verify(delivery, "whsec_" + b64encode(bytes(32)).decode())
    assert delivery.headers["webhook-id"] == alert.id
    event = json.loads(delivery.body)
    assert (event["type"], event["data"]["kind"]) == ("alert.raised", "person_budget")
    assert event["data"]["message"] == (
        "Ada Ferreira has used 80% of their $10.00 budget for November 2026: $8.00."
    )
    assert event["data"]["company"] == {"id": company.id, "name": "Nordwind – Österreich"}
    assert (event["data"]["used_usd"], event["data"]["budget_usd"]) == ("8.00", "10.00")
    assert event["data"]["url"] == (
        "https://debrief.example/admin/usage"
        f"?period=custom&from=2026-11-01&to=2026-11-30&person={person.id}"
    )
    assert (await the_alert(database)).delivered_at is not None
    assert await outbox(database, receiver.url).deliver_due() == 0


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (
            {"kind": "cut_prompt", "subject": "qwen3", "measured": 4_096},
            {"model": "qwen3", "prompt_tokens_read": 4_096},
        ),
        (
            {"kind": "model_shutdown", "subject": "gpt-4o-mini", "period": "2027-01-14"},
            {"model": "gpt-4o-mini", "shutdown_date": "2027-01-14"},
        ),
    ],
)
async def test_what_is_told_of_a_model_has_its_figures(
    database: Database, receiver: Receiver, values: dict[str, Any], told: dict[str, Any]
) -> None:
    await make_alert(database, **values)
    await outbox(database, receiver.url).deliver_due()
    (sent,) = receiver.deliveries
    data = json.loads(sent.body)["data"]
    assert {name: data[name] for name in told} == told
    assert data["message"].startswith(f"The server of {told['model']}") or (
        data["message"].startswith(f"{told['model']} will be shut down")
    )


async def test_the_verifier_in_the_documentation_accepts_what_is_sent_and_nothing_else(
    database: Database, receiver: Receiver
) -> None:
    await make_alert(database)
    await outbox(database, receiver.url).deliver_due()
    (sent,) = receiver.deliveries
    written = (ROOT / "docs" / "operations.md").read_text().partition("```python\n")[2]
    documented: dict[str, Any] = {}
    exec(written.partition("```")[0], documented)
    is_ours = documented["is_ours"]
    assert is_ours(SECRET, sent.headers, sent.body)
    assert not is_ours(SECRET, sent.headers, sent.body + b" ")
    assert not is_ours(SECRET, sent.headers | {"webhook-id": "another"}, sent.body)
    assert not is_ours(SECRET, sent.headers | {"webhook-timestamp": "1614265330"}, sent.body)


async def test_an_address_is_used_as_it_is_written_and_its_user_signs_in(
    database: Database, receiver: Receiver
) -> None:
    await make_alert(database)
    url = receiver.url.replace("//", "//some%40body:pass1234@") + "?sp=%2Ftriggers%2Brun&sig=a%3Db"
    await outbox(database, url).deliver_due()
    (sent,) = receiver.deliveries
    assert sent.path == "/hook?sp=%2Ftriggers%2Brun&sig=a%3Db"
    assert sent.headers["authorization"] == f"Basic {b64encode(b'some@body:pass1234').decode()}"


async def test_what_is_not_accepted_is_tried_again_later_with_the_same_id_and_body(
    database: Database, receiver: Receiver
) -> None:
    receiver.answers.extend([500, 0, 302, 204])
    await make_alert(database, next_attempt_at=NOVEMBER)
    sender = outbox(database, receiver.url, timeout_s=1.5)
    moment = NOVEMBER
    errors = []
    for attempt in range(1, 5):
        async with asyncio.timeout(30):
            with at(moment):
                assert await sender.deliver_due() == 1
                assert await sender.deliver_due() == 0
        alert = await the_alert(database)
        assert alert.attempts == attempt
        errors.append(alert.delivery_error)
        if alert.next_attempt_at is None:
            break
        assert alert.next_attempt_at - moment >= timedelta(seconds=8 * 4 ** (attempt - 1))
        moment = alert.next_attempt_at
    assert errors == [
        "the server answered 500",
        "there was no answer within 1.5 s",
        "the server answered 302",
        "",
    ]
    assert (await the_alert(database)).delivered_at == moment
    assert {delivery.path for delivery in receiver.deliveries} == {"/hook"}
    assert len({(d.headers["webhook-id"], d.body) for d in receiver.deliveries}) == 1
    assert len({d.headers["webhook-timestamp"] for d in receiver.deliveries}) == 4


async def test_a_server_that_is_down_gets_it_once_it_is_up_from_whichever_worker(
    database: Database,
) -> None:
    port = free_port()
    url = f"http://127.0.0.1:{port}/hook"
    await make_alert(database, next_attempt_at=NOVEMBER)
    with at(NOVEMBER):
        assert await outbox(database, url).deliver_due() == 1
    alert = await the_alert(database)
    assert alert.delivery_error == "the server could not be reached"
    assert alert.next_attempt_at is not None
    with receiving(port) as receiver, at(alert.next_attempt_at):
        assert await outbox(database, url).deliver_due() == 1
        assert len(receiver.deliveries) == 1
    assert (await the_alert(database)).delivery_error == ""


async def test_after_the_last_try_it_is_given_up(database: Database, receiver: Receiver) -> None:
    receiver.answers.extend([500] * 20)
    await make_alert(database, next_attempt_at=NOVEMBER)
    sender = outbox(database, receiver.url)
    moment = NOVEMBER
    while (due := await sender.next_due()) is not None:
        moment = due
        with at(moment):
            await sender.deliver_due()
        assert len(receiver.deliveries) <= MOST_ATTEMPTS
    assert len(receiver.deliveries) == MOST_ATTEMPTS == 8
    assert timedelta(hours=12) < moment - NOVEMBER < timedelta(hours=19)
    alert = await the_alert(database)
    assert (alert.delivered_at, alert.delivery_error) == (None, "the server answered 500")


async def test_an_address_that_is_gone_is_not_tried_again(
    database: Database, receiver: Receiver
) -> None:
    receiver.answers.append(410)
    await make_alert(database)
    sender = outbox(database, receiver.url)
    await sender.deliver_due()
    assert (await sender.next_due(), (await the_alert(database)).attempts) == (None, 1)


async def test_two_workers_never_send_the_same_try(database: Database, receiver: Receiver) -> None:
    for number in range(5):
        await make_alert(database, period=f"2026-0{number + 1}")
    workers = [outbox(database, receiver.url) for _ in range(4)]
    tries = await asyncio.gather(*(worker.deliver_due() for worker in workers))
    ids = [delivery.headers["webhook-id"] for delivery in receiver.deliveries]
    assert (sum(tries), len(ids), len(set(ids))) == (5, 5, 5)


async def test_a_worker_that_died_while_sending_is_followed_by_another(
    database: Database, receiver: Receiver
) -> None:
    receiver.answers.append(0)
    await make_alert(database, next_attempt_at=NOVEMBER)
    with at(NOVEMBER):
        dying = asyncio.create_task(outbox(database, receiver.url).deliver_due())
        await asyncio.to_thread(receiver.asked.wait, 10)
        dying.cancel()
        await asyncio.wait([dying])
        assert await outbox(database, receiver.url).deliver_due() == 0
    with at(NOVEMBER + CLAIM):
        assert await outbox(database, receiver.url).deliver_due() == 1
    alert = await the_alert(database)
    assert (alert.attempts, alert.delivered_at) == (2, NOVEMBER + CLAIM)


async def test_who_dies_in_the_last_try_leaves_nothing_waiting_for_ever(
    database: Database, receiver: Receiver
) -> None:
    await make_alert(database, attempts=MOST_ATTEMPTS, next_attempt_at=NOVEMBER)
    sender = outbox(database, receiver.url)
    with at(NOVEMBER):
        assert await sender.deliver_due() == 0
    assert (await sender.next_due(), receiver.deliveries) == (None, [])
    assert (await the_alert(database)).delivery_error == "the last attempt was interrupted"


async def test_a_try_that_outlived_its_claim_does_not_undo_the_next_ones_outcome(
    database: Database, receiver: Receiver
) -> None:
    late = await make_alert(database, next_attempt_at=NOVEMBER, attempts=1)
    late.attempts = 1
    with at(NOVEMBER):
        await outbox(database, receiver.url).deliver_due()
        await outbox(database, receiver.url)._record(late, Outcome("the connection broke off"))
    alert = await the_alert(database)
    assert (alert.delivered_at, alert.next_attempt_at) == (NOVEMBER, None)


async def test_a_new_worker_goes_on_with_what_the_last_one_left(
    database: Database, receiver: Receiver
) -> None:
    await make_alert(database, attempts=3, delivery_error="the server answered 500")
    webhook = Webhook(SecretStr(receiver.url), SecretStr(SECRET))
    worker = Alerts(configured(), database, webhook=webhook)
    worker.open()
    try:
        assert await asyncio.to_thread(receiver.asked.wait, 10)
    finally:
        await worker.aclose()
    assert (await the_alert(database)).attempts == 4


async def test_neither_the_secret_nor_the_address_reaches_a_log_or_the_table(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    url = f"http://somebody:pass1234@127.0.0.1:{free_port()}/services/T00HIDDEN"
    await make_alert(database)
    webhook = Webhook(SecretStr(url), SecretStr(SECRET))
    caplog.set_level(logging.DEBUG)
    await Outbox(database, webhook, "https://debrief.example").deliver_due()
    alert = await the_alert(database)
    told = caplog.text + alert.model_dump_json() + repr(vars(webhook))
    assert alert.attempts == 1
    for hidden in ("pass1234", "T00HIDDEN", SECRET, SECRET.removeprefix("whsec_")):
        assert hidden not in told


def test_pauses_grow_and_no_two_workers_wait_for_the_same_time() -> None:
    pauses = [pause_after(attempts).total_seconds() for attempts in range(1, MOST_ATTEMPTS)]
    assert all(8 * 4**n <= pause <= 12 * 4**n for n, pause in enumerate(pauses))
    assert len({pause_after(1) for _ in range(20)}) > 1


async def test_levels_and_periods_are_told_as_they_are_stored(
    database: Database, receiver: Receiver
) -> None:
    await make_alert(
        database,
        kind=AlertKind.ERROR_RATE,
        level=AlertLevel.CRITICAL,
        measured=3,
        calls=12,
        bound=200,
        period=f"{clock.now():%Y-%m-%dT%H}:00Z",
    )
    await outbox(database, receiver.url).deliver_due()
    data = json.loads(receiver.deliveries[0].body)["data"]
    assert (data["failed"], data["calls"], data["threshold_percent"]) == (3, 12, 20.0)
    assert (
        data["message"]
        == "3 of the latest 12 calls failed or were interrupted (25%); the threshold is 20%."
    )
