"""Tells what is said of a person from what is said of a system, or of work on the same topic.

The lists name classes of words for it: `person` (she, the candidate), `thing` (code, app, node),
`made` (built, led), `link` (for, about) and `while` (words that begin another statement).
"""

from collections.abc import Sequence

from feedback_app.feedback.personal.lexicon import Hit, Symbols
from feedback_app.feedback.personal.rules import Tier

_MADE_REACH = 9
"""Words between "built" and what it was built for."""
_THING_REACH = 6
"""Words between "app" and whom it is for."""


def counts(hit: Hit, symbols: Symbols, opens: Sequence[bool], first: int, last: int) -> bool:
    """Whether a hit is a remark, given the clause it stands in: words `first` to `last` - 1."""
    if _names_a_thing(hit.end, symbols, opens, last):
        return False
    if hit.rule.tier is Tier.ALWAYS:
        return True
    if _is_about_work(hit.start, symbols, first):
        return False
    return hit.rule.tier is Tier.TOPIC or _is_said_of_person(hit, symbols, first)


def _names_a_thing(end: int, symbols: Symbols, opens: Sequence[bool], last: int) -> bool:
    """Whether the words go on into the name of a thing ("children component", "native app")."""
    return end < last and not opens[end] and "<thing>" in symbols[end]


def _is_about_work(start: int, symbols: Symbols, first: int) -> bool:
    """Whether the words stand for what was worked on ("built an app for pregnant women")."""
    linked = False
    for at in range(start - 1, max(first, start - _MADE_REACH) - 1, -1):
        here = symbols[at]
        if "<while>" in here:
            return False
        if "<made>" in here:
            return True
        linked = linked or "<link>" in here
        if linked and "<thing>" in here and start - at <= _THING_REACH:
            return True
    return False


def _is_said_of_person(hit: Hit, symbols: Symbols, first: int) -> bool:
    """Whether the nearest subject is a person; notes often leave it out, then it is one, too."""
    if any("<person>" in own for own in symbols[hit.start : hit.end]):
        return True
    for at in range(hit.start - 1, first - 1, -1):
        if "<person>" in symbols[at]:
            return True
        if "<thing>" in symbols[at]:
            return False
    return True
