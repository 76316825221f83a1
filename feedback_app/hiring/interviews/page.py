"""The page of one interview."""

from typing import Any

import reflex as rx

from feedback_app import routes
from feedback_app.hiring.checks import MOST_NAME_CHARACTERS
from feedback_app.hiring.fields import (
    archive_button,
    archived_banner,
    choice,
    field,
    group_error,
    heading,
    record_form,
    record_page,
)
from feedback_app.hiring.interviews.schemas import Option
from feedback_app.hiring.interviews.state import HiringInterviewState
from feedback_app.hiring.lists.schemas import LONGEST_SEARCH
from feedback_app.ui.components import card

_STATE: Any = HiringInterviewState
_KINDS = "interview-kinds"
"""The id of the list of kinds."""


def hiring_interview_page() -> rx.Component:
    """One interview, for administrators: who meets whom, when, and what is rated."""
    is_new = _STATE.record_id == routes.NEW
    form = rx.el.div(
        heading(
            rx.cond(is_new, "New interview", _STATE.title),
            routes.ADMIN_INTERVIEWS,
            "Interviews",
            rx.cond(
                is_new,
                rx.fragment(),
                rx.link(
                    "Submitted feedback",
                    href="/interviews/" + _STATE.record_id,
                    size="2",
                    id="interview-feedback",
                ),
            ),
            archive_button(_STATE),
        ),
        archived_banner(
            _STATE, "interviewers no longer find it in their list, unless they have submitted."
        ),
        record_form(
            _STATE,
            card(_what()),
            card(_people(), _covers()),
            element_id="interview-form",
        ),
        id="hiring-interview-page",
        class_name="stack narrow-form",
        custom_attrs={"data-id": _STATE.record_id},
    )
    return record_page(_STATE, form, section=routes.ADMIN_INTERVIEWS, back="interviews")


def _what() -> rx.Component:
    return rx.el.div(
        _candidate(),
        rx.el.div(
            rx.el.div(
                choice(
                    _STATE,
                    "job",
                    "Job",
                    [
                        rx.el.option("Choose a job", value=""),
                        rx.foreach(
                            _STATE.jobs, lambda job: rx.el.option(job.label, value=job.value)
                        ),
                    ],
                    chosen=_STATE.job,
                    on_change=_STATE.choose_job,
                ),
            ),
            field(
                _STATE,
                "kind",
                "Kind",
                most=MOST_NAME_CHARACTERS,
                placeholder="Such as Technical interview",
                list=_KINDS,
            ),
            class_name="field-pair",
        ),
        rx.el.datalist(rx.foreach(_STATE.kinds, lambda kind: rx.el.option(value=kind)), id=_KINDS),
        rx.el.div(
            field(
                _STATE,
                "when",
                "When",
                kind="when",
                hint=rx.fragment("On the clock of ", _STATE.form["zone"], "."),
            ),
            field(_STATE, "minutes", "Length in minutes", kind="number"),
            class_name="field-pair",
        ),
        class_name="stack",
    )


def _candidate() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Candidate", class_name="field-label"),
        rx.el.input(
            type="search",
            default_value="",
            key=_STATE.key,
            on_change=lambda typed: _STATE.find(typed).debounce(150),
            placeholder="Search by name, email or headline",
            aria_label="Search for the candidate",
            max_length=LONGEST_SEARCH,
            name="candidate_search",
            id="candidate-search",
            auto_complete="off",
            class_name="input",
        ),
        rx.cond(
            _STATE.candidates,
            rx.el.div(
                rx.foreach(_STATE.candidates, _found), id="found-candidates", class_name="options"
            ),
            rx.el.p(
                "Nobody matches. ",
                rx.link("Add a candidate", href=routes.admin_candidate(routes.NEW)),
                class_name="note",
            ),
        ),
        group_error(_STATE, "candidate"),
        class_name="field",
    )


def _found(row: Option) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="radio",
            name="candidate",
            value=row.id,
            checked=_STATE.candidate == row.id,
            on_change=lambda _picked: _STATE.choose_candidate(row.id),
        ),
        rx.el.span(row.name, rx.cond(row.note != "", rx.el.small(row.note, class_name="muted"))),
        key=row.id,
        class_name="option",
        custom_attrs={"data-id": row.id},
    )


def _people() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Interviewers", class_name="field-label"),
        rx.el.p("Each writes their own feedback, and finds it in their list.", class_name="note"),
        rx.el.div(
            rx.foreach(_STATE.people, lambda row: _box("person", row, _STATE.key)),
            id="interviewers",
            role="group",
            aria_label="Interviewers",
            class_name="options many",
        ),
        group_error(_STATE, "people"),
        class_name="field",
    )


def _covers() -> rx.Component:
    return rx.el.fieldset(
        rx.el.legend("Competencies they rate", class_name="field-label"),
        rx.cond(
            _STATE.competencies,
            rx.el.div(
                rx.foreach(
                    _STATE.competencies,
                    lambda row: _box("covers", row, _STATE.key + _STATE.job),
                ),
                id="covers",
                class_name="options many",
            ),
            rx.el.p(
                rx.cond(
                    _STATE.job == "",
                    "Choose a job first.",
                    "This job has no competencies yet; they can be added later.",
                ),
                class_name="note",
            ),
        ),
        group_error(_STATE, "covers"),
        class_name="field covers",
    )


def _box(prefix: str, row: Option, key: Any) -> rx.Component:
    return rx.el.label(
        rx.el.input(
            type="checkbox",
            name=prefix + "-" + row.id,
            default_checked=row.chosen,
            key=key + row.id,
        ),
        rx.el.span(row.name, rx.cond(row.note != "", rx.el.small(row.note, class_name="muted"))),
        class_name="option",
        custom_attrs={"data-id": row.id},
    )
