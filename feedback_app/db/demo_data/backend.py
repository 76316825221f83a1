"""Quillhaven's interviews for its senior backend engineer."""

from feedback_app.db.demo_data.backend_candidates import AMARA, BEN, LUKAS, OSKAR, SIONE
from feedback_app.db.demo_data.jobs import BACKEND
from feedback_app.db.demo_data.shapes import DemoCard, DemoInterview

BACKEND_INTERVIEWS = (
    DemoInterview(
        job=BACKEND,
        candidate=AMARA,
        kind="System design interview",
        days_ago=1,
        hour=13,
        duration_min=75,
        cards=(
            DemoCard(
                email="interviewer@demo.test",
                notes="""\
Asked her to design payouts to venues when the bank may answer late, twice or never.

She began with questions, not boxes: who may see a payout, what a venue does when it is late, how \
much money is in flight on a Friday. Then drew two append-only tables, intents and outcomes, and \
said "the balance is a sum, so nobody can ever edit it." Every call to the bank carries the \
intent's id as its idempotency key. She brought up the duplicate answer before I did.

On scale she was careful. I offered her Kafka and she turned it down: "Four thousand venues is one \
PostgreSQL and a queue table. I would write down the number at which that stops being true." Her \
number was 200 payouts a second, and the arithmetic held.

Code exercise (reconcile two files): finished in 25 minutes with tests first. Named things well. \
She left money as floats in one helper; when I pointed at it she winced, fixed it and added a test \
with 0.1 + 0.2.

Debugging: gave her the incident with payouts stuck on the last day of the month. She asked for \
the query plan straight away, but then held on to a lock theory for about ten minutes although \
the lock view was empty. Needed a hint to look at time zones. Afterwards she said herself that \
she "should have thrown that theory away sooner."

Told me about the incident guide she wrote: she sat with support for two days first. Gave credit \
to a junior colleague by name for the best part of it.
""",
                ratings=(
                    (4, "Designed for the late and the double answer before being asked."),
                    (3, "Tests first, clear names; floats for money in one place, fixed at once."),
                    (2, "Held on to a lock theory the evidence did not support; needed a hint."),
                    (3, "Gave credit by name and sat with support before writing the guide."),
                    (4, "Gives the number at which her own design stops being right."),
                ),
                recommendation="yes",
            ),
            DemoCard(email="second@demo.test"),
        ),
    ),
    DemoInterview(
        job=BACKEND,
        candidate=LUKAS,
        kind="Technical interview",
        days_ago=2,
        hour=9,
        duration_min=60,
        cards=(
            DemoCard(
                email="interviewer@demo.test",
                notes="""\
- rate limiter exercise, 40 min
- went straight to Redis + Lua, no questions about load or who is limited
- asked what happens when Redis is away: "then we let everything through" - why? "that is what we \
do"
- code works, one 70-line function, globals, no tests ("would add them later")
- race in the window reset, did not see it; saw it at once when I drew two timelines
- very quick with tooling: profiler open before I finished the sentence, found the hot loop in 3 min
- explained the odds feed well: back pressure, stale odds are worse than none
- pushed back twice without saying why, then "ok, your choice"
- asked good questions about on-call at the end
""",
                ratings=(
                    (2, "Chose the tool first; no questions about load or failure."),
                    (1, "One long function with globals, no tests, and a race."),
                    (4, "Profiler open at once; hot loop found in three minutes."),
                    (2, "Pushed back without giving reasons."),
                    (None, ""),
                ),
                recommendation="no",
            ),
        ),
    ),
    DemoInterview(
        job=BACKEND,
        candidate=SIONE,
        kind="System design interview",
        days_ago=8,
        hour=14,
        duration_min=75,
        cards=(
            DemoCard(
                email="interviewer@demo.test",
                notes="""\
Same payout question as everyone.

Sione thinks in operations: what does the person on call see at 3 a.m.? Drew the replay tool \
before the service. "If I cannot run it again safely, I have not designed it." Good on ordering, \
good on poison messages, honest that he has not worked with money.

Weaker on the data model: one table with a status column, and it took two questions before he saw \
that a late answer would overwrite a refund. Once seen, he reworked the whole thing without fuss.

Clean, plain Python. Tests for the unhappy paths only, which I rather liked.

He runs a weekly review of every page and told me about deleting 60 alerts in a year.
""",
                ratings=(
                    (3, "Strong on replay and ordering; the data model needed two questions."),
                    (3, "Plain, tested where it matters."),
                    (3, "Works from what the operator can see."),
                    (4, "Reworked his design in front of me without a trace of pride."),
                    (4, "Deleted 60 alerts by reviewing every page each week."),
                ),
                recommendation="yes",
                feedback="""\
## Summary

Sione designs from the operator's chair: he drew the tool for running things again before the \
service itself. He has not worked with money yet and says so.

## Strengths

- **System design**: strong on replay and ordering. "If I cannot run it again safely, I have not \
designed it."
- **Collaboration**: reworked his whole design "without fuss" once he saw the problem.
- **Ownership**: runs a weekly review of every page, and deleted 60 alerts in a year.
- **Code quality** and **Debugging**: clean, plain Python, with tests for the unhappy paths.

## Concerns

- His first data model was "one table with a status column"; it took two questions before he saw \
that a late answer would overwrite a refund.

## Interviewer's recommendation

Yes.
""",
                submitted=True,
            ),
        ),
    ),
    DemoInterview(
        job=BACKEND,
        candidate=OSKAR,
        kind="Pair programming",
        days_ago=1,
        hour=9,
        duration_min=90,
        cards=(
            DemoCard(email="interviewer@demo.test"),
            DemoCard(
                email="second@demo.test",
                notes="""\
Paired on the refund endpoint for an hour and a half.

Reads before he types. Found the existing helper for rounding and used it. Small commits, each one \
green. When my suggestion was wrong he said "I think that breaks partial refunds, shall we write \
the test?" and it did.

Slow to ask for help with our framework: fifteen minutes on something I could have told him in one.
""",
                ratings=(
                    (None, ""),
                    (4, "Small green commits; found and used what was there."),
                    (3, "Turned a disagreement into a failing test."),
                    (3, "Contradicted me kindly; could ask sooner."),
                ),
                recommendation="yes",
            ),
        ),
    ),
    DemoInterview(
        job=BACKEND,
        candidate=BEN,
        kind="Hiring manager conversation",
        days_ago=7,
        hour=10,
        duration_min=45,
        cards=(
            DemoCard(
                email="second@demo.test",
                notes="""\
Talked through the failed direct debit run of last spring. He had the timeline in his head: 06:10 \
first alert, 06:25 run stopped, 07:40 banks called, 11:00 every charity told what they would get \
and when. "The apology went out before the fix, because the fix could wait and they could not."

Wants to go back from leading eight people to building. Said he has not designed anything new from \
nothing for three years and is not sure how rusty he is. Neither am I after 45 minutes.
""",
                ratings=(
                    (2, "Nothing designed from scratch for three years, by his own account."),
                    (None, ""),
                    (3, "Knew the incident minute by minute."),
                    (4, "Told every charity what would happen before fixing the cause."),
                    (4, "Picks up the phone himself when a run fails."),
                ),
                recommendation="yes",
                feedback="""\
## Summary

Beniamin carries an incident to its end, and the people it touches come first. What he can design \
from nothing today stayed open in 45 minutes.

## Strengths

- **Ownership**: "The apology went out before the fix, because the fix could wait and they could \
not."
- **Collaboration**: every charity was told "what they would get and when".
- **Debugging**: he had the timeline of the failed run in his head.

## Concerns

- **System design**: he "has not designed anything new from nothing for three years" and is not \
sure how rusty he is.
- **Code quality** was not covered.

## Interviewer's recommendation

Yes.
""",
                submitted=True,
            ),
        ),
    ),
)
