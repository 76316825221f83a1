"""Settings: a wrong one stops the start with one sentence that names it and keeps its value."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from feedback_app.core.settings import ROOT, Settings, explain, get_settings


def read(**options: Any) -> Settings:
    """The settings as this process's environment has them now."""
    return Settings(**options)


WRONG = [
    pytest.param("PORT", "http", id="a port that is no number"),
    pytest.param("PORT", "70000", id="a port out of range"),
    pytest.param("DATABASE_URL", "mysql://somebody:hidden@db/x", id="an unknown database"),
    pytest.param("REDIS_URL", "tcp://hidden:1", id="a Redis URL of another kind"),
    pytest.param("PUBLIC_URL", "hidden.example", id="a public address without its scheme"),
    pytest.param("PUBLIC_URL", "http://[hidden", id="a public address that is none"),
    pytest.param("PUBLIC_URL", "https://", id="a public address without a host"),
    pytest.param("TRUSTED_PROXY_HOPS", "-1", id="fewer than no proxies"),
    pytest.param("SESSION_MAX_DAYS", "0", id="no session at all"),
    pytest.param("OPENAI_BASE_URL", "hidden.example/v1", id="a model server without its scheme"),
    pytest.param("LLM_IDLE_TIMEOUT_S", "0", id="no time at all"),
    pytest.param("STREAM_FLUSH_MS", "-1", id="a negative pace"),
    pytest.param("LLM_MAX_OUTPUT_TOKENS", "0", id="no output"),
    pytest.param("KEEP_LOG_DAYS", "-1", id="less than no days"),
    pytest.param("KEEP_ATTEMPTS_DAYS", "1.5", id="half a day"),
    pytest.param("KEEP_PROMPTS_DAYS", "99999", id="longer than a calendar"),
    pytest.param("LLM_MODEL", "m" * 201, id="a model name that is too long"),
    pytest.param("LOG_LEVEL", "LOUD", id="an unknown log level"),
    pytest.param("DEMO", "perhaps", id="neither yes nor no"),
    pytest.param("ALERT_ERROR_RATE_PERCENT", "101", id="more than all calls"),
    pytest.param("ALERT_WEBHOOK_URL", "http://hidden.example/hook", id="a webhook in the clear"),
    pytest.param("ALERT_WEBHOOK_URL", "http://localhost.hidden.example", id="no loopback name"),
    pytest.param("ALERT_WEBHOOK_URL", "ftp://hidden.example", id="a webhook of another kind"),
    pytest.param("ALERT_WEBHOOK_URL", "https://user:hidden@", id="a webhook without a host"),
    pytest.param("ALERT_WEBHOOK_URL", "https://hidden:port/", id="a webhook with a wrong port"),
    pytest.param("ALERT_WEBHOOK_URL", "https://[hidden", id="a webhook that is no address"),
    pytest.param("ALERT_WEBHOOK_SECRET", "hidden", id="a secret without its prefix"),
    pytest.param("ALERT_WEBHOOK_SECRET", "whsec_aGlkZGVu", id="a secret that is too short"),
    pytest.param("ALERT_WEBHOOK_SECRET", "whsec_hidden ü" + "A" * 40, id="no base64"),
]


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_named_in_one_sentence(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError) as caught:
        read()
    sentence = explain(caught.value)
    assert sentence.startswith(f"Setting {name} is wrong: ")
    assert sentence.endswith(".")
    assert "\n" not in sentence
    assert "hidden" not in sentence


@pytest.mark.processes
def test_a_wrong_port_ends_the_process_with_that_sentence_alone() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "feedback_app.core.settings"],
        cwd=ROOT,
        env=os.environ | {"PORT": "http"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stdout == ""
    assert ended.stderr.startswith("Setting PORT is wrong: ")
    assert ended.stderr.count("\n") == 1


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "")
    monkeypatch.setenv("REDIS_URL", "")
    settings = read()
    assert settings.PORT == 3000
    assert settings.REDIS_URL is None


