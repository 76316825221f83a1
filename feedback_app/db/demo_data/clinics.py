"""Orrin Valley Clinics' interviews: the other company, which Quillhaven must never see."""

from feedback_app.db.demo_data.jobs import COORDINATOR
from feedback_app.db.demo_data.shapes import DemoCandidate, DemoCard, DemoInterview

_ROSALIND = DemoCandidate(
    name="Rosalind Achterberg",
    headline="Hotel front desk manager, seven years",
    cv="""\
Rosalind Achterberg

Front desk manager, 140-room hotel (2019 to now)
- Team of nine over three shifts; rewrote the handover sheet, which is now one page.
- First aider; night duty every third week.

Receptionist, same hotel (2017 to 2019)

Diploma in Hospitality. Speaks Dutch, English and some sign language.
""",
)

_TOMAS = DemoCandidate(
    name="Tomás Varga",
    headline="Dispatcher at a taxi cooperative, five years",
    cv="""\
Tomás Varga

Dispatcher, taxi cooperative (2020 to now)
- 300 calls on a Friday night, four languages, two screens.
- Trained six new dispatchers.

Warehouse picker (2018 to 2020)

Secondary school, bookkeeping certificate. Carer for his grandmother.
""",
)

CLINIC_INTERVIEWS = (
    DemoInterview(
        job=COORDINATOR,
        candidate=_ROSALIND,
        kind="Structured interview",
        days_ago=2,
        hour=11,
        duration_min=45,
        cards=(
            DemoCard(
                email="outsider@demo.test",
                notes="""\
Role play, angry patient whose referral is lost. She lowered her voice, repeated the problem back, \
and said what she would do and by when. "I will ring you at four, even if I know nothing new."

Booking test: two mistakes in twenty, both in dates of birth, found one of them herself.

Brought her one-page handover sheet along. It is good, we should steal it.
""",
                ratings=(
                    (4, "Lowered her voice and gave a time to call back."),
                    (2, "Two wrong dates of birth in twenty."),
                    (4, "Repeated the problem back before solving it."),
                    (3, "One-page handover that her whole team uses."),
                ),
                recommendation="yes",
            ),
        ),
    ),
    DemoInterview(
        job=COORDINATOR,
        candidate=_TOMAS,
        kind="Structured interview",
        days_ago=1,
        hour=15,
        duration_min=45,
        cards=(
            DemoCard(
                email="outsider@demo.test",
                notes="""\
- booking test 20/20, fastest so far
- role play: solved the referral before the patient had finished talking. correct, but she was \
left standing there
- "on the phone you have eight seconds"
- lovely about training new people: sits next to them for a week
""",
                ratings=(
                    (3, "Unshaken by the shouting."),
                    (4, "Twenty of twenty."),
                    (2, "Solved it before the patient had finished."),
                    (4, "Sits next to new people for a week."),
                ),
                recommendation="yes",
            ),
        ),
    ),
)
