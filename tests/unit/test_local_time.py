"""Times in words: on the viewer's clock, over date lines and changes of the clocks."""

import contextvars
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest

from feedback_app.core import clock, zones
from feedback_app.ui import wording

NOON = datetime(2026, 11, 27, 12, 0, 5, tzinfo=UTC)


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    clock.set_now(lambda: NOON)
    yield
    clock.set_now(None)


def as_seen_in(zone: str, words: Callable[[datetime], str], value: datetime) -> str:
    def shown() -> str:
        zones.show_times_in(zone)
        return words(value)

    return contextvars.copy_context().run(shown)


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("zone", "value", "words"),
    [
        ("UTC", at(2026, 11, 27, 0, 0), "today 00:00"),
        ("UTC", at(2026, 11, 26, 23, 59), "yesterday 23:59"),
        ("UTC", at(2026, 11, 28, 8, 0), "tomorrow 08:00"),
        ("UTC", at(2026, 11, 3, 14, 5), "3 Nov 14:05"),
        ("UTC", at(2025, 11, 27, 14, 5), "27 Nov 2025 14:05"),
        ("Europe/Berlin", at(2026, 11, 27, 8, 0), "today 09:00"),
        ("America/Los_Angeles", at(2026, 11, 27, 7, 30), "yesterday 23:30"),
        ("Asia/Tokyo", at(2026, 11, 27, 15, 30), "tomorrow 00:30"),
        ("Asia/Kolkata", at(2026, 11, 27, 8, 0), "today 13:30"),
        # The same hour twice, when the clocks go back, and an hour later than in winter before.
        ("Europe/Berlin", at(2026, 10, 25, 0, 30), "25 Oct 02:30"),
        ("Europe/Berlin", at(2026, 10, 25, 1, 30), "25 Oct 02:30"),
        ("America/Los_Angeles", at(2026, 3, 8, 9, 59), "8 Mar 01:59"),
        ("America/Los_Angeles", at(2026, 3, 8, 10, 0), "8 Mar 03:00"),
        # Another year on the viewer's clock than in UTC.
        ("Asia/Tokyo", at(2025, 12, 31, 15, 0), "1 Jan 00:00"),
        ("No/Where", at(2026, 11, 27, 8, 0), "today 08:00"),
    ],
)
def test_a_time_is_told_by_the_viewers_clock(zone: str, value: datetime, words: str) -> None:
    assert as_seen_in(zone, wording.moment, value) == words


def test_on_both_sides_of_the_date_line_the_same_time_is_of_two_days() -> None:
    clock.set_now(lambda: at(2026, 11, 27, 11, 0))
    held = at(2026, 11, 27, 10, 30)
    assert as_seen_in("Pacific/Kiritimati", wording.meeting, held) == "today, 00:30"
    assert as_seen_in("Pacific/Pago_Pago", wording.meeting, held) == "yesterday, 23:30"


def test_a_meeting_further_off_is_told_with_its_weekday() -> None:
    assert as_seen_in("Asia/Tokyo", wording.meeting, at(2026, 11, 20, 20, 0)) == "Sat 21 Nov, 05:00"
    assert as_seen_in("UTC", wording.meeting, at(2025, 1, 1, 8, 0)) == "Wed 1 Jan 2025, 08:00"


def test_an_element_has_utc_for_whoever_asks_and_for_machines() -> None:
    shown = wording.local_time(at(2026, 11, 26, 23, 0, 9))
    assert (shown.utc, shown.iso) == ("26 Nov 2026, 23:00:09 UTC", "2026-11-26T23:00:09+00:00")
    assert wording.local_time(None) == wording.NO_TIME
    assert wording.local_time(NOON, "when it began").text == "when it began"


@pytest.mark.parametrize(
    "name", ["", "America", "../../etc/passwd", "/etc/localtime", "Mars/Olympus", "x" * 10_000]
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    assert zones.zone_named(name) is None


@pytest.mark.parametrize("name", ["Europe/Berlin\0", "\ud83d", "Zürich"])
def test_a_zone_of_odd_characters_is_refused(name: str) -> None:
    assert zones.zone_named(name) is None


def test_every_spelling_a_browser_may_use_is_known() -> None:
    for name in ("Asia/Calcutta", "Asia/Kolkata", "Etc/GMT+12", "America/Argentina/Buenos_Aires"):
        assert zones.zone_named(name) is not None
        assert len(name) <= zones.LONGEST_NAME
