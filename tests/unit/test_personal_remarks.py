"""What is found, where it stands, what is left without it, and what a writer puts back."""

import pytest

from feedback_app.feedback.personal import Ground, find_remarks, remark_key, without_remarks


def test_a_remark_says_where_it_stands_and_why_it_is_left_out() -> None:
    (remark,) = find_remarks("Strong SQL.\n- Good tests. She is pregnant. Clear answers.")
    assert (remark.line, remark.start, remark.end) == (2, 14, 30)
    assert remark.text == "She is pregnant."
    assert remark.ground is Ground.PREGNANCY_FAMILY
    assert remark.reason == "About family or family plans, not the work."


def test_every_ground_has_a_reason_in_one_sentence() -> None:
    reasons = [ground.reason for ground in Ground]
    assert len(set(reasons)) == len(reasons)
    assert all(reason.endswith(".") and reason.count(".") == 1 for reason in reasons)


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("Great SQL, but she is six months pregnant.", "Great SQL."),
        ("Great SQL; wears a headscarf", "Great SQL"),
        ("Great SQL - about 55 years old - and clear answers", "Great SQL - and clear answers"),
        ("She is pregnant, but her SQL is great.", "her SQL is great."),
        ("Good design (he is 58) and solid tests.", "Good design and solid tests."),
        ("Great SQL but too old for us", "Great SQL"),
        ("Clear answers. He is gay. Good tests.", "Clear answers. Good tests."),
        ("He is gay. Good tests.", "Good tests."),
        ("Good tests. He is gay.", "Good tests."),
        ("- He is gay.", ""),
        ("3) He is gay. Retired soon.", ""),
        ("  * Good tests. He is gay.", "  * Good tests."),
        ("She is pregnant - six months", ""),
        ("Starke Tests, aber sie ist schwanger.", "Starke Tests."),
        ("Buen código, pero está embarazada.", "Buen código."),
        ("Bon code, mais elle est enceinte.", "Bon code."),
        ("Bom código, mas está grávida.", "Bom código."),
        ("設計は優秀だが、妊娠中とのこと。", "設計は優秀。"),
        ("Nothing personal here.", "Nothing personal here."),
        ("", ""),
    ],
)
def test_only_the_remark_is_taken_out(written: str, left: str) -> None:
    assert without_remarks(written) == left


def test_what_is_left_holds_no_remark() -> None:
    notes = "Great SQL, but she is pregnant.\nHe is 60; good tests; wears a turban.\nFine."
    assert find_remarks(without_remarks(notes)) == ()


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_lines_keep_their_numbers(end: str) -> None:
    notes = end.join(["Good tests.", "She is pregnant.", "", "He is gay", "Clear answers."])
    left = without_remarks(notes)
    assert len(left.splitlines()) == len(notes.splitlines())
    assert left.count("\n") == notes.count("\n")
    assert "pregnant" not in left
    assert left.splitlines()[-1] == "Clear answers."


def test_a_remark_put_back_is_no_longer_reported_nor_taken_out() -> None:
    notes = "She is pregnant.\nHe is gay."
    first, second = find_remarks(notes)
    assert find_remarks(notes, kept={first.key}) == (second,)
    assert without_remarks(notes, kept=[first.key]) == "She is pregnant.\n"


def test_a_remark_is_known_again_wherever_the_same_words_stand() -> None:
    (here,) = find_remarks("She is pregnant.")
    (there,) = find_remarks("Good tests.\n\n * Clear answers. she is  PREGNANT!")
    assert here.key == there.key == remark_key("She is pregnant")
    assert here.key != remark_key("He is pregnant")


def test_a_key_can_be_made_of_any_text() -> None:
    assert remark_key("") != remark_key("\ud800x")


@pytest.mark.parametrize(
    "text",
    [
        "SHE IS PREGNANT",
        "she is pregnent",
        "She’s pregnant",
        "Ｓｈｅ ｉｓ ｐｒｅｇｎａｎｔ",
        "esta\u0301 embarazada",
        "esta embarazada",
        "aelter als alle anderen, bald in Rente",
        "she's 36yo",
        "36 y/o",
        "🤰",
        "５８歳",
    ],
)
def test_spelling_case_and_accents_do_not_hide_a_remark(text: str) -> None:
    assert find_remarks(text)


@pytest.mark.parametrize(
    ("of_a_person", "of_a_thing"),
    [
        ("He is 20 years old.", "The seat map is 20 years old."),
        ("Her children are small.", "Her children component re-rendered twice."),
        ("She is disabled.", "The button is disabled."),
        ("He has a strong accent.", "He picked a strong accent colour."),
        ("Too old for us.", "Too old code."),
        ("She is blind.", "Led the accessibility work for blind users."),
        ("Er ist 20 Jahre alt.", "Das System ist 20 Jahre alt."),
        ("Tiene 20 años.", "El sistema tiene 20 años."),
        ("Il a 20 ans.", "Le système a 20 ans."),
        ("Ele tem 20 anos.", "O sistema tem 20 anos."),
        ("妊娠中です。", "妊婦向けのアプリを開発した。"),
        ("Nimmt Medikamente.", "Hat Medikamentenpläne in einem Modell abgebildet."),
        ("Con ese acento los clientes no le entienden.", "Usuarios con mucho acento."),
        ("Tuvo una baja médica.", "Un sistema de bajas médicas."),
        ("É mais velho.", "O serviço mais velho ainda roda."),
    ],
)
def test_a_person_is_told_from_a_thing(of_a_person: str, of_a_thing: str) -> None:
    assert find_remarks(of_a_person)
    assert not find_remarks(of_a_thing)


@pytest.mark.parametrize(
    "text",
    [
        "die Karte war alt",
        "Gift wrapping was his idea.",
        "The fat jar was slow to start.",
        "Or die trying, he joked about the deadline.",
        "Did well once the pager stopped.",
    ],
)
def test_words_of_one_language_do_not_count_in_another(text: str) -> None:
    assert not find_remarks(text)


def test_a_line_with_few_function_words_is_read_in_the_language_that_knows_its_words() -> None:
    assert find_remarks("La candidata toma medicación.")


@pytest.mark.parametrize(
    "text",
    [
        "MSc, Catholic University of Leuven",
        "Speaks German and English.",
        "Worked at a church software firm.",
        "Plays football and cooks.",
        "Was late, stuck in traffic.",
        "Seemed nervous at first.",
    ],
)
def test_what_was_decided_to_be_harmless_is_kept(text: str) -> None:
    assert not find_remarks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Goes to church.",
        "A digital native.",
        "Would fit our young team.",
        "Vegan.",
        "Needs a visa.",
        "Her husband helped with the deployment.",
    ],
)
def test_what_was_decided_to_be_personal_is_withheld(text: str) -> None:
    assert find_remarks(text)
