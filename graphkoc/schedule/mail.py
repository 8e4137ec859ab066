"""Mail: a report as an attachment, by the SMTP server that the environment names.

    GRAPHKOC_MAIL_TO        addresses, separated by commas
    GRAPHKOC_MAIL_FROM      the sender's address; by default the user of the server
    GRAPHKOC_SMTP_URL       smtp://user@host:587 (STARTTLS) or smtps://user@host:465 (encrypted from the start)
    GRAPHKOC_SMTP_PASSWORD  the user's password

Nothing is sent unencrypted, but to this machine, and no certificate is taken that cannot be checked. No error and no
line of the log repeats the URL or the password.
"""

from __future__ import annotations

import hashlib
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from urllib.parse import unquote, urlsplit

from graphkoc.errors import StoreError, UsageError
from graphkoc.schedule.servers import TIMEOUT, describe_failure, is_local

__all__ = ["MailServer", "read_mail_server", "send_mail", "write_mail"]

TO, FROM, URL, PASSWORD = (f"GRAPHKOC_{name}" for name in ("MAIL_TO", "MAIL_FROM", "SMTP_URL", "SMTP_PASSWORD"))
EXAMPLE = "smtp://user@mail.example.com:587"
PORTS = {"smtps": 465, "smtp": 587}
LOCAL_PORT = 25
UNBROKEN = 900
"""Characters of a line of a mail that is not broken; 998 is the limit of the standard."""


@dataclass(frozen=True)
class MailServer:
    """Where mail is handed in, and from whom to whom it goes.

    encrypted: from the start, and not by STARTTLS. sender and recipients: addresses without names.
    """

    host: str
    port: int
    encrypted: bool
    user: str | None
    password: str = field(repr=False)
    sender: str
    recipients: tuple[str, ...]


def read_mail_server(given: Mapping[str, str]) -> MailServer | None:
    """The server that the environment names; None without recipients. Raises UsageError for what is no address."""
    if not given.get(TO, "").strip():
        return None
    recipients = tuple(dict.fromkeys(_read_addresses(TO, given[TO])))
    try:
        url = urlsplit(given.get(URL, "").strip())
        host, port = url.hostname, url.port
    except ValueError:
        host = port = None
    if not host or url.scheme not in PORTS or url.path.strip("/") or url.query:
        raise UsageError(f"{URL} does not name a mail server", hint=f"Write it like {EXAMPLE}.")
    if url.password is not None:
        raise UsageError(f"{URL} holds a password", hint=f"Put the password into {PASSWORD}.")
    user = unquote(url.username) if url.username else None
    if user and not given.get(PASSWORD):
        raise UsageError(f"{URL} names a user, and {PASSWORD} is missing", hint="Set both, or leave the user out.")
    sender = given.get(FROM, "").strip() or (user if user and "@" in user else "")
    if not sender:
        raise UsageError(f"{FROM} is missing", hint="Set it to the address that the mail is from.")
    default = LOCAL_PORT if is_local(host) and url.scheme == "smtp" else PORTS[url.scheme]
    (address,) = _read_addresses(FROM, sender)[:1]
    return MailServer(host, port or default, url.scheme == "smtps", user, given.get(PASSWORD, ""), address, recipients)


def _read_addresses(variable: str, text: str) -> list[str]:
    addresses = [address for _, address in getaddresses([text])]
    for address in addresses:
        try:
            domain = Address(addr_spec=address).domain
        except (ValueError, IndexError, LookupError):
            domain = ""
        if not domain or not address.isprintable():
            raise UsageError(
                f"{variable} has something that is no address of mail", hint="Write addresses, separated by commas."
            )
    return addresses


def write_mail(
    server: MailServer, to: Sequence[str], subject: str, text: str, page: bytes, name: str, report: str
) -> EmailMessage:
    """A mail with a text and a page as an attachment.

    to: addresses. name: of the attached file. report: of which it is; the same report to the same people has the same
    Message-ID, so that a mail server can leave out one that comes twice.
    """
    title = " ".join("".join(c if c.isprintable() else " " for c in subject).split())
    # Python breaks a long line of ASCII right after "Subject:", and readers of mail then show a space before it.
    mail = EmailMessage(SMTP.clone(max_line_length=UNBROKEN) if title.isascii() else SMTP)
    mail["Subject"] = title
    mail["From"], mail["To"] = server.sender, ", ".join(to)
    mail["Date"] = format_datetime(datetime.now(UTC))
    key = hashlib.sha256("\n".join([report, *to]).encode()).hexdigest()[:24]
    mail["Message-ID"] = f"<{key}@{server.sender.rpartition('@')[2]}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(text)
    mail.add_attachment(page, maintype="text", subtype="html", filename=name)
    return mail


def send_mail(server: MailServer, mail: EmailMessage) -> list[str]:
    """Hand in a mail, and return the addresses that the server refused.

    Raises StoreError, in one sentence, where the mail was not taken at all.
    """
    try:
        with _connect(server) as connection:
            if server.user:
                connection.login(server.user, server.password)
            return sorted(connection.send_message(mail))
    except smtplib.SMTPAuthenticationError:
        raise _fail(server, "it does not take the user's password", f"Check {URL} and {PASSWORD}.") from None
    except smtplib.SMTPRecipientsRefused:
        raise _fail(server, "it refused every recipient", f"Check {TO}.") from None
    except smtplib.SMTPResponseException as error:
        raise _fail(server, f"it answered with code {error.smtp_code}") from None
    except smtplib.SMTPNotSupportedError:
        raise _fail(server, "it lacks what this mail needs, such as a login or addresses like these") from None
    except UnicodeError:
        raise _fail(server, "the user's password has characters that it does not take") from None
    except OSError as error:
        raise _fail(server, describe_failure(error)) from None


def _connect(server: MailServer) -> smtplib.SMTP:
    """An encrypted connection; to this machine a plain one where the server offers no other."""
    context = ssl.create_default_context()
    if server.encrypted:
        return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT, context=context)
    connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT)
    try:
        connection.ehlo_or_helo_if_needed()
        if connection.has_extn("starttls"):
            connection.starttls(context=context)
        elif not is_local(server.host):
            raise _fail(server, "it offers no encryption", "Use another server, or one with smtps.")
    except BaseException:
        connection.close()
        raise
    return connection


def _fail(server: MailServer, why: str, hint: str = "The next refresh sends it again.") -> StoreError:
    return StoreError(f"the report was not mailed by {server.host}: {why}", hint=hint)
