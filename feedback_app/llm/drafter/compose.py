"""Words a draft: a pure function from an interview's facts to Markdown.

Everything between quotation marks is the interviewer's; the rest only says what was rated, what
was not, and what is missing. Phrasing varies by position, so the same facts give the same text.
"""

from collections.abc import Sequence

from feedback_app.llm.assessment import RATING_LABELS, RECOMMENDATION_LABELS, Assessment
from feedback_app.llm.drafter.markdown import inline, quote, sentence
from feedback_app.llm.drafter.plan import Plan, Point, make_plan

_NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905
MOST_NAMED = 6
"""Rated competencies up to which the summary names each."""

_WITH_REASON = (
    "**{name}** was {rating}. The reason given: {quotes}",
    "**{name}** ({rating}): {quotes}",
    "**{name}**, {rating}: {quotes}",
    "**{name}** is {rating}. In the interviewer's words: {quotes}",
)
_WITHOUT_REASON = ("**{name}** was {rating}", "**{name}** ({rating})", "**{name}** is {rating}")
_FROM_NOTES = (
    "The notes add {quotes}",
    "From the notes: {quotes}",
    "Noted in the interview: {quotes}",
    "The notes record {quotes}",
)
_AGAINST = (
    "To set against it: {quotes}",
    "Against this, the notes say {quotes}",
    "A counterweight from the notes: {quotes}",
)
_UNEXPLAINED = (
    "No reason was given, and no note bears on it directly",
    "It came without a reason or a matching note",
    "Neither a reason nor a note explains this rating",
)


def compose(assessment: Assessment) -> str:
    """The feedback as Markdown, ending in a newline."""
    if not assessment.has_evidence:
        return _nothing_to_assess(assessment)
    plan = make_plan(assessment)
    judged = any(c.rating is not None or c.reason.strip() for c in assessment.competencies)
    if not plan.remarks and not judged:
        return _nothing_to_assess(assessment)
    parts = [
        "## Summary\n\n" + _summary(assessment, plan),
        "## Strengths\n\n" + _section(plan.strengths, plan.praised, 0, _no_strengths(plan)),
        "## Concerns\n\n"
        + _section(plan.concerns, plan.faulted, len(plan.strengths), _no_concerns(plan)),
    ]
    if also := _also_noted(plan):
        parts.append("## Also noted\n\n" + also)
    parts.append("## Interviewer's recommendation\n\n" + _recommendation(assessment))
    return "\n\n".join(parts) + "\n"


def _nothing_to_assess(assessment: Assessment) -> str:
    whose = inline(assessment.candidate) or "this candidate"
    text = (
        "## Summary\n\n"
        f"There is nothing to assess yet: the record of the interview with {whose} holds no "
        "notes to quote, no ratings and no reasons.\n\n"
        "Add a note about what was said, or rate a competency and say why. "
        "Then generate the feedback again.\n"
    )
    if assessment.recommendation is None:
        return text
    return f"{text}\n## Interviewer's recommendation\n\n{_recommendation(assessment)}\n"


def _summary(assessment: Assessment, plan: Plan) -> str:
    said = [_occasion(assessment), *_ratings(assessment), *_basis(assessment, plan)]
    if plan.closing:
        said.append(sentence(f"The interviewer sums up: {quote(plan.closing)}"))
    return " ".join(said)


def _occasion(assessment: Assessment) -> str:
    candidate = inline(assessment.candidate) or "the candidate"
    interviewer = inline(assessment.interviewer) or "the interviewer"
    job, department = inline(assessment.job), inline(assessment.department)
    kind = inline(assessment.kind)
    day = f"{assessment.held_on.day} {assessment.held_on:%B %Y}"
    words = f"On {day}, {interviewer} interviewed {candidate}"
    words += f" for the role of {job}" if job else ""
    aside = "; ".join(part for part in (department, kind) if part)
    return words + (f" ({aside})." if aside else ".")


def _ratings(assessment: Assessment) -> list[str]:
    competencies = assessment.competencies
    if not competencies:
        return ["The record names no competencies."]
    unrated = [c.name for c in competencies if c.rating is None]
    if len(unrated) == len(competencies):
        if len(unrated) == 1:
            return [f"The one competency on record, {_listed(unrated)}, was not assessed."]
        every = f"None of the {_number(len(unrated))} competencies on record was assessed"
        return [f"{every}: {_listed(unrated)}."]
    rated = len(competencies) - len(unrated)
    groups: list[str] = []
    for rating, label in sorted(RATING_LABELS.items(), reverse=True):
        names = [c.name for c in competencies if c.rating == rating]
        if names and rated <= MOST_NAMED:
            groups.append(f"{_listed(names)} {label}")
        elif names:
            groups.append(f"{_number(len(names))} {'is' if len(names) == 1 else 'are'} {label}")
    if rated == 1:
        said = [f"The interviewer rated {groups[0]}."]
    elif rated <= MOST_NAMED:
        said = [f"The interviewer rated {'; '.join(groups)}."]
    else:
        said = [f"Of {_number(rated)} rated competencies, {_joined(groups)}."]
    if unrated:
        said.append(f"{_listed(unrated)} {'was' if len(unrated) == 1 else 'were'} not assessed.")
    return said


