"""Interviews that are still to come, so that the demo's list has some to prepare for."""

from feedback_app.db.demo_data.backend import BACKEND
from feedback_app.db.demo_data.product import DESIGNER
from feedback_app.db.demo_data.shapes import DemoCandidate, DemoCard, DemoInterview

_CHIARA = DemoCandidate(
    name="Chiara Benedetti",
    headline="Backend engineer at a parcel carrier, six years",
    cv="""\
Chiara Benedetti
Backend engineer

Parcel carrier (2020 to now)
- Tracking events: 40 million a day, each exactly once in the customer's view.
- Moved the address service from one large table to one per country without a night shift.

Insurance start-up (2018 to 2020)
- Claims intake, from a shared inbox to an API in four months.

Java, Kotlin, PostgreSQL, Kafka. MSc Computer Engineering, Politecnico di Milano.
""",
)

_MATEO = DemoCandidate(
    name="Mateo Quiroga",
    headline="Product designer at a ferry line, five years",
    cv="""\
Mateo Quiroga
Product designer

Ferry line (2021 to now)
- Booking for groups with vehicles: from eleven steps to five.
- Signs and tickets that work in rain, at night and in four languages.

Design studio (2019 to 2021)
- Museum apps; usability tests with visitors every second week.

Figma, prototypes in HTML and CSS. BA Visual Communication.
""",
)

UPCOMING_INTERVIEWS = (
    DemoInterview(
        job=BACKEND,
        candidate=_CHIARA,
        kind="System design interview",
        days_ago=-1,
        hour=10,
        duration_min=75,
        cards=(DemoCard(email="interviewer@demo.test"), DemoCard(email="second@demo.test")),
    ),
    DemoInterview(
        job=DESIGNER,
        candidate=_MATEO,
        kind="Portfolio review",
        days_ago=-3,
        hour=14,
        duration_min=60,
        cards=(DemoCard(email="interviewer@demo.test"),),
    ),
)
