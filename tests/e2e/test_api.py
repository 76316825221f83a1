"""The API of the app as people run it, and no token in what its server says."""

import json
from collections.abc import Mapping

import httpx
import pytest
from websockets.sync.client import connect

from feedback_app import routes
from feedback_app.core.demo import DEMO_SIGN_INS
from tests.e2e.serving import RunningApp


@pytest.fixture(scope="module")
def app_env() -> Mapping[str, str]:
    return {"LOG_LEVEL": "DEBUG"}


def test_a_client_signs_in_and_drafts_and_its_token_is_in_no_log(running_app: RunningApp) -> None:
    person = DEMO_SIGN_INS[0]
    with httpx.Client(base_url=running_app.url, timeout=30) as client:
        asked = {"email": person.email, "password": person.password}
        token = client.post(routes.API_TOKEN, json=asked).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        listed = client.get(routes.API_INTERVIEWS, headers=headers).json()["items"]
        interview_id = next(item["id"] for item in listed if item["can_generate"])
        path = routes.API_GENERATE_STREAM.format(interview_id=interview_id)
        with connect(f"{running_app.url.replace('http', 'ws')}{path}?token={token}") as followed:
            assert json.loads(list(followed)[-1])["type"] == "complete"
        path = routes.API_GENERATE.format(interview_id=interview_id)
        drafted = client.post(path, headers=headers)
        assert drafted.json()["type"] == "complete"
        assert client.get("/api/absent").json()["code"] == "NOT_FOUND"
    assert token not in running_app.log
