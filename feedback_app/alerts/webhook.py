"""Sends one message to the webhook, signed as Standard Webhooks 1.0 specifies.

Neither the address nor the receiver's answer is ever logged or kept: both may contain secrets.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

import aiohttp
from pydantic import SecretStr
from yarl import URL

from feedback_app.core.settings import Settings, webhook_key

TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of one attempt; `error` is empty if it was delivered."""

    error: str = ""
    is_final: bool = False
    """Whether trying again is pointless: the receiver says that the address no longer exists."""


def signature(secret: SecretStr, message_id: str, timestamp: int, body: bytes) -> str:
    """The `webhook-signature` header."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    digest = hmac.new(webhook_key(secret), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


class Webhook:
    """The receiver that the settings name."""

    def __init__(self, url: SecretStr, secret: SecretStr, *, timeout_s: float = TIMEOUT_S) -> None:
        self._url = url
        self._secret = secret
        self._timeout_s = timeout_s

    async def send(self, message_id: str, body: bytes, at: datetime) -> Outcome:
        """Post the message once; no redirect is followed, and the answer's body is not read."""
        timestamp = int(at.timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Debrief",
            "webhook-id": message_id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signature(self._secret, message_id, timestamp, body),
        }
        timeout = aiohttp.ClientTimeout(total=self._timeout_s)
        try:
            url = URL(self._url.get_secret_value(), encoded=True)
            async with (
                aiohttp.ClientSession(timeout=timeout, cookie_jar=aiohttp.DummyCookieJar()) as http,
                http.post(url, data=body, headers=headers, allow_redirects=False) as answer,
            ):
                status = answer.status
        except TimeoutError:
            return Outcome(f"there was no answer within {self._timeout_s:g} s")
        except aiohttp.ClientSSLError:
            return Outcome("no secure connection could be made")
        except aiohttp.ClientConnectorError:
            return Outcome("the server could not be reached")
        except (aiohttp.ClientError, OSError, ValueError):
            return Outcome("the connection broke off")
        if 200 <= status < 300:
            return Outcome()
        return Outcome(f"the server answered {status}", is_final=status == 410)


def webhook_of(settings: Settings) -> Webhook | None:
    """The webhook, or `None` if none is set."""
    url, secret = settings.ALERT_WEBHOOK_URL, settings.ALERT_WEBHOOK_SECRET
    return Webhook(url, secret) if url is not None and secret is not None else None


def webhook_host(settings: Settings) -> str:
    """The receiver's host, the part of its address that is not secret; empty without a webhook."""
    url = settings.ALERT_WEBHOOK_URL
    return (urlsplit(url.get_secret_value()).hostname or "") if url is not None else ""