def _basis(assessment: Assessment, plan: Plan) -> list[str]:
    """What the draft rests on, where that is little."""
    reasons = any(c.reason.strip() for c in assessment.competencies)
    ratings = any(c.rating is not None for c in assessment.competencies)
    if plan.remarks == 0:
        held = [kind for kind, there in (("ratings", ratings), ("reasons", reasons)) if there]
        alone = "" if len(held) == 2 else " alone"
        return [f"There are no notes; this draft rests on the {' and '.join(held)}{alone}."]
    if plan.remarks == 1 and not ratings and not reasons:
        return ["This draft rests on a single note."]
    return []


def _section(points: Sequence[Point], observed: Sequence[str], first: int, empty: str) -> str:
    bullets = [f"- {_point(point, first + i)}" for i, point in enumerate(points)]
    bullets += [f"- {sentence(quote(text))}" for text in observed]
    return "\n".join(bullets) or empty


def _point(point: Point, position: int) -> str:
    rating = point.competency.rating
    name = inline(point.competency.name) or "Unnamed competency"
    label = f"rated {rating} of 4, {RATING_LABELS[rating]}" if rating else "not rated"
    form = _turn(_WITH_REASON if point.reasons else _WITHOUT_REASON, position)
    said = [form.format(name=name, rating=label, quotes=_quotes(point.reasons))]
    if point.support:
        quotes = _quotes([note.text for note in point.support])
        said.append(_turn(_FROM_NOTES, position).format(quotes=quotes))
    if point.against:
        quotes = _quotes([note.text for note in point.against])
        said.append(_turn(_AGAINST, position).format(quotes=quotes))
    if point.reason_withheld:
        said.append("A reason that touches on personal circumstances is not quoted")
    elif len(said) == 1 and not point.reasons:
        said.append(_turn(_UNEXPLAINED, position))
    return " ".join(sentence(part) for part in said)


def _no_strengths(plan: Plan) -> str:
    if not plan.concerns and not plan.strengths:
        return "No strength is stated plainly in the notes."
    if not plan.remarks:
        return "No competency was rated Good or Outstanding."
    return "No competency was rated Good or Outstanding, and the notes state no strength plainly."


def _no_concerns(plan: Plan) -> str:
    if not plan.concerns and not plan.strengths:
        return "No concern is stated plainly in the notes."
    if not plan.remarks:
        return "No competency was rated Mixed or Poor."
    return "No competency was rated Mixed or Poor, and the notes state no concern plainly."


def _also_noted(plan: Plan) -> str:
    bullets = [
        sentence(
            f"**{inline(p.competency.name)}** was not rated, but commented on: {_quotes(p.reasons)}"
        )
        for p in plan.reasons_only
    ]
    bullets += [sentence(quote(text)) for text in plan.also_noted]
    said = "\n".join(f"- {bullet}" for bullet in bullets)
    left_out: list[str] = []
    if plan.not_quoted:
        one = plan.not_quoted == 1
        more = plan.remarks > plan.not_quoted + plan.personal
        remarks = f"{'further ' if more else ''}{'remark is' if one else 'remarks are'}"
        count = _number(plan.not_quoted).capitalize()
        whole = "it" if one else "them"
        left_out.append(f"{count} {remarks} left out here; the notes have {whole} in full.")
    if plan.personal:
        some = "remark that touches" if plan.personal == 1 else "remarks that touch"
        verb = "is" if plan.personal == 1 else "are"
        count = _number(plan.personal).capitalize()
        left_out.append(f"{count} {some} on personal circumstances {verb} not quoted.")
    return "\n\n".join(part for part in (said, " ".join(left_out)) if part)


def _recommendation(assessment: Assessment) -> str:
    named = inline(assessment.interviewer)
    interviewer = f"The interviewer, {named}," if named else "The interviewer"
    if assessment.recommendation is None:
        return f"{interviewer} has not given a recommendation yet."
    label = RECOMMENDATION_LABELS[assessment.recommendation]
    return f"{interviewer} gave this recommendation: **{label}**."


def _turn(forms: Sequence[str], position: int) -> str:
    return forms[position % len(forms)]


def _quotes(texts: Sequence[str]) -> str:
    return _joined([quote(text) for text in texts])


def _listed(names: Sequence[str]) -> str:
    return _joined([inline(name) for name in names])


def _joined(parts: Sequence[str]) -> str:
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else f"{count:,}"
