"""Every fault of a model as API clients see it: over HTTP, on a socket, and replayed later."""

import pytest

from feedback_app.db.session import Database
from feedback_app.llm.events import as_dict
from tests.integration.completing import met_by
from tests.integration.serving_api import error_of, events_of, served_api, text_in
from tests.integration.test_generation_faults import CASES, MAX_OUTPUT_TOKENS, Case
from tests.upstream import Upstream


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("case", [pytest.param(case, id=name) for name, case in CASES.items()])
async def test_each_fault_has_its_status_its_code_and_the_text_so_far(
    database: Database, upstream: Upstream, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("feedback_app.llm.client.openai_client.RETRY_DELAYS_S", (0.01, 0.02))
    *first, last = case.answers
    upstream.queue(*first)
    upstream.play(last)
    changes = {
        "LLM_MAX_OUTPUT_TOKENS": MAX_OUTPUT_TOKENS,
        "STREAM_FLUSH_MS": 10,
        **met_by(case.error),
    }
    async with served_api(database, upstream.base_url, **changes) as api:
        answer = await api.generate()
        call_id = (await api.on.call()).id
        live = [as_dict(event, "feedback") for event in api.on.log(call_id).events]
        if case.error is None:
            assert (answer.status_code, answer.json()) == (200, live[-1])
            assert answer.json()["feedback"] == case.text
        else:
            body = error_of(answer, case.error.status, case.error.code)
            assert body["partial"] == case.text
            assert body["message"] == case.error.sentence
            assert body["retryable"] == case.error.retryable

        headers = await api.headers()
        async with api.stream(f"?call={call_id}", headers=headers) as followed:
            assert await events_of(followed) == live
        api.on.generations.hub.forget(call_id)
        async with api.stream(f"?call={call_id}", headers=headers) as followed:
            replayed = await events_of(followed)
        assert text_in(replayed) == case.text
        assert replayed[-1] == live[-1]
        assert [event["seq"] for event in replayed] == [event["seq"] for event in live]
        assert [row.component for row in await api.system_log()] == ["llm"]
