"""Separates statements about a person from those about a system, or about work on the same topic.

The lists name classes of words for it: `person` (she, the candidate), `thing` (code, app, node),
`users` (users, patients), `made` (built, led), `link` (about, of, with), `for` (for, that),
`of` (of, de), `while` (words that begin another statement), `stop` (is, will, the: words that
end a name), `done` (gebaut: what was done, at the end of a clause), `judged` (good, weak) and, for
where a statement on the candidate goes on, `also` (and) before a `verb` (has, wears).

Three classes name fields of work in which words of the lists mean something else: `coding` (heap,
timeouts), `local` (locale, plurals) and `domain` (form, workflow). They do nothing next to words
that speak of the candidate: `self` (her, mentioned, wears). In Japanese, `break` ends a phrase.
"""

from collections.abc import Sequence

from feedback_app.feedback.personal.ground import Ground
from feedback_app.feedback.personal.lexicon import Hit
from feedback_app.feedback.personal.rules import Tier

Around = Sequence[frozenset[str]]
"""The classes of each word of a sentence, in whatever language, harmless phrases included."""

_MADE_REACH = 9
"""Words between "built" and what it was built for."""
_THING_REACH = 6
"""Words between "app" and those it is for."""
_NAME_REACH = 3
"""Words from a topic to the thing that is named by it ("church donation records")."""
_USERS_REACH = 4
"""Words between users and what is said about them."""
_FIELD_REACH = {"<coding>": 4, "<local>": 6, "<domain>": 5}
"""Words between a word that names a field of work and what means something else in it."""
_FIELD_GROUNDS = {
    "<coding>": frozenset(Ground) - {Ground.LANGUAGE, Ground.ORIENTATION},
    "<local>": frozenset({Ground.ORIGIN, Ground.LANGUAGE}),
    "<domain>": frozenset(Ground) - {Ground.ORIGIN, Ground.LANGUAGE, Ground.AGE},
}
_ENDS_A_NAME = frozenset({"<person>", "<while>", "<stop>", "<link>", "<for>", "<break>"})
_ENDS_A_FIELD = frozenset({"<while>", "<break>"})
_ENDS_AN_AGE = _ENDS_A_FIELD | {"<for>"}
"""What somebody is too old for says nothing of its age."""
_ENDS_USERS = frozenset({"<person>", "<while>", "<stop>"})


def counts(hit: Hit, around: Around, opens: Sequence[bool], first: int, last: int) -> bool:
    """Whether a hit is a remark, given the clause it occurs in: words `first` to `last` - 1."""
    names_person = any("<person>" in own for own in around[hit.start : hit.end])
    if _names_a_thing(hit.end, around, opens, min(last, hit.end + 1)):
        return False
    if not names_person and _is_of_users(hit, around, opens, first, last):
        return False
    if _is_of_a_field(hit, around, opens, first, last):
        return False
    if hit.rule.tier is Tier.ALWAYS:
        return names_person or not _is_for_it(hit.start, around, first)
    if _names_a_thing(hit.end, around, opens, min(last, hit.end + _NAME_REACH)):
        return False
    if _is_about_work(hit.start, around, opens, first) or _is_done(hit.end, around, opens, last):
        return False
    if hit.rule.tier is Tier.TOPIC or names_person:
        return True
    return _is_said_of_person(hit.start, around, opens, first)


def _names_a_thing(end: int, around: Around, opens: Sequence[bool], last: int) -> bool:
    """Whether the words continue as the name of a thing ("children component", "native app")."""
    for at in range(end, last):
        if opens[at] or not _ENDS_A_NAME.isdisjoint(around[at]):
            return False
        if "<thing>" in around[at]:
            return True
    return False


def _is_of_users(hit: Hit, around: Around, opens: Sequence[bool], first: int, last: int) -> bool:
    """Whether it is said about those a product is for ("users with a disability")."""
    before = around[max(first, hit.start - _USERS_REACH) : hit.end]
    if any("<users>" in own for own in before):
        return True
    for at in range(hit.end, min(last, hit.end + _USERS_REACH)):
        if opens[at] or not _ENDS_USERS.isdisjoint(around[at]):
            return False
        if "<users>" in around[at]:
            return True
    return False


def _is_of_a_field(hit: Hit, around: Around, opens: Sequence[bool], first: int, last: int) -> bool:
    """Whether the same phrase says what field of work it is about ("maternity leave workflow")."""
    ends = _ENDS_AN_AGE if hit.rule.ground is Ground.AGE else _ENDS_A_FIELD
    start, end = hit.start, hit.end
    while start > first and not _breaks(start, around, opens):
        if "<while>" in around[start - 1]:
            break
        start -= 1
    while end < last and not _breaks(end, around, opens) and ends.isdisjoint(around[end - 1]):
        end += 1
    if any("<self>" in own for own in around[start:end]):
        return False
    for field, reach in _FIELD_REACH.items():
        near = around[max(start, hit.start - reach) : min(end, hit.end + reach)]
        if hit.rule.ground in _FIELD_GROUNDS[field] and any(field in own for own in near):
            return True
    return False


def _breaks(at: int, around: Around, opens: Sequence[bool]) -> bool:
    """Whether a phrase begins there; in a list of languages none does ("Turkish, Arabic")."""
    return opens[at] and not ("<origin>" in around[at - 1] and "<origin>" in around[at])


def _is_for_it(start: int, around: Around, first: int) -> bool:
    """Whether the words name those that a thing is for ("an app for deaf people")."""
    linked = False
    for at in range(start - 1, max(first, start - _THING_REACH) - 1, -1):
        here = around[at]
        if "<person>" in here or "<while>" in here:
            return False
        if (linked or "<of>" in around[at + 1]) and "<thing>" in here:
            return True
        linked = linked or "<for>" in here
    return False


def _is_about_work(start: int, around: Around, opens: Sequence[bool], first: int) -> bool:
    """Whether the words name what was worked on ("built an app for pregnant women").

    After a comma they do only if something says so ("built an app, mostly for pregnant women").
    """
    linked = near = crossed = False
    for at in range(start - 1, max(first, start - _MADE_REACH) - 1, -1):
        here = around[at]
        if opens[at + 1]:
            crossed, near = True, False
        if "<while>" in here or ("<also>" in here and "<verb>" in around[at + 1]):
            return False
        if "<made>" in here:
            return linked or not crossed
        if "<for>" in here or ("<link>" in here and not crossed):
            linked = near = True
        elif "<link>" in here:
            near = True
        if near and "<thing>" in here and start - at <= _THING_REACH:
            return True
    return False


def _is_done(end: int, around: Around, opens: Sequence[bool], last: int) -> bool:
    """Whether the clause ends in what was done with it ("Medikamentenpläne modelliert")."""
    for at in range(end, min(last, end + _MADE_REACH)):
        if opens[at] or "<while>" in around[at] or "<person>" in around[at]:
            return False
        if "<done>" in around[at]:
            return True
    return False


def _is_said_of_person(start: int, around: Around, opens: Sequence[bool], first: int) -> bool:
    """Whether the nearest subject is a person; notes often leave it out, then it is one, too.

    What was judged in the phrase before ("good tests, old") is no subject.
    """
    passed = crossed = False
    for at in range(start - 1, first - 1, -1):
        if opens[at + 1]:
            if passed:
                return False
            crossed = True
        if "<person>" in around[at] or (passed and "<judged>" in around[at]):
            return True
        if "<thing>" in around[at]:
            if not crossed:
                return False
            passed = True
    return not passed
