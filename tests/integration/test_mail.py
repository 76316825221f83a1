"""Links that are mailed, to a real mail server."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope

from feedback_app.auth.sessions import CurrentUser
from feedback_app.core.settings import Settings, get_settings
from feedback_app.db.models import LinkKind, User
from feedback_app.db.session import Database
from feedback_app.people import links, service
from tests.databases import free_port
from tests.factories import make_admin, make_company, make_user


class Mailbox:
    """What a mail server has accepted."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 OK"
        self.sign_ins: list[Any] = []

    def sign_in(
        self, _server: Any, _session: Any, _envelope: Any, _way: str, data: Any
    ) -> AuthResult:
        """Accepts anybody, as a server that does not mind passwords in the clear."""
        self.sign_ins.append(data)
        return AuthResult(success=True)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return self.answer


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box, port = Mailbox(), free_port()
    server = Controller(
        box,
        hostname="127.0.0.1",
        port=port,
        authenticator=box.sign_in,
        auth_require_tls=False,
    )
    server.start()
    yield box, port
    server.stop()


def set_up_mail(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("SMTP_URL", url)
    monkeypatch.setenv("MAIL_FROM", "Debrief <debrief@lighthouse.test>")
    get_settings.cache_clear()


@pytest.fixture(autouse=True)
def _fresh_settings() -> Iterator[None]:
    yield
    get_settings.cache_clear()


def acting(user: User) -> CurrentUser:
    return CurrentUser(user.id, user.company_id, user.name, user.email, user.role)


async def test_an_invitation_and_a_password_link_arrive_and_work(
    database: Database, monkeypatch: pytest.MonkeyPatch, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    set_up_mail(monkeypatch, f"smtp://127.0.0.1:{port}")
    company = await make_company(database, name="Leuchtturm & Söhne")
    admin = await make_admin(database, company, name="Grete Möller")
    user = await make_user(database, company, email="bo@example.test")
    made = await service.invite(acting(admin), "ole@example.test", "interviewer")
    reset = await service.reset_link(acting(admin), user.id)
    assert (made.mail, reset.mail) == ("sent", "sent")
    invited, renewed = box.mails
    assert invited["To"] == "ole@example.test"
    assert invited["Subject"] == "Grete Möller invites you to Leuchtturm & Söhne on Debrief"
    assert renewed["To"] == "bo@example.test"
    for mail, kind in ((invited, LinkKind.INVITE), (renewed, LinkKind.RESET)):
        found = re.search(r"http://\S+/([\w-]{43})\n", mail.get_content().replace("\r\n", "\n"))
        assert found is not None
        assert (await links.look_up(kind, found[1])).status == "live"


@pytest.mark.parametrize("server", ["refuses", "is not there", "asks for a sign-in in the clear"])
async def test_without_the_mail_the_link_is_still_there_to_be_copied(
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    mailbox: tuple[Mailbox, int],
    caplog: pytest.LogCaptureFixture,
    server: str,
) -> None:
    box, port = mailbox
    box.answer = "250 OK" if server.startswith("asks") else "554 No"
    address = {
        "refuses": f"smtp://127.0.0.1:{port}",
        "is not there": f"smtp://127.0.0.1:{free_port()}",
        "asks for a sign-in in the clear": f"smtp://grete:secret-word@127.0.0.1:{port}",
    }[server]
    set_up_mail(monkeypatch, address)
    admin = await make_admin(database)
    made = await service.invite(acting(admin), "ole@example.test", "interviewer")
    assert made.mail == "failed"
    assert box.sign_ins == []
    token = made.address.rsplit("/", 1)[1]
    assert (await links.look_up(LinkKind.INVITE, token)).status == "live"
    assert "a mail was not sent" in caplog.text
    assert "secret-word" not in caplog.text
    assert token not in caplog.text


async def test_where_no_mail_is_set_up_nothing_is_said_of_it(database: Database) -> None:
    admin = await make_admin(database)
    assert (await service.invite(acting(admin), "ole@example.test", "interviewer")).mail == ""


async def test_a_name_cannot_add_a_header(
    database: Database, monkeypatch: pytest.MonkeyPatch, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    set_up_mail(monkeypatch, f"smtp://127.0.0.1:{port}")
    admin = await make_admin(database, name="Grete\r\nBcc: all@example.test")
    made = await service.invite(acting(admin), "ole@example.test", "interviewer")
    assert made.mail == "failed"
    assert box.mails == []


@pytest.mark.parametrize(
    ("settings", "named"),
    [
        ({"SMTP_URL": "http://mail.example.com", "MAIL_FROM": "a@b.test"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://", "MAIL_FROM": "a@b.test"}, "SMTP_URL"),
        ({"SMTP_URL": "smtp://mail.example.com"}, "MAIL_FROM"),
        ({"SMTP_URL": "smtp://mail.example.com", "MAIL_FROM": "nobody"}, "MAIL_FROM"),
    ],
)
def test_a_mail_setting_that_cannot_be_used_is_named(settings: dict[str, str], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        Settings(_env_file=None, **settings)  # pyright: ignore[reportCallIssue, reportArgumentType]
