"""Quillhaven's interviews for its frontend engineer."""

from feedback_app.db.demo_data.jobs import FRONTEND
from feedback_app.db.demo_data.shapes import DemoCandidate, DemoCard, DemoInterview

_PRIYA = DemoCandidate(
    name="Priya Venkataraman",
    headline="Frontend engineer at a rail operator, five years",
    cv="""\
Priya Venkataraman
Frontend engineer, TypeScript and CSS

Rail operator, ticket machines and web shop (2021 to now)
- The seat map: 9 kB, works by keyboard, replaced a 400 kB plugin.
- Brought the shop from 61 open accessibility findings to 3.
- Teaches the monthly "use it with the screen off" hour to product and design.

Design studio (2019 to 2021)
- Marketing sites and one very large museum catalogue.

BA Graphic Design, then a conversion MSc in Computer Science.
Letterpress printer on weekends.
""",
)

_DIEGO = DemoCandidate(
    name="Diego Fuentes Marín",
    headline="Frontend engineer at an accounting start-up, three years",
    cv="""\
Diego Fuentes Marín
Frontend engineer

Accounting start-up (2022 to now): React and TypeScript. Built the bank matching screen that \
accountants live in; 70 keyboard shortcuts, all of them asked for. Second engineer of a team of \
nine.

Language school (2020 to 2022): wrote its timetable app while teaching Spanish there; 800 people \
use it every week.

Self-taught, then a year at a coding school. Languages: Spanish, English, Portuguese.
""",
)

_GRACE = DemoCandidate(
    name="Grace Mbeki-Lowell",
    headline="Web developer at a news publisher, eight years",
    cv="""\
Grace Mbeki-Lowell
Web developer

News publisher (2017 to now)
- Article pages: half the JavaScript, a second faster on a cheap phone.
- Live blogs that survive election night.

Freelance (2015 to 2017)
- WordPress sites for schools and surgeries.

HTML, CSS, JavaScript, PHP, some React. BA English Literature.
""",
)

FRONTEND_INTERVIEWS = (
    DemoInterview(
        job=FRONTEND,
        candidate=_PRIYA,
        kind="Portfolio and live coding",
        days_ago=3,
        hour=11,
        duration_min=60,
        cards=(
            DemoCard(
                email="interviewer@demo.test",
                notes="""\
[00:04] Shows the seat map. One SVG, roving tabindex, arrow keys move by row. "A seat is a \
checkbox, so I made it one."
[00:11] Asks what our box office staff use: laptop, touch, both? Good question, nobody else asked.
[00:15] Walks through a mistake: live region that announced every seat of a full row. A user told \
her to "please make it stop". Now announces the count.
[00:22] Live coding: the price filter. Starts from the markup, no framework until it works.
[00:31] State gets tangled, three booleans where one value would do. Sees it herself, starts over, \
loses six minutes.
[00:40] Works. Focus goes back to the button that opened it, without a prompt from me.
[00:46] Explains focus order to our product manager (he joined late) with a paper ticket roll. He \
got it.
[00:52] Her questions: who decides what ships, how do we hear from venues.
""",
                ratings=(
                    (3, "Seat map in 9 kB; live coding tangled its state once, then clean."),
                    (4, "Keyboard and focus were right without a prompt."),
                    (3, "Saw her own tangle and started over."),
                    (4, "Explained focus order to a product manager with a roll of tickets."),
                ),
            ),
        ),
    ),
    DemoInterview(
        job=FRONTEND,
        candidate=_DIEGO,
        kind="Technical interview",
        days_ago=0,
        hour=9,
        duration_min=60,
        cards=(DemoCard(email="interviewer@demo.test"),),
    ),
    DemoInterview(
        job=FRONTEND,
        candidate=_GRACE,
        kind="Technical interview",
        days_ago=13,
        hour=15,
        duration_min=60,
        cards=(
            DemoCard(
                email="interviewer@demo.test",
                notes="""\
Performance answers were the best I have heard: budgets per page, measured on the phone she keeps \
in her drawer. "If it is slow on this, it is slow."

The exercise did not come together. She rebuilt the form three times, each time from a different \
example, and at the end it submitted twice. When I asked which state the button was in, she could \
not say.

Accessibility: knows labels and contrast, had not heard of focus management in dialogs.

Kind, direct, explained her live blog so that I could draw it.
""",
                ratings=(
                    (2, "Excellent on performance, but the exercise submitted twice."),
                    (2, "Labels and contrast yes; focus management was new to her."),
                    (1, "Rebuilt the form three times without finding the cause."),
                    (3, "Explained the live blog so that I could draw it."),
                ),
                recommendation="no",
                feedback="""\
## Summary

Grace knows a great deal about fast pages and explains it well. The exercise, on interactive \
state, did not come together.

## Strengths

- **Communication**: explained her live blog "so that I could draw it".
- Measures performance on a cheap phone: "If it is slow on this, it is slow."

## Concerns

- **Problem solving**: rebuilt the form three times, "each time from a different example", and at \
the end it submitted twice.
- **Interface craft**: could not say which state the button was in.
- **Accessibility**: "had not heard of focus management in dialogs".

## Interviewer's recommendation

No.
""",
                submitted=True,
            ),
        ),
    ),
)
