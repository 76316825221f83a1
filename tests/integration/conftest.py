"""Fixtures of the integration tests: one upstream process for the session, reset per test."""

from collections.abc import Iterator

import pytest

from tests.apart import run_apart
from tests.auditing import findings_in
from tests.upstream import Upstream


@pytest.fixture(autouse=True)
def audited_ledger(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test that leaves the ledger with findings, but for those it declares.

    A test that writes broken rows on purpose says so:
    `@pytest.mark.ledger_findings("lost_call", reason="…")`.
    """
    marks = request.node.iter_markers
    if "database" not in request.fixturenames or any(marks("unaudited")):
        yield
        return
    url = request.getfixturevalue("database_url")
    yield
    expected = {check for mark in marks("ledger_findings") for check in mark.args}
    found = run_apart(findings_in(url))
    assert [finding for finding in found if finding.check not in expected] == []


@pytest.fixture(autouse=True)
def endings_after_settlements(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine, an ending that was told means that its call is settled."""
    monkeypatch.setattr("feedback_app.llm.generation.supervisor.TELL_AFTER_S", 60)


@pytest.fixture(scope="session")
def upstream_process() -> Iterator[Upstream]:
    with Upstream() as upstream:
        yield upstream


@pytest.fixture
def upstream(upstream_process: Upstream) -> Iterator[Upstream]:
    """The upstream with no scenario set; fails the test that leaves a request open there."""
    upstream_process.reset()
    yield upstream_process
    upstream_process.wait_until_idle()
