"""The pieces of the page of people: invite, the link to copy, the list, one row."""

from typing import Any

import reflex as rx

from feedback_app.db.models import Role
from feedback_app.people.schemas import FILTERS, PersonRow
from feedback_app.people.state import PeopleState
from feedback_app.ui.components import (
    badge,
    card,
    copyable,
    empty_state,
    small_button,
    time_element,
)

_view = PeopleState.view
ROLES = {Role.INTERVIEWER.value: "Interviewer", Role.ADMIN.value: "Administrator"}


def invite_form() -> rx.Component:
    """Invite somebody by email; the link is shown once, to be copied."""
    return card(
        rx.el.form(
            rx.el.div(
                rx.el.label("Email", html_for="invite-email", class_name="field-label"),
                rx.el.input(
                    type="email",
                    name="email",
                    id="invite-email",
                    placeholder="ada@example.com",
                    auto_complete="off",
                    required=True,
                    max_length=254,
                    key=PeopleState.invited,
                    aria_invalid=rx.cond(PeopleState.invite_error != "", "true", "false"),
                    custom_attrs={"aria-describedby": "invite-error"},
                    class_name="input",
                ),
                class_name="field",
            ),
            rx.el.div(
                rx.el.label("Role", html_for="invite-role", class_name="field-label"),
                rx.el.select(
                    *(rx.el.option(label, value=role) for role, label in ROLES.items()),
                    name="role",
                    id="invite-role",
                    default_value=Role.INTERVIEWER.value,
                    class_name="input select",
                ),
                class_name="field",
            ),
            rx.button("Make invitation link", type="submit", id="invite-submit"),
            on_submit=PeopleState.invite,
            class_name="invite-form",
            no_validate=True,
        ),
        rx.el.p(PeopleState.invite_error, id="invite-error", role="alert", class_name="error"),
        rx.cond(PeopleState.link.address != "", _link()),
        title="Invite somebody",
    )


def _link() -> rx.Component:
    link = PeopleState.link
    is_invitation = link.kind == "invite"
    return rx.el.div(
        rx.match(
            link.mail,
            ("sent", rx.el.p("Mailed to ", rx.el.b(link.email), ".", id="mail-sent")),
            (
                "failed",
                rx.el.p(
                    "The mail could not be sent. Copy the link instead.",
                    id="mail-failed",
                    class_name="error",
                ),
            ),
            rx.fragment(),
        ),
        rx.el.p(
            rx.cond(is_invitation, "Send this link to ", "Send this password link to "),
            rx.el.b(link.email),
            rx.cond(link.mail == "sent", " yourself if the mail does not arrive", ""),
            ". It is shown only now, works once, and ends ",
            time_element(link.until),
            ".",
            rx.cond(link.is_second, " They were invited before: the earlier link has ended.", ""),
        ),
        copyable(link.address, "Link", "invite-link"),
        role="status",
        class_name="inset stack",
    )


def filters() -> rx.Component:
    """Search and filter, above the list."""
    return rx.el.div(
        rx.el.label("Search people", html_for="people-search", class_name="sr-only"),
        rx.input(
            rx.input.slot(rx.icon("search", size=16)),
            id="people-search",
            type="search",
            placeholder="Search name or email",
            default_value=PeopleState.search,
            on_change=lambda typed: PeopleState.find(typed).debounce(150),
            key=PeopleState.cleared,
            class_name="search",
        ),
        rx.el.fieldset(
            rx.el.legend("Show", class_name="sr-only"),
            *(_filter(key, label) for key, label in FILTERS.items()),
            id="people-filter",
            class_name="segments",
        ),
        class_name="line filters",
    )


def _filter(key: str, label: str) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="people-filter",
            value=key,
            checked=PeopleState.shown == key,
            on_change=lambda _picked: PeopleState.show(key),
            class_name="sr-only",
        ),
        rx.el.span(label, class_name="segment"),
        class_name="filter-choice",
        custom_attrs={"data-filter": key},
    )


