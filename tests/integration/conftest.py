"""Fixtures of the integration tests: one upstream process for the session, reset per test."""

from collections.abc import Iterator

import pytest

from tests.upstream import Upstream


@pytest.fixture(scope="session")
def upstream_process() -> Iterator[Upstream]:
    with Upstream() as upstream:
        yield upstream


@pytest.fixture
def upstream(upstream_process: Upstream) -> Iterator[Upstream]:
    """The upstream with no scenario set; fails the test that leaves a request open there."""
    upstream_process.reset()
    yield upstream_process
    upstream_process.wait_until_idle(timeout_s=1)
