"""Quillhaven's interviews in product and design."""

from feedback_app.db.demo_data.jobs import DESIGNER, MANAGER
from feedback_app.db.demo_data.shapes import DemoCandidate, DemoCard, DemoInterview

_HANNAH = DemoCandidate(
    name="Hannah Whitlock",
    headline="Senior product manager at a pharmacy chain, eight years",
    cv="""\
Hannah Whitlock
Product manager

Pharmacy chain (2019 to now)
- Repeat prescriptions at the counter: from 4 minutes to 70 seconds, 600 shops.
- Stopped a two-year loyalty project after six weeks of evidence.
- Spends one Saturday a month working in a shop.

Ticket reseller (2016 to 2019)
- Returns and refunds; wrote the policy that cut complaints by a third.

BSc Psychology. Speaks French and English.
""",
)

_FARID = DemoCandidate(
    name="Farid Rahimi",
    headline="Product owner at a bank, four years",
    cv="""\
Farid Rahimi
Product owner

Retail bank (2021 to now)
- Branch appointment booking; 2.1 million appointments a year.
- Backlog for two teams in two countries; SQL most mornings.

Business analyst, same bank (2018 to 2021)
- Process maps, cost models, one memorable migration.

MSc Operations Research. Certified scrum product owner. Referees amateur football.
""",
)

_YUKI = DemoCandidate(
    name="Yukiko Tanabe-Ross",
    headline="Product designer at a hospital software firm, six years",
    cv="""\
Yukiko Tanabe-Ross
Product designer

Hospital software (2020 to now)
- Medication rounds on a tablet: used one-handed, in gloves, at night.
- Set up a panel of 20 nurses and paid them for their time.

Exhibition design (2018 to 2020)
- Wayfinding for two museums.

MA Interaction Design. Draws a small comic about ward life.
""",
)

_LEILA = DemoCandidate(
    name="Leila Haddad-Novak",
    headline="Designer at a food delivery app, four years",
    cv="""\
Leila Haddad-Novak
Product designer

Food delivery app (2021 to now): restaurant side. The kitchen screen, refunds, and the design \
system's 40 components.

Branding agency (2019 to 2021): identities for two theatres and a brewery.

BA Visual Communication. Arabic, Czech, English.
""",
)

