"""The rules for limits: what an administrator sees and sets. Knows nothing of pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from feedback_app.admin.limits import queries
from feedback_app.admin.limits.exceeding import exceeded
from feedback_app.admin.limits.schemas import (
    ChangeRow,
    ExceptionRow,
    LimitField,
    LimitsView,
)
from feedback_app.admin.limits.values import LABELS, Value, in_words, parse, written
from feedback_app.auth.sessions import CurrentUser
from feedback_app.core import clock
from feedback_app.core.errors import Forbidden, Invalid
from feedback_app.core.money import dollars, share_used
from feedback_app.core.settings import get_settings
from feedback_app.db.models import LimitChange, LimitValue
from feedback_app.db.session import database
from feedback_app.llm.admission.admission import month_of
from feedback_app.llm.admission.limit_use import NEAR
from feedback_app.llm.admission.limits import (
    COMPANY_LIMITS,
    PERSON_LIMITS,
    LimitName,
    default_limits,
)
from feedback_app.llm.admission.spending import running, spent
from feedback_app.ui import wording
from feedback_app.ui.choice import Choice

CHANGES_SHOWN = 50


class WrongValues(Invalid):
    """A form contains something unusable; `fields` has a sentence for each such limit."""

    def __init__(self, fields: Mapping[LimitName, str]) -> None:
        noun = "field" if len(fields) == 1 else "fields"
        super().__init__(f"Nothing is saved yet: {len(fields)} {noun} cannot be used.")
        self.fields = fields


@dataclass(frozen=True, slots=True)
class Saved:
    """The outcome of setting limits."""

    changed: int
    warning: str
    """Which of the budgets are already used up, in one sentence; empty if none is."""


async def view(user: CurrentUser) -> LimitsView:
    """The company's limits, how much of them is used, and who changed them.

    Raises:
        Forbidden: not an administrator.
    """
    _check(user)
    now = clock.now()
    async with database().read() as session:
        people = await queries.people(session, user)
        rows = await queries.values(session, user)
        changes = await queries.changes(session, user, CHANGES_SHOWN)
        held = (await running(session, user.company_id)).company
        month = await spent(session, user.company_id, None, *month_of(now))
    names = {person.id: person.name for person in people}
    own = {LimitName(row.name): row for row in rows if row.user_id is None}
    used = {
        LimitName.COMPANY_COST_PER_MONTH: month.cost_microusd + held.cost_microusd,
        LimitName.COMPANY_AT_ONCE: held.calls,
    }
    fields = {name: _field(name, own.get(name), used.get(name), month.unpriced) for name in LABELS}
    return LimitsView(
        company=[fields[name] for name in LABELS if name in COMPANY_LIMITS],
        person=[fields[name] for name in LABELS if name in PERSON_LIMITS],
        people=[Choice(person.id, person.name) for person in people],
        limits=[Choice(name, label) for name, label in LABELS.items() if name in PERSON_LIMITS],
        exceptions=_exceptions(rows, names),
        changes=[
            ChangeRow(
                at=wording.local_time(change.at),
                who=who,
                whose=whose or _whose(LimitName(change.name)),
                label=LABELS[LimitName(change.name)],
                before=change.before,
                after=change.after,
            )
            for change, who, whose in changes
        ],
    )


async def save(user: CurrentUser, typed: Mapping[str, str]) -> Saved:
    """Set the company's limits as typed, all or none.

    Raises:
        Forbidden: not an administrator.
        WrongValues: something typed is not a valid value of its limit.
    """
    _check(user)
    values: dict[LimitName, Value] = {}
    wrong: dict[LimitName, str] = {}
    for name in LABELS:
        if name in typed:
            try:
                values[name] = parse(name, typed[name])
            except Invalid as error:
                wrong[name] = error.message
    if wrong:
        raise WrongValues(wrong)
    return await _set(user, None, values)


async def set_exception(user: CurrentUser, person_id: str, name: str, typed: str) -> Saved:
    """Set a limit for one person only; with nothing typed, remove that person's exception.

    Raises:
        Forbidden: not an administrator.
        NotFound: nobody of the company has that id.
        Invalid: no such limit, or not a valid value of it.
    """
    _check(user)
    if name not in PERSON_LIMITS:
        raise Invalid("Choose a limit.")
    if not person_id:
        raise Invalid("Choose a person.")
    return await _set(user, person_id, {LimitName(name): parse(LimitName(name), typed)})


async def _set(
    user: CurrentUser, person_id: str | None, values: Mapping[LimitName, Value]
) -> Saved:
    changed: dict[LimitName, Value] = {}
    async with database().write() as session:
        await queries.take_turn(session, user)
        if person_id is not None:
            await queries.person(session, user, person_id)
        found = await queries.values(session, user)
        rows = {LimitName(row.name): row for row in found if row.user_id == person_id}
        above = {LimitName(r.name): r.value for r in found if r.user_id is None}
        fallback = {**default_limits(get_settings()), **(above if person_id else {})}
        for name, value in values.items():
            row = rows.get(name)
            before: Value = row.value if row else "default"
            if before == value:
                continue
            if value == "default":
                await session.delete(row)
            else:
                row = row or LimitValue(company_id=user.company_id, user_id=person_id, name=name)
                row.value = value
                session.add(row)
            session.add(
                LimitChange(
                    company_id=user.company_id,
                    user_id=person_id,
                    name=name,
                    before=_told(name, before, fallback[name]),
                    after=_told(name, value, fallback[name]),
                    changed_by=user.id,
                    at=clock.now(),
                )
            )
            changed[name] = value
        await session.flush()
        return Saved(len(changed), await exceeded(session, user, person_id, changed))


def _check(user: CurrentUser) -> None:
    if not user.is_admin:
        raise Forbidden


def _told(name: LimitName, value: Value, fallback: int | None) -> str:
    if value == "default":
        return f"default ({in_words(name, fallback)})"
    return in_words(name, value)


def _whose(name: LimitName) -> str:
    return "Each person" if name.is_personal else "Whole company"


def _field(name: LimitName, row: LimitValue | None, used: int | None, unpriced: int) -> LimitField:
    default = default_limits(get_settings())[name]
    allowed = row.value if row else default
    words, share = "", 0
    if used is not None:
        words = f"{used:,} running now"
        if name.unit == "microusd":
            unknown = f" + {unpriced:,} of unknown cost" if unpriced else ""
            words = f"{dollars(used)}{unknown} used this month"
        if allowed is not None:
            share = 100 if used >= allowed else 100 * used // allowed
            said = share_used(used, allowed)
            words = f"{words}, {said}" if said else words
    return LimitField(
        name=name,
        label=LABELS[name],
        unit="US$" if name.unit == "microusd" else "",
        value=written(name, row.value) if row else "",
        default=in_words(name, default),
        used=words,
        share=f"{share}%",
        level="full" if share >= 100 else "near" if share >= 100 * NEAR else "",
    )


def _exceptions(rows: Sequence[LimitValue], names: Mapping[str, str]) -> list[ExceptionRow]:
    found = [
        ExceptionRow(
            user_id=row.user_id,
            person=names[row.user_id],
            name=row.name,
            label=LABELS[LimitName(row.name)],
            value=in_words(LimitName(row.name), row.value),
        )
        for row in rows
        if row.user_id is not None and row.user_id in names
    ]
    return sorted(found, key=lambda row: (row.person, row.label))
