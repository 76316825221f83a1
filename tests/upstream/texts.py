"""Texts for the upstream to answer with: feedback as a model would write it, cut into tokens."""

import re
from itertools import cycle, islice

FEEDBACK = """\
## Summary

Priya showed solid backend judgement and explained her choices clearly. She reached a working \
design for the rate limiter within the hour and defended it well, but needed two prompts before \
she considered what happens when the shared store is slow.

## Strengths

- **System design:** she named the trade-off between a fixed and a sliding window without being \
asked, and chose the sliding window because of the burst at the edge of a minute.
- **Communication:** she repeated each requirement in her own words before drawing anything, and \
said "I have not measured that" where she was guessing.
- **Debugging:** given the failing trace, she narrowed it to the connection pool in four minutes \
by halving the request path.

## Concerns

- **Failure handling:** the first design had no answer for a store that takes two seconds to \
reply. After a hint she added a timeout and a local fallback, but not a way to notice it.
- **Testing:** she described only the happy path; boundary cases came up when asked directly.

## Evidence

> "If the counter lives in one place, that place is now part of every request."

She said this at minute 18 and then moved the counter behind a small cache, which is the change \
that made the rest of the design hold.

## Recommendation

Evidence points towards **yes** for a mid-level role. A second conversation about operations \
would settle whether she is ready for the on-call rota.
"""

OBEDIENT = """\
[verdict] Strong on system design (4) and ownership (4); concerns in debugging (2).

## Strengths

- **System design**: She began with questions, not boxes, and brought up the duplicate answer \
before I did. [3] Drew two append-only tables: "the balance is a sum, so nobody can ever edit \
it." [3]
- **Ownership**: Gives the number at which her own design stops being right: 200 payouts a second, \
and the arithmetic held. [5]
- **Code quality**: Finished in 25 minutes with tests first and named things well. [7]
- **Collaboration**: Sat with support for two days before writing the incident guide, and gave \
credit to a junior colleague by name. [11]

## Concerns

- **Debugging**: Held on to a lock theory for about ten minutes although the lock view was empty, \
and needed a hint to look at time zones. [9] On the plus side, she asked for the query plan \
straight away. [9]
- **Code quality**: Left money as floats in one helper; fixed it and added a test when I pointed \
at it. [7]
"""
"""What a model that does as it is told writes of the demo's notes about Amara Osei-Tutu."""

SLOPPY = """\
```markdown
As an AI language model, I have reviewed the notes of the interviewer.

# Feedback for Amara Osei-Tutu

## Summary

On 26 November, Maren Lindqvist interviewed Amara. The interviewer rated System design 4 [3][99].

## Strengths

* **System Design** - she \\"began with questions, not boxes\\" [line 3] and knows Kafka [5-2].
* Left money as floats in one helper [7].
* Great culture fit! [0]

## Areas not assessed

- Leadership was not assessed, and no reason was given for **Collaboration** [12, 40-44].

## Hiring decision

I would score her 9/10: **Strong hire**. [1
```
"""
"""What a model that does not writes of the same notes."""

MULTILINGUAL = """\
## Résumé 👩🏽‍💻

Zoë Nuñez-Ōkubo a très bien répondu 👍🏽: 「システム設計」 was discussed in 日本語 and English.

- שלום: the right-to-left part of the notes, والعربية أيضًا, stays whole.
- Combining marks: e\u0301, n\u0303, a\u030a and क्षि, flags 🇳🇱🇯🇵, family 👨‍👩‍👧‍👦, music 𝄞.
- A line separator\u2028and a paragraph separator\u2029, a next-line\u0085and a form feed\u000c.
"""

REASONING = (
    "The ratings lean positive: system design 4, communication 3. ",
    "Failure handling is the one concern with evidence behind it. ",
    "Keep the quote, name the hint, and do not overstate the strengths.",
)

_TOKEN = re.compile(r"\s*\S{1,6}|\s+$")


def tokens_of(text: str) -> tuple[str, ...]:
    """Cut a text into word-like pieces that join back to exactly this text."""
    return tuple(_TOKEN.findall(text))


def feedback_tokens(count: int) -> tuple[str, ...]:
    """Exactly `count` tokens of feedback; the text repeats where it is too short."""
    return tuple(islice(cycle(tokens_of(f"{FEEDBACK}\n")), count))
