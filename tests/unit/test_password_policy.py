"""Which passwords nobody may choose."""

import unicodedata

import pytest

from feedback_app.auth.password_policy import require_good_password
from feedback_app.auth.passwords import hash_password, verify_password
from feedback_app.core.demo import DEMO_SIGN_INS, DemoSignIn
from feedback_app.core.errors import Invalid

ABOUT = ("ada.ferreira@northwind.test", "Ada Ferreira", "Northwind Payments")


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("eleven chrs", "too short"),
        ("ﷺ" * 12, "too long"),
        ("x7" + "correct horse" * 16, "too long"),
        ("abcabcabcabcabc", "too few"),
        ("            ", "too few"),
        ("with a\0 nul in it", "cannot be typed"),
        ("1qaz2wsx3edc", "most common"),
        ("1QAZ2wsx3EDC", "most common"),
        ("１ｑａｚ２ｗｓｘ３ｅｄｃ", "most common"),
        ("password1234", "most common"),
        ("2026-!dragon!-2026", "most common"),
        ("adaferreira2026", "email, name or company"),
        ("Northwind-Payments", "email, name or company"),
        ("ada.ferreira@northwind.test", "email, name or company"),
    ],
)
def test_a_password_that_can_be_guessed_is_refused_with_the_reason(
    password: str, reason: str
) -> None:
    with pytest.raises(Invalid, match=reason) as refusal:
        require_good_password(password, about=ABOUT)
    assert password not in refusal.value.message


@pytest.mark.parametrize(
    "password",
    [
        "correct horse battery",
        "ada likes purple bananas",
        "пароль из слов",
        "q8#Vt0!mZr2x",
        "é" + "abcdefghijk",
    ],
)
def test_a_long_password_of_ones_own_is_taken(password: str) -> None:
    require_good_password(password, about=ABOUT)


@pytest.mark.parametrize("person", DEMO_SIGN_INS, ids=lambda person: person.email)
def test_the_demos_passwords_are_not_for_choosing_by_the_demos_people(person: DemoSignIn) -> None:
    with pytest.raises(Invalid):
        require_good_password(person.password, about=(person.email, person.label, ""))


async def test_a_password_fits_however_a_keyboard_composes_it() -> None:
    composed = "café crème brûlée"
    stored = await hash_password(composed)
    assert await verify_password(unicodedata.normalize("NFD", composed), stored)
    assert not await verify_password("cafe creme brulee", stored)
