"""What is read out of a job description by rules, without a model."""

import json

import pytest

from feedback_app.db.demo_data import jobs
from feedback_app.db.demo_data.shapes import DemoJob
from feedback_app.hiring.metadata import JobMetadata
from feedback_app.hiring.offline import write_metadata


def read(description: str, title: str = "") -> JobMetadata:
    return JobMetadata.model_validate_json(write_metadata(title, description), strict=True)


@pytest.mark.parametrize(
    ("job", "level", "names"),
    [
        (
            jobs.BACKEND,
            "senior",
            ["Backend systems", "PostgreSQL", "Python or Go", "Incidents", "Clear written English"],
        ),
        (
            jobs.FRONTEND,
            "mid",
            ["TypeScript", "HTML and CSS", "Accessibility", "Explain a choice"],
        ),
        (
            jobs.MANAGER,
            "mid",
            ["Product management", "Customer interviews", "SQL", "Saying no"],
        ),
        (
            jobs.DESIGNER,
            "",
            ["Portfolio", "Research", "Typography and layout", "Presenting work"],
        ),
        (
            jobs.COORDINATOR,
            "mid",
            ["Front desk", "Exact typing", "Calm manners", "Spoken English and Spanish"],
        ),
    ],
    ids=lambda value: value.title if isinstance(value, DemoJob) else None,
)
def test_the_demos_descriptions_are_read(job: DemoJob, level: str, names: list[str]) -> None:
    found = read(job.description, job.title)
    assert (found.title, found.level) == (job.title, level)
    assert [each.name for each in found.competencies] == names
    assert len(found.must_haves) == len(names)


def test_tasks_are_competencies_where_hardly_anything_is_required() -> None:
    found = read(
        "Data engineer\n\nWhat you will do\n- Take part in the on-call rotation\n"
        "- Look after the data catalogue together with two analysts\n- Smile\n"
        "What you bring\n- Fluent SQL\n"
    )
    assert [each.name for each in found.competencies] == [
        "SQL",
        "On-call rotation",
        "Data catalogue together",
    ]
    assert found.must_haves == ["Fluent SQL"]


@pytest.mark.parametrize(
    ("line", "level"),
    [
        ("At least five years of experience with Go", "senior"),
        ("2+ years of experience with Go", "mid"),
        ("One year or so, someone years ago", ""),
        ("Mindestens 3 Jahre Erfahrung mit Go", "mid"),
    ],
)
def test_years_tell_the_level_where_the_title_does_not(line: str, level: str) -> None:
    assert read(f"Engineer\n\nRequirements\n- {line}\n").level == level


@pytest.mark.parametrize("description", ["", "\n\n", "- \n*\n", "😀", "Requirements\n-\n"])
def test_a_description_of_nothing_gives_the_jobs_own_title_and_nothing_else(
    description: str,
) -> None:
    found = json.loads(write_metadata("Engineer", description))
    assert found["competencies"] == found["must_haves"] == []
    assert found["level"] == ""
