"""The demo's sign-ins, shared by the demo data and the sign-in page."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoSignIn:
    """Somebody who exists only with `DEMO`."""

    email: str
    password: str
    label: str


DEMO_SIGN_INS = (
    DemoSignIn("interviewer@demo.test", "interviewer-demo", "Interviewer"),
    DemoSignIn("second@demo.test", "second-demo", "Second interviewer"),
    DemoSignIn("admin@demo.test", "admin-demo", "Administrator"),
    DemoSignIn("outsider@demo.test", "outsider-demo", "Another company"),
)
