"""The demo's two companies and their people."""

from feedback_app.core.demo import DEMO_SIGN_INS
from feedback_app.db.demo_data.backend import BACKEND_INTERVIEWS
from feedback_app.db.demo_data.clinics import CLINIC_INTERVIEWS
from feedback_app.db.demo_data.frontend import FRONTEND_INTERVIEWS
from feedback_app.db.demo_data.product import PRODUCT_INTERVIEWS
from feedback_app.db.demo_data.shapes import DemoCompany, DemoPerson
from feedback_app.db.demo_data.upcoming import UPCOMING_INTERVIEWS

_PASSWORDS = {person.email: person.password for person in DEMO_SIGN_INS}


def _signs_in(email: str, name: str, role: str = "interviewer") -> DemoPerson:
    return DemoPerson(email, name, role, _PASSWORDS[email])


COMPANIES = (
    DemoCompany(
        name="Quillhaven",
        people=(
            _signs_in("interviewer@demo.test", "Maren Lindqvist"),
            _signs_in("second@demo.test", "Tobias Okonjo"),
            _signs_in("admin@demo.test", "Ifeoma Castellan", "admin"),
            DemoPerson("jonas.feld@demo.test", "Jonas Feldhaus"),
            DemoPerson("sunita.rao@demo.test", "Sunita Raopatil"),
        ),
        interviews=(
            *BACKEND_INTERVIEWS,
            *FRONTEND_INTERVIEWS,
            *PRODUCT_INTERVIEWS,
            *UPCOMING_INTERVIEWS,
        ),
        calls_per_day=6.5,
    ),
    DemoCompany(
        name="Orrin Valley Clinics",
        people=(_signs_in("outsider@demo.test", "Caleb Rennick"),),
        interviews=CLINIC_INTERVIEWS,
        calls_per_day=0.5,
    ),
)
