"""The scale on which interviewers rate a job's competencies."""

RATING_LABELS: dict[int, str] = {1: "Poor", 2: "Mixed", 3: "Good", 4: "Outstanding"}
"""The four-step rating scale: 1 and 2 are negative, 3 and 4 positive."""
