"""Every setting, read once from the environment and `.env`, validated before anything starts."""

import os
import sys
from base64 import b64decode
from decimal import Decimal
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parents[2]
"""The project folder: relative paths in settings start here."""

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_EVERY_INTERFACE = frozenset({"0.0.0.0", "::"})  # noqa: S104


class Settings(BaseSettings):
    """The settings; `.env.example` documents each for people."""

    model_config = SettingsConfigDict(
        env_file=os.environ.get("ENV_FILE", ROOT / ".env"),
        env_file_encoding="utf-8",
        env_ignore_empty=True,
        extra="ignore",
    )

    DATABASE_URL: str = f"sqlite:///{ROOT / 'data' / 'debrief.db'}"
    REDIS_URL: str | None = None
    PUBLIC_URL: str | None = None

    OPENAI_API_KEY: SecretStr | None = None
    OPENAI_BASE_URL: str | None = None
    LLM_MODEL: str = Field(default="gpt-6-luna", min_length=1, max_length=200)
    LLM_REASONING_EFFORT: str | None = Field(default=None, max_length=20)
    """How long a model may think, such as `low`. If unset, OpenAI itself is sent `none`, and other
    servers are sent nothing about it."""
    LLM_CONNECT_TIMEOUT_S: float = Field(default=5, gt=0, le=600)
    LLM_FIRST_TOKEN_TIMEOUT_S: float = Field(default=60, gt=0, le=3600)
    LLM_IDLE_TIMEOUT_S: float = Field(default=20, gt=0, le=3600)
    LLM_TOTAL_TIMEOUT_S: float = Field(default=180, gt=0, le=7200)
    LLM_MAX_OUTPUT_TOKENS: int = Field(default=1200, ge=1, le=100_000)
    LLM_STORE_CONTENT: bool | None = None
    """Keep prompts for the trace; unset means: on with `DEMO`, off otherwise."""
    LLM_GENERATIONS_PER_MINUTE: int = Field(default=20, ge=1, le=10_000)
    """Drafts one person may start within a minute.

    This and the six below are defaults: administrators set their company's own.
    """
    LLM_GENERATIONS_AT_ONCE: int = Field(default=10, ge=1, le=10_000)
    LLM_TOKENS_PER_DAY: int = Field(default=2_000_000, ge=1, le=10**12)
    """Tokens in and out that one person's drafts may use in a UTC day."""
    LLM_BUDGET_USD_PER_MONTH: Decimal | None = Field(default=None, ge=0, le=10**7)
    """What one person's drafts may cost in a UTC month; unset means no limit."""
    LLM_COMPANY_GENERATIONS_PER_MINUTE: int = Field(default=600, ge=1, le=100_000)
    LLM_COMPANY_GENERATIONS_AT_ONCE: int = Field(default=500, ge=1, le=100_000)
    LLM_COMPANY_BUDGET_USD_PER_MONTH: Decimal | None = Field(default=None, ge=0, le=10**7)
    LLM_FREE_MODELS: str = ""
    """Names of models that cost nothing, separated by commas."""
    STREAM_FLUSH_MS: int = Field(default=40, ge=1, le=2000)

    TRUSTED_PROXY_HOPS: int = Field(default=0, ge=0, le=10)
    """Proxies of our own in front of the app, each of which adds to `X-Forwarded-For`."""
    SESSION_MAX_DAYS: int = Field(default=7, ge=1, le=365)
    """After this many days a browser must sign in again, however much it was used."""
    API_TOKENS_PER_USER: int = Field(default=20, ge=1, le=1000)
    """API tokens of one person that are valid at once; one more ends the oldest."""
    API_SOCKETS_PER_USER: int = Field(default=10, ge=1, le=1000)
    """API streams that one person may have open; counted per process while Redis is away."""
    SOCKETS: int = Field(default=5000, ge=1, le=1_000_000)
    """Open pages in all. This and the next eight apply to each process."""
    SOCKETS_PER_USER: int = Field(default=100, ge=1, le=100_000)
    """Open pages of one person."""
    SOCKETS_OF_STRANGERS: int = Field(default=200, ge=1, le=100_000)
    """Open pages in which nobody is signed in; the oldest makes room for one more."""
    SOCKETS_OF_STRANGERS_PER_ADDRESS: int = Field(default=50, ge=1, le=100_000)
    """The same from one address."""
    SOCKET_MESSAGE_KB: int = Field(default=450, ge=100, le=10_000)
    """The longest message of a page: 100,000 characters of notes in the widest script and more."""
    SOCKET_UNREAD_KB: int = Field(default=4000, ge=500, le=1_000_000)
    """What a page may leave unread before its socket is ended."""
    SOCKETS_UNREAD_MB: int = Field(default=64, ge=5, le=100_000)
    """What all pages may leave unread before the fullest socket is ended."""
    SOCKET_SEND_WITHIN_S: float = Field(default=20, gt=0, le=600)
    """How long a page may take to accept one message, or a client one part of an answer."""
    TAB_STATES_KEPT_S: float = Field(default=300, ge=5, le=3600)
    """How long a page's state is kept after its tab is closed; a stranger's is dropped soon."""
    CONNECTIONS: int = Field(default=8192, ge=128, le=1_000_000)
    """Connections of HTTP that all processes together accept at once."""
    HEADERS_WITHIN_S: float = Field(default=10, ge=1, le=600)
    """How long a request's headers may take, and a connection be idle."""
    BODY_WITHIN_S: float = Field(default=10, gt=0, le=600)
    """How long a request's body may take."""

    KEEP_LOG_DAYS: int = Field(default=90, ge=0, le=36_500)
    """Days that rows of the system log are kept; 0 means forever, here and below."""
    KEEP_ATTEMPTS_DAYS: int = Field(default=30, ge=0, le=36_500)
    """Days that sign-in attempts are kept: they hold addresses of people and machines."""
    KEEP_PROMPTS_DAYS: int = Field(default=30, ge=0, le=36_500)
    """Days that prompts are kept, if they are kept at all."""

    ALERT_ERROR_RATE_PERCENT: float = Field(default=20, ge=0.1, le=100)
    """Administrators are alerted when a larger share of a company's calls fail or are interrupted;
    100 means never."""
    ALERT_ERROR_WINDOW_MIN: int = Field(default=60, ge=1, le=1440)
    """The rate is taken over the calls begun in this many minutes."""
    ALERT_ERROR_MIN_CALLS: int = Field(default=10, ge=1, le=100_000)
    """With fewer calls than this, the rate means nothing."""
    ALERT_WEBHOOK_URL: SecretStr | None = None
    """Where alerts are sent; its path or user name may be a secret."""
    ALERT_WEBHOOK_SECRET: SecretStr | None = Field(default=None, validate_default=True)
    """The key they are signed with: `whsec_` and 24 to 64 bytes in base64."""

    SMTP_URL: SecretStr | None = None
    """Where mail is sent: `smtp://user:password@host:587`, or `smtps://` for TLS from the start."""
    MAIL_FROM: str | None = Field(default=None, max_length=254, validate_default=True)
    """The address that mail comes from."""

    SETUP_COMPANY: str | None = Field(default=None, max_length=200)
    """With the two below: the company that an installation without any begins with."""
    SETUP_ADMIN_EMAIL: str | None = Field(default=None, max_length=254)
    SETUP_ADMIN_PASSWORD: SecretStr | None = Field(default=None, validate_default=True)

    DEMO: bool = False
    PORT: int = Field(default=3000, ge=1, le=65_535)
    HOST: str = Field(default="127.0.0.1", min_length=1)
    LOG_LEVEL: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    LOG_JSON: bool = False

    @field_validator("DATABASE_URL")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if not value.startswith(("sqlite:///", "postgresql://")):
            raise ValueError("must start with sqlite:/// or postgresql://")
        return value

    @field_validator("PUBLIC_URL", "OPENAI_BASE_URL")
    @classmethod
    def _http_url(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if not value.startswith(("http://", "https://")):
            raise ValueError("must start with http:// or https://")
        try:
            host, _ = urlsplit(value).hostname, urlsplit(value).port
        except ValueError:
            host = None
        if not host:
            raise ValueError("must be an address such as https://example.com")
        return value.rstrip("/")

    @field_validator("REDIS_URL")
    @classmethod
    def _redis_url(cls, value: str | None) -> str | None:
        if value is not None and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must start with redis://, rediss:// or unix://")
        return value

    @field_validator("ALERT_WEBHOOK_URL")
    @classmethod
    def _webhook_url(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value.get_secret_value())
            host, _ = parts.hostname, parts.port
        except ValueError:
            raise ValueError("must be an address such as https://example.com/hook") from None
        if not host or parts.scheme not in {"https", "http"}:
            raise ValueError("must be an address such as https://example.com/hook")
        if parts.scheme == "http" and host not in _LOOPBACK:
            raise ValueError("must start with https://; http:// is for this machine only")
        return value

    @field_validator("ALERT_WEBHOOK_SECRET")
    @classmethod
    def _webhook_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is None:
            if info.data.get("ALERT_WEBHOOK_URL") is not None:
                raise ValueError("must be set where ALERT_WEBHOOK_URL is, see .env.example")
            return None
        try:
            webhook_key(value)
        except ValueError:
            raise ValueError("must be whsec_ followed by 24 to 64 bytes in base64") from None
        return value

    @field_validator("SMTP_URL")
    @classmethod
    def _mail_server(cls, value: SecretStr | None) -> SecretStr | None:
        if value is None:
            return None
        try:
            parts = urlsplit(value.get_secret_value())
            host, _ = parts.hostname, parts.port
        except ValueError:
            host, parts = None, urlsplit("")
        if not host or parts.scheme not in {"smtp", "smtps"}:
            raise ValueError("must be an address such as smtp://user:password@mail.example.com:587")
        return value

    @field_validator("MAIL_FROM")
    @classmethod
    def _sender(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is None:
            if info.data.get("SMTP_URL") is not None:
                raise ValueError("must be set where SMTP_URL is")
            return None
        if "@" not in value or not value.isprintable():
            raise ValueError("must be an address such as debrief@example.com")
        return value

    @field_validator("SETUP_ADMIN_PASSWORD")
    @classmethod
    def _all_of_set_up(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        others = [info.data.get("SETUP_COMPANY"), info.data.get("SETUP_ADMIN_EMAIL")]
        if any(others) != (value is not None) or any(others) != all(others):
            raise ValueError("must be set together with SETUP_COMPANY and SETUP_ADMIN_EMAIL")
        return value

    @field_validator("LOG_LEVEL", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @property
    def offline(self) -> bool:
        """Whether the offline drafter serves: neither a key nor a server is configured."""
        return self.OPENAI_API_KEY is None and self.OPENAI_BASE_URL is None

    @property
    def reasoning_effort(self) -> str | None:
        """The reasoning effort to ask the model for; `None` to send nothing about it."""
        return self.LLM_REASONING_EFFORT or (None if self.OPENAI_BASE_URL else "none")

    @property
    def free_models(self) -> frozenset[str]:
        """The models that cost nothing because this installation's settings say so."""
        return frozenset(name.strip() for name in self.LLM_FREE_MODELS.split(",")) - {""}

    @property
    def store_content(self) -> bool:
        """Whether prompts are kept for the trace of a call."""
        return self.DEMO if self.LLM_STORE_CONTENT is None else self.LLM_STORE_CONTENT

    @property
    def address(self) -> str:
        """Where people open the app, without a trailing slash."""
        host = "localhost" if self.HOST in _EVERY_INTERFACE else self.HOST
        return self.PUBLIC_URL or f"http://{f'[{host}]' if ':' in host else host}:{self.PORT}"

    @property
    def socket_address(self) -> str:
        """The socket address built into the page.

        On loopback it is spelled `localhost`, the one name Reflex's page replaces by whatever name
        it was opened under, so that the host-bound session cookie is always sent.
        """
        if self.PUBLIC_URL is None and self.HOST in _LOOPBACK:
            return f"http://localhost:{self.PORT}"
        return self.address

    @property
    def origins(self) -> tuple[str, ...]:
        """The origins this app's pages are served from."""
        if self.PUBLIC_URL is None and self.HOST in _LOOPBACK | _EVERY_INTERFACE:
            return tuple(
                f"http://{host}:{self.PORT}" for host in ("localhost", "127.0.0.1", "[::1]")
            )
        parts = urlsplit(self.address)
        return (f"{parts.scheme}://{parts.netloc}",)

    @property
    def is_loopback(self) -> bool:
        """Whether the app is for this machine only: it listens here, and has no other address."""
        public = urlsplit(self.PUBLIC_URL).hostname if self.PUBLIC_URL else None
        return _is_loopback(self.HOST) and (public is None or _is_loopback(public))

    @property
    def is_behind_unknown_proxy(self) -> bool:
        """Whether people can only reach the app through a proxy that we are not told to trust."""
        return not self.is_loopback and _is_loopback(self.HOST) and not self.TRUSTED_PROXY_HOPS

    @property
    def secure(self) -> bool:
        """Whether people reach the app over https."""
        return self.address.startswith("https://")

    @property
    def is_sqlite(self) -> bool:
        return self.DATABASE_URL.startswith("sqlite")


def _is_loopback(host: str) -> bool:
    try:
        return host in _LOOPBACK or ip_address(host).is_loopback
    except ValueError:
        return False


def webhook_key(secret: SecretStr) -> bytes:
    """The key in a secret in the Standard Webhooks format: `whsec_` and base64.

    Raises:
        ValueError: it is not in that format, or not 24 to 64 bytes long.
    """
    prefix, written = secret.get_secret_value()[:6], secret.get_secret_value()[6:]
    key = b64decode(written, validate=True)
    if prefix != "whsec_" or not 24 <= len(key) <= 64:
        raise ValueError("no such secret")
    return key


def explain(error: ValidationError) -> str:
    """One sentence that names the first wrong setting, without repeating its value."""
    first = error.errors()[0]
    name = str(first["loc"][0]) if first["loc"] else "a setting"
    reason = first["msg"].removeprefix("Value error, ")
    return f"Setting {name} is wrong: {reason[0].lower()}{reason[1:]}."


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The validated settings; a wrong one ends the process with one sentence."""
    try:
        return Settings()  # pyright: ignore[reportCallIssue]
    except ValidationError as error:
        sys.exit(explain(error))


if __name__ == "__main__":
    get_settings()