def people_list() -> rx.Component:
    """Everybody who matches, as a table that narrow screens draw as cards."""
    columns = ("Person", "Role", "Status", "Last seen", "Actions")
    return rx.cond(
        _view.rows,
        card(
            rx.el.div(
                rx.el.table(
                    rx.el.thead(
                        rx.el.tr(
                            *(
                                rx.el.th(label, scope="col", role="columnheader")
                                for label in columns
                            ),
                            role="row",
                        ),
                        role="rowgroup",
                    ),
                    rx.el.tbody(rx.foreach(_view.rows, _row), role="rowgroup"),
                    role="table",
                    aria_label="People",
                    class_name="table as-cards people-rows",
                ),
                class_name="table-scroll",
                role="region",
                aria_label="People",
                tab_index=0,
            ),
            rx.cond(_view.pages > 1, _pages()),
            id="people-list",
        ),
        empty_state(
            "search-x",
            "Nobody matches",
            "Try another word or another filter.",
            rx.button("Show all", variant="soft", on_click=PeopleState.reset_filters),
        ),
    )


def _pages() -> rx.Component:
    return rx.el.nav(
        small_button(
            "Back", PeopleState.turn(-1), disabled=_view.page == 0, id="people-back", size="1"
        ),
        rx.el.span("Page ", _view.page + 1, " of ", _view.pages),
        small_button(
            "Next",
            PeopleState.turn(1),
            disabled=_view.page + 1 == _view.pages,
            id="people-next",
            size="1",
        ),
        aria_label="Pages of people",
        class_name="pages note",
    )


def _row(row: PersonRow) -> rx.Component:
    return rx.el.tr(
        rx.el.td(
            rx.cond(row.name != "", rx.el.b(row.name), rx.el.b(row.email)),
            rx.cond(row.is_self, rx.el.span(" (you)", class_name="muted")),
            rx.cond(row.name != "", rx.el.small(row.email)),
            role="cell",
            class_name="wraps",
        ),
        rx.el.td(rx.cond(row.is_invitation, _role_words(row), _role(row)), role="cell"),
        rx.el.td(_status(row), role="cell"),
        rx.el.td(
            rx.cond(
                row.is_invitation,
                rx.fragment(
                    rx.cond(row.status == "invited", "ends ", "ended "), time_element(row.seen)
                ),
                rx.cond(
                    row.seen.text != "",
                    rx.fragment("seen ", time_element(row.seen)),
                    "never seen",
                ),
            ),
            role="cell",
            class_name="muted",
        ),
        rx.el.td(
            rx.cond(
                PeopleState.asked == row.id,
                _question(row),
                rx.cond(row.is_invitation, _invitation_actions(row), _person_actions(row)),
            ),
            role="cell",
        ),
        role="row",
        custom_attrs={"data-id": row.id, "data-status": row.status, "data-email": row.email},
    )


def _status(row: PersonRow) -> rx.Component:
    tone: Any = rx.match(
        row.status, ("active", "complete"), ("invited", "running"), ("expired", "unknown"), "none"
    )
    return badge(row.status_label, tone)


def _role_words(row: PersonRow) -> rx.Component:
    return rx.fragment(rx.match(row.role, *ROLES.items(), row.role))


def _role(row: PersonRow) -> rx.Component:
    return rx.el.select(
        *(rx.el.option(label, value=role) for role, label in ROLES.items()),
        value=row.role,
        on_change=lambda role: PeopleState.set_role(row.id, role),
        aria_label="Role of " + row.name,
        class_name="input select",
    )


def _invitation_actions(row: PersonRow) -> rx.Component:
    return rx.el.div(
        _action("New link", PeopleState.invite_again(row.id), "New link for ", row.email),
        _action("Withdraw", PeopleState.withdraw(row.id), "Withdraw the invitation of ", row.email),
        class_name="line",
    )


def _person_actions(row: PersonRow) -> rx.Component:
    return rx.cond(
        row.status == "active",
        rx.el.div(
            _action(
                "Password link", PeopleState.make_reset_link(row.id), "Password link for ", row.name
            ),
            rx.cond(
                row.is_self,
                rx.fragment(),
                _action("Deactivate", PeopleState.ask(row.id), "Deactivate ", row.name),
            ),
            class_name="line",
        ),
        _action("Activate", PeopleState.activate(row.id), "Activate ", row.name),
    )


def _question(row: PersonRow) -> rx.Component:
    return rx.el.div(
        rx.el.span("Sign them out and stop their drafts?"),
        rx.button(
            "Deactivate",
            on_click=PeopleState.deactivate(row.id),
            color_scheme="red",
            size="1",
            type="button",
            id="confirm-deactivate",
        ),
        small_button("Cancel", PeopleState.ask(""), size="1"),
        role="group",
        aria_label="Deactivate " + row.name,
        class_name="line",
    )


def _action(label: str, on_click: Any, does: str, whom: Any) -> rx.Component:
    return small_button(label, on_click, size="1", aria_label=does + whom)
