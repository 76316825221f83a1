"""How long a sign-in waits after failures, and for whose."""

from datetime import UTC, datetime, timedelta

import pytest

from feedback_app.auth.throttle import Failures, Record, wait_s

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
NONE = Failures()


def failed(count: int, *, ago_s: float = 0) -> Failures:
    return Failures(count, NOW - timedelta(seconds=ago_s))


@pytest.mark.parametrize(
    ("failures", "waits"), [(2, 0), (3, 1), (4, 2), (5, 4), (7, 16), (8, 30), (10_000, 30)]
)
def test_each_failure_here_doubles_the_wait_up_to_half_a_minute(failures: int, waits: int) -> None:
    assert wait_s(Record(failed(failures), NONE, NONE), NOW) == waits
    assert wait_s(Record(failed(failures, ago_s=30), NONE, NONE), NOW) == 0


@pytest.mark.parametrize(
    "record",
    [
        pytest.param(Record(NONE, failed(10_000), NONE), id="on the account"),
        pytest.param(Record(NONE, NONE, failed(10_000)), id="from the place"),
        pytest.param(Record(failed(2), failed(10_000), failed(10_000)), id="after two slips"),
    ],
)
def test_failures_of_others_keep_nobody_waiting_for_more_than_a_second(record: Record) -> None:
    assert wait_s(record, NOW) == 1


def test_a_distributed_guess_of_one_account_gets_one_try_a_second() -> None:
    """Each guess comes from a new place, as soon as it may."""
    now, tried, last_at = NOW, 0, None
    until = NOW + timedelta(seconds=900)
    while now < until:
        wait = wait_s(Record(NONE, Failures(tried, last_at), NONE), now)
        if wait:
            now += timedelta(seconds=wait)
        else:
            tried, last_at = tried + 1, now
    assert tried == 909


def test_who_failed_here_waits_as_long_as_the_account_is_attacked() -> None:
    assert wait_s(Record(failed(3, ago_s=60), failed(20), NONE), NOW) == 30


def test_a_known_browser_waits_for_its_own_failures_only() -> None:
    assert wait_s(Record(failed(99), failed(99), failed(99), NONE), NOW) == 0
    assert wait_s(Record(NONE, NONE, NONE, failed(5)), NOW) == 4
