"""The choice of a time zone, in a form."""

from typing import Any
from zoneinfo import available_timezones

import reflex as rx

from feedback_app.core import zones


def zone_select(first: rx.Component, **props: Any) -> rx.Component:
    """Every zone named after a place, and UTC, below a first choice."""
    names = [*sorted(name for name in available_timezones() if "/" in name), zones.UTC_NAME]
    return rx.el.select(
        first,
        *(rx.el.option(name, value=name) for name in names),
        name="time_zone",
        class_name="input select wide",
        **props,
    )
