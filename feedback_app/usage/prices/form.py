"""The dialog that sets a price; typed values stay in its fields while a question is shown."""

from typing import Literal

import reflex as rx

from feedback_app.usage.prices.state import PricesState

_form, _errors = PricesState.form, PricesState.errors


def price_dialog() -> rx.Component:
    """A model, its start day, four prices; the confirmation if a slip is probable."""
    return rx.dialog.root(
        rx.dialog.content(
            rx.dialog.title("Set a price", size="4"),
            rx.dialog.description(
                "In US dollars per 1 million tokens. It counts for your company's calls from its "
                "first day (UTC) on, before any published price.",
                class_name="note",
            ),
            rx.form(
                rx.el.div(
                    _fields(),
                    rx.el.div(
                        rx.button(
                            "Cancel",
                            type="button",
                            variant="soft",
                            color_scheme="gray",
                            on_click=PricesState.show_form(False),
                        ),
                        rx.button("Set the price", type="submit", id="price-submit"),
                        class_name="dialog-actions",
                    ),
                    hidden=rx.cond(PricesState.doubts, True, False),
                ),
                rx.cond(PricesState.doubts, _question()),
                on_submit=PricesState.submit,
                no_validate=True,
                id="price-form",
                class_name="price-form",
            ),
            max_width="500px",
            size="3",
        ),
        open=PricesState.setting,
        on_open_change=PricesState.show_form,
    )


def _fields() -> rx.Component:
    return rx.el.div(
        _field("Model", "model", _form.model, _errors.model, "As its calls spell it"),
        _field("From (UTC)", "starts_on", _form.starts_on, _errors.starts_on, kind="date"),
        rx.el.fieldset(
            rx.el.legend("US dollars per 1 million tokens", class_name="field-label"),
            rx.el.div(
                _field("Input", "input", _form.input, _errors.input, kind="amount"),
                _field(
                    "Cached input",
                    "cached",
                    _form.cached,
                    _errors.cached,
                    "Empty: as input",
                    kind="amount",
                ),
                _field(
                    "Cache writes",
                    "cache_write",
                    _form.cache_write,
                    _errors.cache_write,
                    "Empty: as input",
                    kind="amount",
                ),
                _field("Output", "output", _form.output, _errors.output, kind="amount"),
                class_name="price-amounts",
            ),
        ),
        rx.el.label(
            rx.flex(
                rx.el.input(type="checkbox", name="free", id="price-free"),
                "Costs nothing (runs on our own machines)",
                align="center",
                spacing="2",
            ),
            class_name="field-label",
        ),
        class_name="stack",
    )


def _field(
    label: str,
    name: str,
    value: str,
    error: str,
    hint: str = "",
    kind: Literal["text", "date", "amount"] = "text",
) -> rx.Component:
    input_id, hint_id, error_id = f"price-{name}", f"price-{name}-hint", f"price-{name}-error"
    return rx.el.div(
        rx.el.label(label, html_for=input_id, class_name="field-label"),
        rx.el.input(
            id=input_id,
            name=name,
            type="date" if kind == "date" else "text",
            default_value=value,
            input_mode="decimal" if kind == "amount" else "text",
            placeholder="0.00" if kind == "amount" else "",
            auto_complete="off",
            max_length=300,
            class_name="input",
            aria_invalid=rx.cond(error != "", "true", "false"),
            aria_describedby=f"{error_id} {hint_id}" if hint else error_id,
        ),
        rx.el.small(hint, id=hint_id) if hint else rx.fragment(),
        rx.el.small(error, id=error_id, role="alert", class_name="error"),
        class_name="field",
    )


def _question() -> rx.Component:
    return rx.box(
        rx.callout.root(
            rx.callout.icon(rx.icon("triangle-alert", size=17)),
            rx.el.div(
                rx.text("Are you sure?", size="2", weight="medium", margin_bottom="4px"),
                rx.el.ul(
                    rx.foreach(PricesState.doubts, lambda doubt: rx.el.li(doubt)),
                    id="price-doubts",
                    class_name="price-doubts",
                ),
            ),
            color_scheme="amber",
            variant="surface",
            high_contrast=True,
            size="1",
            role="alert",
        ),
        rx.el.div(
            rx.button(
                "Change it",
                type="button",
                variant="soft",
                color_scheme="gray",
                auto_focus=True,
                on_click=PricesState.reconsider,
                id="price-reconsider",
            ),
            rx.button(
                "Yes, set this price",
                type="button",
                color_scheme="amber",
                high_contrast=True,
                on_click=PricesState.confirm,
                id="price-confirm",
            ),
            class_name="dialog-actions",
        ),
        margin_top="16px",
    )
