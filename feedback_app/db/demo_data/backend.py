"""Quillhaven's interviews for its senior backend engineer."""

from feedback_app.db.demo_data.shapes import DemoCandidate, DemoCard, DemoInterview, DemoJob

BACKEND = DemoJob(
    department="Engineering",
    title="Senior backend engineer",
    summary=(
        "Quillhaven sells tickets and settles payments for some four thousand independent venues. "
        "This person owns the settlement service: the ledger, the payouts, and what happens when "
        "a bank answers late or twice."
    ),
    competencies=(
        (
            "System design",
            "Breaks an unclear problem into parts, names the trade-offs, and designs for failure.",
        ),
        ("Code quality", "Writes code that is simple, tested and easy for others to change."),
        ("Debugging", "Finds causes by evidence, under pressure, without guessing."),
        ("Collaboration", "Listens, disagrees openly, and makes the people around them better."),
        ("Ownership", "Follows a thing through to people using it, and cares what it costs."),
    ),
)

_AMARA = DemoCandidate(
    name="Amara Osei-Tutu",
    headline="Staff engineer at a parcel carrier, nine years",
    cv="""\
Amara Osei-Tutu
Backend engineer, nine years in logistics and payments

EXPERIENCE

Staff engineer, parcel carrier (2021 to now)
- Leads four engineers on customs billing: 1.2 million invoices a month in eleven currencies.
- Replaced nightly reconciliation by an append-only ledger; unexplained differences fell from \
about 300 a month to 6.
- Wrote the incident guide that the other nine teams now use.

Senior engineer, online grocer (2018 to 2021)
- Rebuilt slot booking as a reservation service with expiry; overselling stopped.
- Took the checkout from 900 ms to 240 ms at the 95th percentile, mostly by asking fewer questions \
of the database.

Software engineer, card processor (2015 to 2018)
- Settlement files for 40 banks, in as many dialects of the same standard.

TOOLS
Python, Go, PostgreSQL, Kafka, Terraform

EDUCATION
BSc Computer Engineering, first class

OUTSIDE WORK
Mentors in a returners' programme; plays bass in a highlife band.
""",
)

_LUKAS = DemoCandidate(
    name="Lukas Brandt",
    headline="Backend engineer at a betting platform, six years",
    cv="""\
Lukas Brandt
Software engineer (Java, Kotlin, some Python)

2020 to now: backend engineer, sports betting platform
- Odds feed: 25,000 updates a second at peak, from five providers.
- Moved 14 services from virtual machines to Kubernetes.
- On call one week in five.

2018 to 2020: software engineer, insurance portal
- REST endpoints and reports for claims handlers.
- Introduced integration tests with real databases.

Education: MSc Informatics, thesis on consensus in lossy networks
Languages: German, English
Interests: long-distance cycling, home automation
""",
)

_SIONE = DemoCandidate(
    name="Sione Taufa",
    headline="Platform engineer at a hospital group, seven years",
    cv="""\
Sione Taufa
Platform and backend engineer

Hospital group, platform engineer (2019 to now)
- Message bus between 31 clinical systems; wrote the replay tool that operators use at night.
- Cut a 40-page release checklist to a pipeline with two approvals.
- Runs the weekly review of everything that paged somebody.

Regional council, developer (2017 to 2019)
- Rates and water billing: migrated 20 years of accounts with a reconciliation report per account.

Python, C#, PostgreSQL, RabbitMQ. Diploma in Software Development.
Volunteer: youth rugby coach, food bank stock system.
""",
)

_OSKAR = DemoCandidate(
    name="Oskar Nyland",
    headline="Backend engineer at a map service, five years",
    cv="""\
Oskar Nyland
Backend engineer

Map service (2021 to now): routing back end in Rust and Python. Built the job that folds 60 GB of \
road changes into the graph every night; it resumes where it stopped.

Student union ticket shop (2018 to 2021, part time): wrote and ran the shop that sold 30,000 \
festival tickets a year, alone at first, later with two others.

BSc Mathematics and Computer Science. Maintains a small open source library for time zones.
""",
)

_BEN = DemoCandidate(
    name="Beniamin Ashworth",
    headline="Engineering lead at a charity platform, eleven years",
    cv="""\
Beniamin Ashworth
Engineering lead, still writing code

Donations platform for charities (2016 to now)
- Third engineer; now leads eight. Took monthly volume from 2 to 48 million.
- Owns direct debit: mandates, retries, refunds, and the phone when a run fails.

Agency developer (2013 to 2016)
- Shops and booking sites, one a month.

PHP, Python, MySQL, PostgreSQL. Talks at local meetups about boring technology.
""",
)

BACKEND_INTERVIEWS = (
    DemoInterview(
        job=BACKEND,
        candidate=_AMARA,
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
        candidate=_LUKAS,
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
        candidate=_SIONE,
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
        candidate=_OSKAR,
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
        candidate=_BEN,
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
