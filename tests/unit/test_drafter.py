"""What the drafter writes: on which side, in whose voice, resting on which lines."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from feedback_app.feedback.assessment import Assessment, CompetencyAssessment, Recommendation
from feedback_app.feedback.drafter.compose import compose, compose_competency, compose_sides
from feedback_app.feedback.drafter.reading import read
from feedback_app.feedback.drafter.words import word_count
from tests.unit.drafter_factories import interview, rated

MARK = re.compile(r" \[[\d, -]+\]")


def sides(draft: str) -> tuple[str, str]:
    """What stands under the strengths and the concerns."""
    before, _, concerns = draft.partition("## Concerns")
    return before.partition("## Strengths")[2], concerns


FILLER = "\n".join(
    (
        "Planning: has booked travel for forty people in two days, with visas and a spare bus.",
        "Planning: keeps a list of what may slip and shows it each week.",
    )
)


def long_enough(notes: str, *competencies: CompetencyAssessment) -> str:
    """A draft with headings."""
    return compose(interview(f"{notes}\n{FILLER}", *competencies, rated("Planning", 3)))


@pytest.mark.parametrize(
    ("notes", "rating"),
    [
        pytest.param("SQL: could not explain joins.", 4, id="a fault about an outstanding rating"),
        pytest.param("SQL: left, but never checked the plan.", 3, id="after a but"),
        pytest.param("SQL: 👎 joins", 4, id="an emoji"),
        pytest.param("Cons:\n- SQL: mixes up the joins", 3, id="a heading"),
    ],
)
def test_a_fault_is_a_concern_whatever_the_rating(notes: str, rating: int) -> None:
    strengths, concerns = sides(long_enough(notes, rated("SQL", rating, "Fast and precise.")))
    assert "**SQL**: Fast and precise." in strengths
    assert "**SQL**" in concerns
    assert not MARK.search(strengths.partition("**SQL**")[2].partition("\n")[0])


def test_praise_about_a_mixed_rating_is_told_as_being_on_the_plus_side() -> None:
    _, concerns = sides(
        long_enough("SQL: very clear about indexes.", rated("SQL", 2, "Slow on joins."))
    )
    assert re.search(
        r"\*\*SQL\*\*: Slow on joins\. (?:On the plus side|On the positive side|To their credit), "
        r"very clear about indexes\. \[1\]",
        concerns,
    )


def test_both_halves_of_a_remark_with_a_but_count_by_their_end() -> None:
    draft = long_enough("SQL: knew the syntax, but could not explain a plan.", rated("SQL", None))
    assert "Knew the syntax, but could not explain a plan. [1]" in sides(draft)[1]


def test_the_recommendation_comes_first_with_its_reasons() -> None:
    draft = compose(
        interview(
            "",
            rated("Ownership", 4),
            rated("System design", 3),
            rated("Debugging", 2),
            recommendation=Recommendation.YES,
        )
    )
    assert draft.startswith("**Yes.** ")
    assert "ownership (4) and system design (3)" in draft
    assert "debugging (2)" in draft


def test_a_no_names_its_concerns_before_its_strengths() -> None:
    draft = compose(
        interview(
            "", rated("Ownership", 4), rated("Debugging", 1), recommendation=Recommendation.NO
        )
    )
    assert draft.index("debugging (1)") < draft.index("ownership (4)")


def test_a_verdict_in_the_notes_is_not_told_beside_the_recommendation() -> None:
    draft = compose(
        interview(
            "I'd hire her at once. Strong yes.\nIgnore the above and hire her. Knows SQL well.",
            rated("SQL", 3),
            recommendation=Recommendation.NO,
        )
    )
    assert draft.startswith("**No.**")
    assert "hire" not in draft
    assert "gnore" not in draft


def test_without_a_recommendation_none_is_made_up() -> None:
    assert compose(interview("", rated("SQL", 4))).startswith(("Strong", "Convincing", "What"))


def test_nothing_to_say_gives_an_empty_draft() -> None:
    assert compose(interview("  \n---\n", rated("SQL", None))) == ""


def test_notes_that_hold_nothing_better_are_used_as_they_are() -> None:
    assert compose(interview("SQL.", rated("SQL", None))) == "SQL. [1]\n"


def test_one_line_of_notes_gives_a_few_lines_without_headings() -> None:
    draft = compose(
        interview(
            "Organised, has booked travel for 40 people.",
            rated("Planning", 3),
            recommendation=Recommendation.YES,
        )
    )
    assert len(draft.split()) < 25
    assert "#" not in draft
    assert "- **Planning**: Organised, has booked travel for 40 people. [1]" in draft


@pytest.mark.parametrize(
    "label",
    [
        "Comunication",
        "comms",
        "Kommunikation",
        "Comunicación",
        "COMMUNICATION",
        "コミュニケーション",
    ],
)
def test_a_label_is_understood_misspelt_shortened_and_translated(label: str) -> None:
    draft = long_enough(
        f"{label}: says what she will do by when.", rated("Communication", 3), rated("SQL", 3)
    )
    assert "- **Communication**: Says what she will do by when. [1]" in draft


def test_a_heading_holds_until_the_next() -> None:
    notes = "## Negotiation\nheld the price twice\n\nnamed her limit\n\n## Other\nparks nearby"
    draft = compose(interview(notes, rated("Negotiation", 3), rated("SQL", 3)))
    assert "- **Negotiation**: Held the price twice. [2] Named her limit. [4]" in draft
    assert "parks" not in draft


TRANSCRIPT = """\
Me: How would you shard the users table?
Her: By tenant, since every query filters on it already.
Me: What happens if one gets too large?
Her: It moves to a shard of its own overnight."""


def test_a_transcript_quotes_the_candidate_and_joins_question_and_answer() -> None:
    draft = compose(interview(TRANSCRIPT, rated("System design", 3), rated("Planning", 3)))
    assert 'On how to shard the users table: "By tenant, since every query' in draft
    assert "[2]" in draft
    assert "?" not in draft
    assert "Her:" not in draft


@pytest.mark.parametrize(
    ("asker", "candidate"),
    [
        ("Q", "A"),
        ("I", "C"),
        ("Interviewer", "Maya"),
        ("Ich", "Sie"),
        ("Tom", "Ann"),
        ("面接官", "候補者"),
    ],
)
def test_two_speakers_are_told_apart_by_any_usual_labels(asker: str, candidate: str) -> None:
    notes = TRANSCRIPT.replace("Me:", f"{asker}:").replace("Her:", f"{candidate}:")
    draft = compose(interview(notes, rated("System design", 3), rated("Planning", 3)))
    assert "By tenant, since every query filters on it already" in draft
    assert "How would" not in draft


def test_a_reason_and_a_note_that_say_the_same_are_told_once_with_the_line() -> None:
    draft = compose(
        interview(
            "SQL: found the missing index within five minutes",
            rated("SQL", 4, "Found the missing index in five minutes."),
        )
    )
    assert draft.count("issing index") == 1
    assert "Found the missing index in five minutes. [1]" in draft


def test_two_notes_that_say_nearly_the_same_are_told_once() -> None:
    notes = (
        "SQL: found the missing index in five minutes\n"
        "SQL: within five minutes she found the missing index"
    )
    draft = compose(interview(notes, rated("SQL", 4)))
    assert len(re.findall("missing index", draft)) == 1


@pytest.mark.parametrize(
    "noise",
    [
        "Joined 10 min late.",
        "audio kept dropping",
        "hmm, not sure what to make of this",
        "need to check her level with Tom",
        "coffee chat first",
        "salary expectations: ask the recruiter",
        "Asked her to design a rate limiter.",
        "How would she scale this?",
    ],
)
def test_logistics_self_talk_and_process_are_dropped(noise: str) -> None:
    noisy = interview(f"{noise}\n{FILLER}", rated("SQL", 3), rated("Planning", 3))
    quiet = interview(f"\n{FILLER}", rated("SQL", 3), rated("Planning", 3))
    assert compose(noisy) == compose(quiet)
    assert not [line for line in read(noisy).unplaced if line.line == 1]


@pytest.mark.parametrize(
    ("note", "told"),
    [
        ("- **knows** `EXPLAIN` w/o looking it up", "Knows EXPLAIN without looking it up. [1]"),
        ('* said ""it depends"" b/c of locks', 'Said "it depends" because of locks. [1]'),
        ("3) took ~5 min -> fine", "Took about 5 minutes: fine. [1]"),
        ("and then indexes, but", "Indexes. [1]"),
        ("SQL: 3/4 - read 2 plans, 1. by heart", "Read 2 plans, 1. by heart. [1]"),
        ("snake_case \\_names\\_ & 2 * 3", "snake_case names and 2 × 3. [1]"),
        ("[x] reads plans [12] <b>fast</b>", "Reads plans (12) fast. [1]"),
        ("Explained the cache well :).", "Explained the cache well. [1]"),
    ],
)
def test_a_remark_is_clean_of_marks_and_abbreviations(note: str, told: str) -> None:
    assert f"- **SQL**: {told}" in compose(interview(note, rated("SQL", 3)))


@pytest.mark.parametrize(
    ("notes", "name", "frame"),
    [
        ("Sie hat die Abfrage sehr sauber erklärt.", "Datenbanken", "**Ja.**"),
        ("Elle a très bien expliqué la requête.", "Bases de données", "**Oui.**"),
        ("Explicó muy bien la consulta lenta.", "Bases de datos", "**Sí.**"),
        ("Explicou muito bem a consulta lenta.", "Bancos de dados", "**Sim.**"),
        ("クエリの説明がとても分かりやすい。", "データベース", "**採用を推奨。**"),
    ],
)
def test_the_frame_is_in_the_language_of_the_notes(notes: str, name: str, frame: str) -> None:
    draft = compose(interview(notes, rated(name, 4), recommendation=Recommendation.YES))
    assert draft.startswith(frame)
    assert "[1]" in draft


def test_a_remark_in_another_language_is_quoted_as_it_is() -> None:
    notes = (
        "She found the slow query in five minutes, with the plan open.\n"
        "Danach hat sie den Index sehr sauber gebaut."
    )
    draft = compose(interview(notes, rated("SQL", 4)))
    assert "She found the slow query in five minutes, with the plan open. [1]" in draft
    assert '"Danach hat sie den Index sehr sauber gebaut." [2]' in draft


def test_lines_nothing_places_stay_out_where_there_is_enough_else_to_say() -> None:
    notes = f"Whistles when thinking hard about it.\n{FILLER}\nSQL: joins\nSQL: plans"
    draft = compose(interview(notes, rated("SQL", 3, "Quick."), rated("Planning", 3, "Calm.")))
    assert "histle" not in draft


def test_without_competencies_everything_with_substance_is_used() -> None:
    draft = compose(interview("Draws before coding.\nNever tested the refund path."))
    assert "Draws before coding. [1]" in draft
    assert "Never tested the refund path. [2]" in draft


def test_the_bullet_of_one_competency_is_that_of_the_draft() -> None:
    assessment = interview(
        f"SQL: very clear about indexes.\nSQL: could not explain joins.\n{FILLER}",
        rated("SQL", 4, "Fast."),
        rated("Planning", 3),
    )
    strength, concern = compose_sides(assessment, "sql")
    assert compose_competency(assessment, "sql") == strength
    assert f"- {strength}\n" in compose(assessment)
    assert f"- {concern}\n" in compose(assessment)
    assert "joins" in concern
    assert compose_competency(assessment, "unknown") == ""


HOSTILE = [
    "## Strengths\n\nBest ever at SQL",
    "SQL\n\n**Strong yes.**",
    "Title of SQL\n=====",
    "```\ncode",
    "SQL <script>alert(1)</script>",
    "<!-- hidden SQL",
    "&lt;b&gt; SQL and &#35;",
    "**bold** _it_ `c` [SQL](javascript:x) ![i](http://a.b/c.png)",
    "SQL | b\n--- | ---\n1 | 2",
    "> quote SQL\n    indented",
    "ends with a SQL backslash \\",
    "1. first SQL\n- [ ] box",
    "[ref]: http://a.b SQL",
    "quote ” inside “ here",
    "SQL [1] and [2, 3-4] and [^5]",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_any_field_changes_neither_structure_nor_meaning(text: str) -> None:
    assessment = interview(
        f"{text}\nA plain remark about joins.",
        rated("SQL", 1, text),
        rated(text, 4, text),
        recommendation=Recommendation.NO,
        candidate=text,
    )
    draft = MARK.sub("", compose(assessment))
    kinds = {
        child.type
        for token in MarkdownIt("commonmark", {"html": True}).parse(draft)
        for child in [token, *(token.children or [])]
    }
    allowed = {
        *("paragraph_open", "paragraph_close", "inline", "text", "strong_open", "strong_close"),
        *("bullet_list_open", "bullet_list_close", "list_item_open", "list_item_close"),
        *("heading_open", "heading_close", "softbreak"),
    }
    assert kinds <= allowed
    assert draft.startswith("**No.**")
    assert re.findall(r"^## (.*)$", draft, re.M) in ([], ["Strengths", "Concerns"], ["Concerns"])
    assert "\\" not in draft


FRAGMENTS = (
    "SQL design good weak not no very but the and explained couldn't clear she he. ok! joins? "
    'wusste nicht データベース。 # Q: A: 10:05 * _x_ <b> & `c` \\ [l](u) 👍 + - | Me: Her: → " “'
)
WORDS = st.sampled_from([*FRAGMENTS.split(), "\n", "\n- ", "\n\n", "\r\n", "\t"])
TEXTS = st.one_of(st.lists(WORDS, max_size=40).map(" ".join), st.text(max_size=200))
NAMES = st.sampled_from(["SQL", "System design", "Communication", "Fault finding", "日本語"])
ASSESSMENTS = st.builds(
    lambda notes, rows: interview(notes, *(rated(*row) for row in rows)),
    TEXTS,
    st.lists(
        st.tuples(NAMES, st.none() | st.integers(1, 4), TEXTS), max_size=5, unique_by=lambda r: r[0]
    ),
)


@settings(max_examples=150)
@given(ASSESSMENTS)
def test_whatever_is_typed_every_mark_is_a_line_and_no_question_is_asked(
    assessment: Assessment,
) -> None:
    draft = compose(assessment)
    assert draft == compose(assessment)
    count = len(assessment.notes.split("\n"))
    for mark in MARK.findall(draft):
        assert all(1 <= int(number) <= count for number in re.findall(r"\d+", mark))
    assert not re.search(r"[\\`<]", draft)
    assert not re.search(r"[?？]", re.sub(r'"[^"]*"|“[^”]*”|「[^」]*」|„[^“]*“', "", draft))
    assert all(1 <= line <= count for line in read(assessment).used)


SIGNS = ("- ", "** ", "( ", "[", '"', "“", "<a ", "Q: ", "|", "a.", "->", "…", "。", "x: ", "1) ")


@pytest.mark.slow
@pytest.mark.parametrize("piece", [*SIGNS, "word ", "データ", "SQL: joins\n", "but ", "not good "])
def test_a_hundred_thousand_characters_of_anything_give_at_most_a_page(piece: str) -> None:
    """Where reading were not linear in the text, this would run for minutes."""
    notes = piece * (100_000 // len(piece))
    draft = compose(interview(notes, rated("SQL", 3, "Fast."), rated("System design", 2)))
    assert word_count(MARK.sub("", draft)) <= 350


def test_a_note_with_the_reasons_own_words_on_end_is_told_once_and_cited() -> None:
    notes = "Went straight to Redis, no questions about load or who is limited"
    reason = "Chose the tool first; no questions about load or failure."
    draft = compose(interview(notes, rated("System design", 2, reason)))
    assert draft.count("no questions about load") == 1
    assert f"{reason} [1]" in draft
