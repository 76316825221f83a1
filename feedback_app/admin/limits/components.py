"""The pieces of the limits page: the form, single people's exceptions, the changes."""

import reflex as rx

from feedback_app import routes
from feedback_app.admin.limits.schemas import ChangeRow, ExceptionRow, LimitField
from feedback_app.admin.limits.state import LimitsState
from feedback_app.ui.components import card, empty_state, skeleton_rows, time_element

_view = LimitsState.view


def limits_form() -> rx.Component:
    """The company's limits and those each person has, saved together."""
    return rx.el.form(
        card(
            rx.el.p("Everybody's drafts together.", class_name="note card-head"),
            rx.el.div(rx.foreach(_view.company, _field), class_name="limit-fields"),
            title="Whole company",
        ),
        card(
            rx.el.p("What each person may do by themselves.", class_name="note card-head"),
            rx.el.div(rx.foreach(_view.person, _field), class_name="limit-fields"),
            title="Each person",
        ),
        rx.el.div(
            rx.button("Save limits", type="submit", id="limits-save"),
            rx.el.span(
                LimitsState.message,
                id="limits-status",
                role="status",
                class_name="save-state",
                custom_attrs={"data-status": LimitsState.status},
            ),
            class_name="line",
        ),
        on_submit=LimitsState.save,
        id="limits-form",
        class_name="stack",
        no_validate=True,
    )


def _field(field: LimitField) -> rx.Component:
    error = LimitsState.errors.get(field.name, "")
    hint_id = "hint-" + field.name
    return rx.el.div(
        rx.el.label(
            field.label,
            rx.cond(field.unit != "", rx.el.span(" in ", field.unit, class_name="muted")),
            html_for="limit-" + field.name,
            class_name="field-label",
        ),
        rx.el.input(
            default_value=field.value,
            placeholder=field.default,
            name=field.name,
            id="limit-" + field.name,
            auto_complete="off",
            aria_invalid=rx.cond(error != "", "true", "false"),
            custom_attrs={"aria-describedby": hint_id},
            class_name="input",
            key=LimitsState.revision,
        ),
        rx.el.div(
            rx.cond(error != "", rx.el.p(error, class_name="error")),
            rx.el.p("Default: ", field.default, class_name="note"),
            id=hint_id,
        ),
        rx.cond(
            field.used != "",
            rx.el.div(
                rx.el.div(
                    rx.el.div(style={"width": field.share}),
                    class_name="meter",
                    aria_hidden="true",
                ),
                rx.el.p(field.used, id="used-" + field.name, class_name="note figure"),
                class_name="field",
                custom_attrs={"data-level": field.level},
            ),
        ),
        class_name="field",
    )


def exceptions() -> rx.Component:
    """The limits of single people that differ from everybody's."""
    return card(
        rx.el.p(
            "A person's own value takes precedence over the one above.", class_name="note card-head"
        ),
        rx.cond(
            _view.exceptions,
            rx.el.ul(rx.foreach(_view.exceptions, _exception), class_name="rows card-head"),
        ),
        rx.el.form(
            rx.el.select(
                rx.el.option("Person", value=""),
                rx.foreach(_view.people, lambda c: rx.el.option(c.label, value=c.value)),
                name="exception_person",
                aria_label="Person",
                id="exception-person",
                class_name="input select",
            ),
            rx.el.select(
                rx.el.option("Limit", value=""),
                rx.foreach(_view.limits, lambda c: rx.el.option(c.label, value=c.value)),
                name="exception_limit",
                aria_label="Limit",
                id="exception-limit",
                class_name="input select",
            ),
            rx.el.input(
                name="exception_value",
                placeholder="Value, or unlimited",
                aria_label="Value",
                auto_complete="off",
                id="exception-value",
                class_name="input",
            ),
            rx.button("Set", type="submit", variant="soft", id="exception-set"),
            rx.el.span(
                LimitsState.exception_message,
                id="exception-status",
                role="status",
                class_name="save-state",
                custom_attrs={"data-status": LimitsState.exception_status},
            ),
            on_submit=LimitsState.set_exception,
            class_name="line exception-form",
            no_validate=True,
        ),
        title="Exceptions",
        id="limits-exceptions",
    )


def _exception(row: ExceptionRow) -> rx.Component:
    return rx.el.li(
        rx.el.span(row.person),
        rx.el.span(row.label, ": ", row.value, class_name="figure"),
        rx.button(
            "Remove",
            on_click=LimitsState.remove_exception(row.user_id, row.name),
            aria_label="Remove " + row.label + " of " + row.person,
            variant="ghost",
            color_scheme="gray",
            size="1",
            type="button",
        ),
        class_name="limit-row",
        custom_attrs={"data-id": row.user_id},
    )


def changes() -> rx.Component:
    """Who set what and when, newest first."""
    return card(
        rx.cond(
            _view.changes,
            rx.el.ol(rx.foreach(_view.changes, _change), id="limits-changes", class_name="rows"),
            rx.el.p("Nobody has changed a limit yet.", class_name="note card-head"),
        ),
        title="Changes",
    )


def _change(row: ChangeRow) -> rx.Component:
    return rx.el.li(
        rx.el.span(
            row.who,
            time_element(row.at, class_name="note"),
        ),
        rx.el.span(row.whose, ": ", row.label),
        rx.el.span(row.before, " → ", rx.el.b(row.after), class_name="figure"),
        class_name="limit-row",
    )


def loading() -> rx.Component:
    """Placeholder shown until the page has loaded."""
    return rx.el.div(
        skeleton_rows(3, height="180px"),
        rx.el.span("Loading the limits…", role="status", class_name="sr-only"),
    )


def refused() -> rx.Component:
    """Shown to anyone who is not an administrator."""
    return rx.el.div(
        empty_state(
            "lock",
            "For administrators",
            "The company's limits are set by its administrators only.",
            rx.link(rx.button("Back to my interviews", variant="soft"), href=routes.INTERVIEWS),
        ),
        id="limits-refused",
    )
