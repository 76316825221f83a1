"""The part of the prices page that recalculates settled calls, and the list of recalculations."""

import reflex as rx

from feedback_app.ui.components import card, time_element
from feedback_app.usage.prices.schemas import RecalculationRow
from feedback_app.usage.prices.state import PricesState

_preview = PricesState.preview


def recalculation() -> rx.Component:
    """A model and a period, what would change, and the button that changes it."""
    return card(
        rx.text(
            "A call keeps the cost it was settled at. Here you can recalculate a model's calls "
            "of a period at the prices in force; you see what would change first.",
            size="2",
            color_scheme="gray",
        ),
        rx.form(
            _model(),
            _day("First day (UTC)", "since", PricesState.period.since),
            _day("Last day (UTC)", "until", PricesState.period.until),
            rx.button(
                "Preview",
                type="submit",
                variant="soft",
                loading=PricesState.busy,
                id="recalculation-preview",
            ),
            on_submit=PricesState.look,
            no_validate=True,
            id="recalculation-form",
            class_name="recalculation-form",
            key=f"period-{PricesState.fills}",
        ),
        rx.el.p(PricesState.period_error, role="alert", class_name="error", id="period-error"),
        rx.el.div(
            rx.cond(_preview.title != "", _outcome()),
            role="status",
            id="recalculation-outcome",
        ),
        rx.cond(
            PricesState.view.recalculations,
            rx.el.ul(
                rx.foreach(PricesState.view.recalculations, _made),
                id="recalculations",
                aria_label="Recalculations so far",
                class_name="rows",
            ),
        ),
        title="Recalculate",
        id="recalculation",
    )


def _model() -> rx.Component:
    return rx.el.div(
        rx.el.label("Model", html_for="recalculation-model", class_name="field-label"),
        rx.el.select(
            rx.el.option("Choose a model", value=""),
            rx.foreach(PricesState.view.names, lambda name: rx.el.option(name, value=name)),
            id="recalculation-model",
            name="model",
            default_value=PricesState.period.model,
            class_name="input select",
        ),
        class_name="field",
    )


def _day(label: str, name: str, value: str) -> rx.Component:
    input_id = f"recalculation-{name}"
    return rx.el.div(
        rx.el.label(label, html_for=input_id, class_name="field-label"),
        rx.el.input(
            id=input_id,
            name=name,
            type="date",
            default_value=value,
            class_name="input",
        ),
        class_name="field",
    )


def _outcome() -> rx.Component:
    return rx.el.div(
        rx.text(_preview.title, weight="medium"),
        rx.cond(
            _preview.can_apply,
            rx.fragment(
                rx.el.div(
                    _amount("Cost now", _preview.before, "recalculation-before"),
                    rx.icon("arrow-right", size=18),
                    _amount("Cost then", _preview.after, "recalculation-after"),
                    class_name="line",
                ),
                rx.foreach(_preview.notes, lambda note: rx.el.p(note, class_name="muted")),
                rx.button(
                    _preview.action,
                    on_click=PricesState.recalculate,
                    loading=PricesState.busy,
                    id="recalculate",
                ),
            ),
        ),
        class_name="inset stack",
    )


def _amount(label: str, value: str, value_id: str) -> rx.Component:
    return rx.el.div(
        rx.el.div(label, class_name="note"),
        rx.el.div(value, id=value_id, class_name="value figure"),
    )


def _made(row: RecalculationRow) -> rx.Component:
    return rx.el.li(
        rx.el.div(
            rx.text(row.model, as_="span", weight="medium"),
            rx.el.span(row.period, class_name="muted"),
            class_name="line",
        ),
        rx.el.div(row.outcome, class_name="figure"),
        rx.el.small("By ", row.made_by, ", ", time_element(row.made_at)),
        class_name="entry",
        custom_attrs={"data-id": row.recalculation_id},
    )
