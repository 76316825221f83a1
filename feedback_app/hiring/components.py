"""The pieces of a job's page: its description, and the proposal that fills in next to it."""

from typing import Any

import reflex as rx
from reflex.experimental import ClientStateVar

from feedback_app.auth.state import AuthState
from feedback_app.hiring.metadata import LEVELS
from feedback_app.hiring.state import JobState
from feedback_app.live.panel import Panel, action_bar, generation_error, outcome, reasoning
from feedback_app.ui.browser import scroll_to
from feedback_app.ui.components import card
from feedback_app.ui.editor import (
    Draftbook,
    SavedArea,
    conflict_banner,
    save_label,
    sent_again,
    typed_area,
)

_JOB = JobState.job
_STATE: Any = JobState
"""The state's attributes as the browser has them."""
DESCRIPTION = Draftbook("jobtext")
"""The browser's own record of the description's editor."""
FIELDS = Draftbook("jobfield")
"""Its record of the proposal's field that was typed in last."""
FIELD_OF: Any = ClientStateVar.create("jobfieldof", default="")
"""The name of that field."""
_DESCRIPTION = SavedArea(
    book=DESCRIPTION,
    owner=_JOB.id,
    text=JobState.description,
    revision=JobState.description_revision,
    beginning=JobState.revision,
    acked=JobState.description_save.acked,
    save=JobState.describe,
)
_PROPOSAL = JobState.proposal
_TOP = "proposal-top"
"""Where a narrow window scrolls to at a start, as the fields fill in below the description."""

PANEL = Panel(
    live=JobState,
    subject_id=_JOB.id,
    button="generate-metadata",
    label=rx.cond(JobState.offline, "Fill in from the description", "Fill in with AI"),
    is_offline=JobState.offline,
    offline_words="Read by rules, without an AI model",
    may_start=JobState.has_description,
    has_facts=JobState.has_description,
    hint="Paste the job description first.",
    quote=JobState.quote,
    noun="proposal",
)


def description() -> rx.Component:
    """The job description, as somebody pasted it."""
    return card(
        rx.el.div(
            rx.heading("Job description", as_="h2", size="3", weight="medium"),
            save_label("description-status", DESCRIPTION, _JOB.id, JobState.description_save),
            class_name="split card-head",
        ),
        rx.cond(
            JobState.conflict,
            conflict_banner(
                "description",
                "Somebody else changed this description. Which should stay?",
                mine=(
                    "keep-my-description",
                    "Mine",
                    JobState.keep_mine(_JOB.id, DESCRIPTION.text.value, DESCRIPTION.stamp.value),
                ),
                other=(
                    "show-other-description",
                    "Theirs",
                    [DESCRIPTION.stamp.set_value(0), JobState.show_other(_JOB.id)],
                ),
            ),
        ),
        *DESCRIPTION.vars(),
        _begin_description(key=f"{_JOB.id} {JobState.revision}"),
        rx.cond(AuthState.returns > 0, _send_description_again(key=f"{AuthState.returns}")),
        _description_editor(key=_DESCRIPTION.editor_key()),
    )


@rx.memo
def _begin_description(rest: rx.RestProp) -> rx.Component:
    return _DESCRIPTION.begin()


@rx.memo
def _send_description_again(rest: rx.RestProp) -> rx.Component:
    return _DESCRIPTION.again()


@rx.memo
def _description_editor(rest: rx.RestProp) -> rx.Component:
    return _DESCRIPTION.editor(
        id="job-description",
        placeholder="Paste the job description here. Everything is saved as you type.",
        aria_label="Job description",
        class_name="input",
        rows="18",
    )


def proposal() -> rx.Component:
    """The generator, and what the description is read as: while it arrives, then as a form."""
    return rx.el.section(
        rx.el.span(id=_TOP, class_name="narrow-anchor", aria_hidden="true"),
        action_bar(PANEL, scroll_to(_TOP, block="start")),
        generation_error(PANEL),
        reasoning(PANEL),
        rx.cond(
            JobState.outcome != "",
            rx.el.p(JobState.outcome, role="status", id="job-outcome", class_name="banner near"),
        ),
        rx.cond(
            PANEL.running,
            _coming(),
            rx.cond(_PROPOSAL.call_id != "", _form(), _present()),
        ),
        rx.el.div(outcome(PANEL), class_name="line paper-foot"),
        id="generation-panel",
        class_name="card",
        custom_attrs={"data-phase": JobState.phase},
        aria_label="What the job asks for",
    )


