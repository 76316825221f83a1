"""Sends an account link by mail, where `SMTP_URL` and `MAIL_FROM` are set.

Mail is a convenience: the link is shown to be copied in any case, so a server that is down costs
nothing but the sentence that says so.
"""

import logging
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib

from feedback_app.core.settings import get_settings
from feedback_app.db.models import LinkKind

_log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
_SUBJECTS = {
    LinkKind.INVITE: "{who} invites you to {company} on Debrief",
    LinkKind.RESET: "A new password for Debrief",
}
_BODIES = {
    LinkKind.INVITE: """\
{who} invites you to {company} on Debrief, where interviewers write feedback.

Open this link to choose a name and a password. It works once, until {until}:

{address}

If you do not know {who}, ignore this mail.
""",
    LinkKind.RESET: """\
{who} made a link with which you can choose another password for Debrief.
It works once, until {until}:

{address}

If you did not ask for it, ignore this mail: nothing changes until the link is used.
""",
}


def is_configured() -> bool:
    """Whether links are mailed."""
    settings = get_settings()
    return settings.SMTP_URL is not None and settings.MAIL_FROM is not None


async def send(
    kind: LinkKind, to: str, *, address: str, who: str, company: str, until: str
) -> bool:
    """Mail a link; return whether the mail server took it."""
    settings = get_settings()
    if settings.SMTP_URL is None or settings.MAIL_FROM is None:
        return False
    server = urlsplit(settings.SMTP_URL.get_secret_value())
    is_tls = server.scheme == "smtps"
    try:
        await aiosmtplib.send(
            _message(kind, to, who=who, company=company, until=until, address=address),
            hostname=server.hostname,
            port=server.port or (465 if is_tls else 587),
            username=unquote(server.username) if server.username else None,
            password=unquote(server.password) if server.password else None,
            use_tls=is_tls,
            # A password never crosses a network in the clear.
            start_tls=None if is_tls or not server.username else True,
            timeout=TIMEOUT_S,
        )
    except (aiosmtplib.SMTPException, OSError, ValueError) as fault:
        _log.warning("a mail was not sent: %s", type(fault).__name__)
        return False
    return True


def _message(kind: LinkKind, to: str, **words: str) -> EmailMessage:
    """The mail of a link.

    Raises:
        ValueError: a word would begin a line of its own in a header.
    """
    settings = get_settings()
    message = EmailMessage()
    message["From"], message["To"] = settings.MAIL_FROM, to
    message["Subject"] = _SUBJECTS[kind].format(**words)
    message["Date"] = formatdate(usegmt=True)
    message["Message-ID"] = make_msgid(domain=urlsplit(settings.address).hostname or "debrief")
    message.set_content(_BODIES[kind].format(**words))
    return message
