"""Every address of the app: page routes as Reflex spells them, HTTP paths, URL builders."""

from typing import Literal
from urllib.parse import quote, urlencode

LOGIN = "/login"
INTERVIEWS = "/"
INTERVIEW = "/interviews/[interview_id]"
MY_USAGE = "/me/usage"
MY_ACCOUNT = "/me/account"
SETUP = "/setup/[token]"
INVITE = "/invite/[token]"
RESET = "/reset/[token]"
ADMIN = "/admin"
"""Leads to the first of the administrators' pages."""
ADMIN_USAGE = "/admin/usage"
ADMIN_CALL = "/admin/usage/calls/[call_id]"
ADMIN_PRICES = "/admin/prices"
ADMIN_LIMITS = "/admin/limits"
ADMIN_PEOPLE = "/admin/people"
ADMIN_COMPANY = "/admin/company"
ADMIN_TEMPLATES = "/admin/templates"
ADMIN_HIRING = "/admin/hiring"
ADMIN_JOB = f"{ADMIN_HIRING}/jobs/[job_id]"
ADMIN_JOB_EDIT = f"{ADMIN_JOB}/edit"
ADMIN_CANDIDATES = f"{ADMIN_HIRING}/candidates"
ADMIN_CANDIDATE = f"{ADMIN_CANDIDATES}/[candidate_id]"
ADMIN_INTERVIEWS = f"{ADMIN_HIRING}/interviews"
ADMIN_INTERVIEW = f"{ADMIN_INTERVIEWS}/[interview_id]"
ADMIN_DEPARTMENTS = f"{ADMIN_HIRING}/departments"
ADMIN_DEPARTMENT = f"{ADMIN_DEPARTMENTS}/[department_id]"
NEW = "new"
"""In the place of an id: the form of a row that does not exist yet."""
ADMIN_LOGS = "/admin/logs"
ADMIN_ALERTS = "/admin/alerts"

ADMIN_USAGE_CSV = f"{ADMIN_USAGE}/export.csv"
ADMIN_USAGE_JSONL = f"{ADMIN_USAGE}/export.jsonl"
SIGN_IN = "/auth/sign-in"
SIGN_OUT = "/auth/sign-out"
SET_UP = "/auth/set-up"
ACCEPT = "/auth/accept"
CHANGE_PASSWORD = "/auth/password"  # noqa: S105 - an address
RESET_PASSWORD = "/auth/reset"  # noqa: S105 - an address
CALENDAR = "/calendar/{token}.ics"
HEALTHZ = "/healthz"
READYZ = "/readyz"
API = "/api"
API_TOKEN = f"{API}/token"
API_INTERVIEWS = f"{API}/interviews"
API_GENERATE = f"{API}/interviews/{{interview_id}}/generate-feedback"
API_GENERATE_STREAM = f"{API_GENERATE}/stream"
API_METADATA = f"{API}/jobs/{{job_id}}/generate-metadata"
API_METADATA_STREAM = f"{API_METADATA}/stream"
API_LLM_CALLS = f"{API}/llm-calls"
API_DOCS = f"{API}/docs"
API_OPENAPI = f"{API}/openapi.json"


def prerendered(page: str) -> str:
    """The address under which the build writes a page's HTML: a page's route with its open parts
    filled, as `/interviews/_`."""
    filled = "/".join("_" if part.startswith("[") else part for part in page.split("/"))
    return "/" if filled == "index" else f"/{filled.strip('/')}"


def login(*, next_path: str = "", error: str = "") -> str:
    """The sign-in page. `next_path` is where to go afterwards, `error` a code."""
    return with_query(LOGIN, next=next_path, error=error)


def setup(token: str) -> str:
    """Where a company is set up."""
    return f"/setup/{quote(token, safe='')}"


def invite(token: str) -> str:
    """Where an invitation is accepted."""
    return f"/invite/{quote(token, safe='')}"


def reset(token: str) -> str:
    """Where another password is chosen."""
    return f"/reset/{quote(token, safe='')}"


def calendar(token: str) -> str:
    """The calendar of a person's interviews."""
    return CALENDAR.format(token=quote(token, safe=""))


def interview(interview_id: str) -> str:
    """The page of one interview."""
    return f"/interviews/{quote(interview_id, safe='')}"


def admin_job(job_id: str) -> str:
    """The page of one job."""
    return f"{ADMIN_HIRING}/jobs/{quote(job_id, safe='')}"


def admin_job_edit(job_id: str) -> str:
    """The form of one job."""
    return f"{admin_job(job_id)}/edit"


def admin_candidate(candidate_id: str) -> str:
    """The form of one candidate, or of a `NEW` one."""
    return f"{ADMIN_CANDIDATES}/{quote(candidate_id, safe='')}"


def admin_interview(interview_id: str) -> str:
    """The form of one interview, or of a `NEW` one."""
    return f"{ADMIN_INTERVIEWS}/{quote(interview_id, safe='')}"


def admin_department(department_id: str) -> str:
    """The form of one department, or of a `NEW` one."""
    return f"{ADMIN_DEPARTMENTS}/{quote(department_id, safe='')}"


def with_query(path: str, **query: str) -> str:
    """A page's address with the query; empty values are left out."""
    kept = {key: value for key, value in query.items() if value}
    return f"{path}?{urlencode(kept)}" if kept else path


def admin_usage(**query: str) -> str:
    """The usage page, filtered by the query; empty values are left out."""
    return with_query(ADMIN_USAGE, **query)


def admin_usage_export(kind: Literal["csv", "jsonl"], **query: str) -> str:
    """The file of the calls on the usage page of the same query; empty values are left out."""
    return with_query(ADMIN_USAGE_CSV if kind == "csv" else ADMIN_USAGE_JSONL, **query)


def admin_logs(**query: str) -> str:
    """The system log, filtered by the query; empty values are left out."""
    return with_query(ADMIN_LOGS, **query)


def my_usage(**query: str) -> str:
    """The person's own usage over the query's period; empty values are left out."""
    return with_query(MY_USAGE, **query)


CALL_ANSWER_ANCHOR = "call-answer"
"""The id of the answer on the page of a call."""


def admin_call(call_id: str, *, replay: int | None = None) -> str:
    """The trace of one LLM call. `replay` leads to its answer, on the n-th replay or (0) whole."""
    path = f"/admin/usage/calls/{quote(call_id, safe='')}"
    if replay is None:
        return path
    return f"{path}{f'?replay={replay}' if replay else ''}#{CALL_ANSWER_ANCHOR}"


def is_local(path: str) -> bool:
    """Whether a path given by a browser stays on this site when followed."""
    return (
        path.startswith("/")
        and not path.startswith("//")
        and "\\" not in path
        and all(" " <= character != "\x7f" for character in path)
    )