def _coming() -> rx.Component:
    """The fields as they are being written."""
    return rx.el.div(
        _shown("Title", JobState.title_now),
        _shown("Level", JobState.level_now),
        _list("Competencies", rx.foreach(_STATE.competencies_now, _competency)),
        _list("Must-haves", rx.foreach(_STATE.must_haves_now, rx.el.li)),
        id="job-fields-coming",
        class_name="field job-fields",
    )


def _present() -> rx.Component:
    """The job's present requirements."""
    return rx.el.div(
        _shown("Title", _JOB.title),
        _shown("Level", _JOB.level),
        _list("Competencies", rx.foreach(_STATE.job.competencies, _competency)),
        _list("Must-haves", rx.foreach(_STATE.job.must_haves, rx.el.li)),
        id="job-fields",
        class_name="field job-fields",
    )


def _shown(label: str, value: Any) -> rx.Component:
    return rx.el.div(
        rx.el.h3(label, class_name="field-label"),
        rx.el.p(rx.cond(value != "", value, "—"), dir="auto"),
    )


def _list(label: str, items: rx.Component) -> rx.Component:
    return rx.el.div(rx.el.h3(label, class_name="field-label"), rx.el.ul(items))


def _competency(row: Any) -> rx.Component:
    return rx.el.li(
        rx.el.strong(row[0]),
        rx.cond(row[1] != "", rx.fragment(": ", row[1])),
        dir="auto",
    )


def _form() -> rx.Component:
    """The proposal, to be changed, confirmed or discarded."""
    call = _PROPOSAL.call_id
    return rx.el.div(
        *FIELDS.vars(),
        FIELD_OF,
        rx.cond(AuthState.returns > 0, _send_field_again(key=f"{AuthState.returns}")),
        rx.el.p(
            "A proposal. The job does not change until you confirm it.",
            class_name="muted",
        ),
        _field("title", "Title", _PROPOSAL.title, rows="1"),
        rx.el.label("Level", html_for="job-level", class_name="field-label"),
        rx.el.select(
            *(rx.el.option(label, value=level) for level, label in LEVELS.items()),
            id="job-level",
            default_value=_PROPOSAL.level,
            key=f"{call} {JobState.fields_revision}",
            on_change=lambda level: JobState.choose_level(call, level),
            class_name="input select",
        ),
        _field(
            "competencies",
            "Competencies, one per line: its name, a colon, and what good looks like",
            _PROPOSAL.competencies,
            rows="8",
        ),
        _field("must_haves", "Must-haves, one per line", _PROPOSAL.must_haves, rows="6"),
        rx.el.div(
            rx.button("Confirm", on_click=JobState.confirm(call), id="confirm-metadata", size="2"),
            rx.button(
                "Discard",
                on_click=JobState.discard(call),
                id="discard-metadata",
                variant="soft",
                color_scheme="gray",
                size="2",
            ),
            save_label("fields-status", FIELDS, call, JobState.fields_save),
            class_name="line",
        ),
        id="job-form",
        class_name="field job-fields",
    )


def _field(name: str, label: str, value: Any, rows: str) -> rx.Component:
    return rx.fragment(
        rx.el.label(label, html_for=f"job-{name}", class_name="field-label"),
        _field_editor(
            name=name,
            identity=f"job-{name}",
            value=value,
            rows=rows,
            key=f"{_PROPOSAL.call_id} {name} {JobState.fields_revision}",
        ),
    )


@rx.memo
def _send_field_again(rest: rx.RestProp) -> rx.Component:
    call = _PROPOSAL.call_id
    return sent_again(
        FIELDS.is_ahead(call, JobState.fields_save.acked),
        JobState.revise(call, FIELD_OF.value, FIELDS.text.value, FIELDS.stamp.value),
    )


@rx.memo
def _field_editor(
    name: rx.Var[str],
    identity: rx.Var[str],
    value: rx.Var[str],
    rows: rx.Var[str],
    rest: rx.RestProp,
) -> rx.Component:
    """One field of the proposal; only another key makes it start over."""
    call = _PROPOSAL.call_id
    is_ahead = FIELDS.is_ahead(call, JobState.fields_save.acked) & (FIELD_OF.value == name)
    resend = JobState.revise(call, name, FIELDS.text.value, FIELDS.stamp.value)
    return typed_area(
        id=identity,
        default_value=rx.cond(is_ahead, FIELDS.text.value.to(str), value),
        on_mount=rx.cond(is_ahead, resend, rx.noop()),
        class_name="input",
        rows=rows,
        dir="auto",
        on_change=lambda text, stamp: [
            *FIELDS.note(call, text, stamp),
            FIELD_OF.set_value(name),
            JobState.revise(call, name, text, stamp),
        ],
    )