def test_the_environment_wins_over_the_file_and_an_empty_variable_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "env"
    file.write_text("PORT=4001\nLLM_MODEL=from-file\n")
    monkeypatch.setenv("PORT", "4002")
    monkeypatch.setenv("LLM_MODEL", "")
    settings = read(_env_file=file)
    assert settings.PORT == 4002
    assert settings.LLM_MODEL == "from-file"


def test_without_key_and_base_url_the_offline_drafter_serves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read().offline
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1/")
    settings = read()
    assert not settings.offline
    assert settings.OPENAI_BASE_URL == "http://127.0.0.1:9/v1"


SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.mark.parametrize(
    "url",
    [
        "https://user:pass@hooks.example/services/T00",
        "http://127.0.0.1:9000/hook",
        "http://localhost/hook",
        "http://[::1]:9000/",
    ],
)
def test_a_webhook_is_https_or_on_this_machine_and_never_printed(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALERT_WEBHOOK_URL", url)
    monkeypatch.setenv("ALERT_WEBHOOK_SECRET", SECRET)
    settings = read()
    assert settings.ALERT_WEBHOOK_URL is not None
    assert settings.ALERT_WEBHOOK_URL.get_secret_value() == url
    printed = f"{settings!r} {settings} {settings.model_dump_json()}"
    assert url not in printed
    assert SECRET not in printed


def test_a_webhook_without_a_secret_is_refused_and_a_secret_alone_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ALERT_WEBHOOK_URL", "https://hooks.example/hook")
    with pytest.raises(ValidationError) as caught:
        read()
    assert explain(caught.value) == (
        "Setting ALERT_WEBHOOK_SECRET is wrong: must be set where ALERT_WEBHOOK_URL is, "
        "see .env.example."
    )
    monkeypatch.setenv("ALERT_WEBHOOK_URL", "")
    monkeypatch.setenv("ALERT_WEBHOOK_SECRET", SECRET)
    assert read().ALERT_WEBHOOK_URL is None


def test_a_key_is_never_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-hidden")
    assert "sk-hidden" not in f"{read()!r} {read()} {read().model_dump_json()}"


@pytest.mark.parametrize(
    ("host", "public_url", "address"),
    [
        ("127.0.0.1", "", "http://127.0.0.1:3000"),
        ("0.0.0.0", "", "http://localhost:3000"),
        ("::1", "", "http://[::1]:3000"),
        ("127.0.0.1", "https://debrief.example/", "https://debrief.example"),
    ],
)
def test_the_address_is_the_one_people_open(
    host: str, public_url: str, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOST", host)
    monkeypatch.setenv("PUBLIC_URL", public_url)
    assert read().address == address


def test_every_setting_is_documented() -> None:
    documented = (ROOT / ".env.example").read_text()
    missing = [name for name in Settings.model_fields if f"\n#{name}=" not in documented]
    assert missing == []


def test_tests_do_not_see_the_developers_settings() -> None:
    assert Settings.model_config.get("env_file") == os.devnull
    assert str(ROOT / "data") not in get_settings().DATABASE_URL


@pytest.mark.parametrize(
    ("environment", "loopback", "unknown_proxy"),
    [
        ({}, True, False),
        ({"HOST": "127.0.0.2"}, True, False),
        ({"HOST": "::1", "PUBLIC_URL": "http://localhost:8080"}, True, False),
        ({"HOST": "0.0.0.0"}, False, False),
        ({"HOST": "debrief.internal"}, False, False),
        ({"PUBLIC_URL": "https://debrief.example.com"}, False, True),
        ({"PUBLIC_URL": "https://127.0.0.1.example.com"}, False, True),
        ({"PUBLIC_URL": "https://d.example.com", "TRUSTED_PROXY_HOPS": "1"}, False, False),
        ({"PUBLIC_URL": "https://d.example.com", "HOST": "0.0.0.0"}, False, False),
    ],
)
def test_it_is_known_who_can_reach_the_app(
    environment: dict[str, str],
    loopback: bool,
    unknown_proxy: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    settings = read()
    assert (settings.is_loopback, settings.is_behind_unknown_proxy) == (loopback, unknown_proxy)
