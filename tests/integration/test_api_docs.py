"""The API's documentation: complete, readable by tools, and harmless under our policy."""

import re

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from feedback_app import routes
from feedback_app.core.errors import AppError, RateLimited, error_named
from feedback_app.db.models import LlmCall
from feedback_app.llm.events import ChunkEvent, CompleteEvent, Event, StatusEvent, as_dict
from feedback_app.llm.ledger.endings import ended_event
from feedback_app.web.api.app import Api, make_api
from feedback_app.web.api.openapi import document
from tests.integration.people import browser

APP = Api(Starlette())


async def get(path: str) -> httpx.Response:
    async with browser(APP) as client:
        return await client.get(path)


async def test_every_route_under_api_is_documented() -> None:
    served = {
        route.path for route in make_api().routes if isinstance(route, Route | WebSocketRoute)
    }
    told = (await get(routes.API_OPENAPI)).json()
    assert set(told["paths"]) == served - {routes.API_OPENAPI, routes.API_DOCS}
    page = (await get(routes.API_DOCS)).text
    for path in told["paths"]:
        assert f">{path}</code>" in page


async def test_the_page_has_no_script_and_fetches_nothing_from_elsewhere() -> None:
    answer = await get(routes.API_DOCS)
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "<script" not in answer.text
    assert not re.search(r"""(?:src|href)=["'](?!/|#)|url\(|@import|\bon\w+=""", answer.text)


def test_the_ledgers_columns_and_every_error_code_are_in_the_document() -> None:
    schemas = document()["components"]["schemas"]
    assert set(schemas["LlmCall"]["properties"]) == set(LlmCall.model_fields)
    drafting = document()["paths"][routes.API_GENERATE]["post"]["responses"]
    codes = {
        code: int(status)
        for status, response in drafting.items()
        if status != "200"
        for code in response["description"].split(", ")
    }
    assert {"LLM_STALLED", "LLM_EMPTY", "RATE_LIMITED", "INTERRUPTED", "INTERNAL"} <= set(codes)
    assert all(error_named(code).status == status for code, status in codes.items())


@pytest.mark.parametrize(
    "event",
    [
        StatusEvent(1, "id", "connecting", "", 0.0),
        ChunkEvent(1, "id", "text", 0, "4:1"),
        CompleteEvent(1, "id", "", "stop", 1, 1, 0, False, "m", None, 1, None, "4:1"),
        ended_event(1, "id", RateLimited(retry_after_s=7), ""),
    ],
    ids=lambda event: type(event).__name__,
)
def test_an_events_fields_are_those_that_are_sent(event: Event) -> None:
    schema = document()["components"]["schemas"][type(event).__name__]
    assert set(schema["properties"]) == set(schema["required"]) == set(as_dict(event, "feedback"))


def test_every_reference_leads_somewhere() -> None:
    text = str(document())
    names = set(re.findall(r"#/components/schemas/(\w+)", text))
    assert names
    assert names <= set(document()["components"]["schemas"])


@pytest.mark.parametrize("code", ["NOT_FOUND", "LLM_STALLED", "CANCELLED", "INTERNAL"])
def test_a_codes_error_is_found_again(code: str) -> None:
    found = error_named(code)
    assert issubclass(found, AppError)
    assert found.code == code


def test_a_code_that_is_no_longer_known_is_an_internal_error() -> None:
    assert error_named("OF_AN_EARLIER_VERSION").status == 500