PRODUCT_INTERVIEWS = (
    DemoInterview(
        job=MANAGER,
        candidate=_HANNAH,
        kind="Case interview",
        days_ago=5,
        hour=10,
        duration_min=60,
        cards=(
            DemoCard(
                email="interviewer@demo.test",
                notes="""\
Case: venues complain that refunds take too long, and engineering says that it is the banks.

She would not start with the case. First she wanted to hear what a refund is from the side of the \
person at the counter: who is standing in front of them, what they promise, what they write down. \
I played the box office manager. After five minutes she said "so the wait is not the problem, the \
not knowing is", which is what our own research took two months to find.

Then numbers. Asked for the distribution, not the average. When I gave her a median of 3 days and \
a 95th percentile of 11, she asked how many of the 11s had been refunded by hand, and sketched \
how she would find out. She said plainly what the data could not tell: people who gave up and \
never asked.

Three options with costs: show the state of each refund, pay small refunds out ourselves and \
collect later, renegotiate with the bank. Began with the first. Listed what would not be done \
this quarter and who would be angry about it, by role, and what she would say to each of them. "I \
would rather disappoint finance in March than surprise them in June."

I pushed as the finance director. She held her position, conceded the cap on the amount, and wrote \
the concession down in front of me.

Told me about stopping the loyalty project: six weeks, eleven shops, one page. She showed the \
page. Her director did not like it at first.

Little experience with engineers in the room; at the pharmacy chain development is a supplier. She \
raised this herself and asked how our teams work day to day.
""",
                ratings=(
                    (4, "Found in five minutes what our research took two months to find."),
                    (4, "Said what will not be done, who will be angry and why."),
                    (3, "Distribution before average; named what the data cannot tell."),
                    (4, "Held her position, conceded the cap, wrote it down."),
                ),
                recommendation="strong_yes",
                feedback="""\
## Summary

Hannah reframed the case within five minutes ("so the wait is not the problem, the not knowing \
is") and carried it through to a choice with its costs.

## Strengths

- **Customer insight**: wanted to hear what a refund is "from the side of the person at the \
counter".
- **Prioritisation**: listed what would not be done and who would be angry about it. "I would \
rather disappoint finance in March than surprise them in June."
- **Working with data**: asked for the distribution, not the average, and named the people who \
gave up and never asked.
- **Alignment**: held her position under pressure and wrote the concession down.

## Concerns

- Little experience with engineers in the room; she raised this herself.

## Interviewer's recommendation

Strong yes.
""",
            ),
            DemoCard(
                email="admin@demo.test",
                notes="""\
Sat in for the second half. The part with finance was very good: firm, never sharp. Would like to \
see how she works with engineers before an offer; she asked about that herself.
""",
                ratings=((None, ""), (3, "Clear about what waits."), (None, ""), (4, "")),
                recommendation="yes",
            ),
        ),
    ),
    DemoInterview(
        job=MANAGER,
        candidate=_FARID,
        kind="Case interview",
        days_ago=6,
        hour=13,
        duration_min=60,
        cards=(
            DemoCard(
                email="interviewer@demo.test",
                notes="""\
Same refund case. Went to the data at once and was very good there: wrote the query on the \
whiteboard, caught that my sample left out refunds by card.

Talked about users as "the branches" and "the segment". When I asked whom he had last watched use \
something he built, it was two years ago. Did ask to visit a venue.

His ranking was a spreadsheet with weights. Fine, but the weights came from nowhere, and when I \
changed one he accepted the new order without comment.

Open and easy to talk to. Summarised our disagreement better than I had put it.
""",
                ratings=(
                    (2, "Last watched somebody use his product two years ago."),
                    (2, "Weights from nowhere; accepted any order they gave."),
                    (4, "Caught the hole in my sample."),
                    (3, "Summarised our disagreement better than I had."),
                ),
            ),
            DemoCard(email="admin@demo.test"),
        ),
    ),
    DemoInterview(
        job=DESIGNER,
        candidate=_YUKI,
        kind="Portfolio review",
        days_ago=10,
        hour=9,
        duration_min=60,
        cards=(
            DemoCard(
                email="interviewer@demo.test",
                notes="""\
Medication rounds, from problem to ward. She showed the version that failed first: nurses held the \
tablet in the left hand and every button was on the right. "I had tested it at a table."

Odd cases everywhere in her flows: interrupted, out of battery, wrong patient. All drawn, all \
tested at night.

Visuals are quiet, maybe too quiet: on two screens I could not tell what to do first.

Took my criticism of that well, asked me to point, sketched a fix on the spot.
""",
                ratings=(
                    (4, "Interrupted, no battery, wrong patient: all drawn and tested at night."),
                    (4, "Paid panel of nurses; changed course after the left-hand finding."),
                    (2, "On two screens it was not plain what to do first."),
                    (3, "Showed her failure first; fixed my point on the spot."),
                ),
                recommendation="yes",
                feedback="""\
## Summary

Yukiko designs for the moments when things go wrong, and shows her own failures first: "I had \
tested it at a table."

## Strengths

- **Interaction design**: interrupted, out of battery, wrong patient: "All drawn, all tested at \
night."
- **Research**: found that nurses held the tablet in the left hand, and changed course.
- **Presenting work**: asked me to point, and sketched a fix on the spot.

## Concerns

- **Visual craft**: on two screens "I could not tell what to do first".

## Interviewer's recommendation

Yes.
""",
                submitted=True,
            ),
            DemoCard(
                email="second@demo.test",
                notes="""\
- great on research ethics, pays participants, shares results with them
- asked how engineers here say no to a design. liked that
- type hierarchy weak, all 14 px
- would work with her tomorrow
""",
                ratings=(
                    (3, "Flows survive interruption."),
                    (4, "Pays participants and tells them what came of it."),
                    (2, "Everything the same size."),
                    (3, ""),
                ),
                recommendation="strong_yes",
                feedback="""\
## Summary

Strong research and robust flows; the type hierarchy needs work.

## Strengths

- **Research**: "pays participants, shares results with them".
- **Interaction design**: flows survive interruption.
- **Presenting work**: asked "how engineers here say no to a design".

## Concerns

- **Visual craft**: "type hierarchy weak, all 14 px".

## Interviewer's recommendation

Strong yes.
""",
                submitted=True,
            ),
        ),
    ),
    DemoInterview(
        job=DESIGNER,
        candidate=_LEILA,
        kind="Design exercise",
        days_ago=3,
        hour=14,
        duration_min=75,
        cards=(
            DemoCard(
                email="second@demo.test",
                notes="""\
Exercise: the will-call list five minutes before doors.

Beautiful work, quickly. Contrast, rhythm, one clear action per screen. She designed the rush \
first and the quiet evening second, which is the right way round.

Research was thin: assumed that staff search by name. I said many people do not know under whose \
name the tickets are; she added a search by the last four digits of the card but did not ask what \
else she might not know.

Got defensive when I questioned the swipe gesture, then tried it one-handed herself and dropped it.
""",
                ratings=(
                    (3, "Designed the rush first; dropped the swipe after trying it."),
                    (2, "Assumed search by name and did not ask what else she might not know."),
                    (4, "Contrast, rhythm, one clear action per screen."),
                    (2, "Defensive at first, then tested her own idea."),
                ),
                recommendation="yes",
            ),
        ),
    ),
)
