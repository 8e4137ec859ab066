"""A report is sent: by mail with its page, and to a webhook by its counts; what was not taken is sent again.

The log has a line for each attempt, with those who were sent the report. A refresh that is killed while it sends may
send it twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from graphkoc.errors import StoreError
from graphkoc.runs.ledger import add_entries, read_entries
from graphkoc.schedule.mail import MailServer, read_mail_server, send_mail, write_mail
from graphkoc.schedule.reports import LOG, KeptReport, find_page
from graphkoc.schedule.webhook import post_counts, read_webhook

__all__ = ["Channels", "read_channels", "send_report"]

COUNTED = ("as_of", "since", "people", "kocs", "niches", "circles", "changes", "new", "changed_rows", "rejected")


@dataclass(frozen=True)
class Channels:
    """How reports are sent. mail: None for no mail. webhook: its address, None for none. reader: of the mailed page."""

    mail: MailServer | None
    webhook: str | None
    reader: str


def read_channels(given: Mapping[str, str], reader: str) -> Channels:
    """How the environment says that reports are sent; UsageError for an address that is none."""
    return Channels(read_mail_server(given), read_webhook(given), reader)


def send_report(reports: Path, report: KeptReport, channels: Channels) -> dict[str, Any] | None:
    """Send a report to those who were not sent it yet, and add a line to the log; None where nobody is left.

    Returns the line: {time, outcome (sent, or unsent where something was not taken), report, mail, webhook, errors}.
    mail: {to, refused, for, host}; webhook: {host, taken}; each None where nothing was to be sent. errors: a sentence
    for each failure. Raises StoreError when the log cannot be written.
    """
    before = [entry for entry in read_entries(reports / LOG) if entry.get("report") == report.folder.name]
    to = [] if channels.mail is None else _find_waiting(channels.mail.recipients, before)
    posts = channels.webhook is not None and not any((entry.get("webhook") or {}).get("taken") for entry in before)
    if not to and not posts:
        return None
    errors: list[str] = []
    mailed = _mail(report, channels, to, errors) if to else None
    posted = _post(report, channels, errors) if posts else None
    entry = {
        "time": datetime.now(UTC).isoformat(timespec="seconds"),
        "outcome": "unsent" if errors else "sent",
        "report": report.folder.name,
        "mail": mailed,
        "webhook": posted,
        "errors": errors,
    }
    add_entries(reports / LOG, lambda _: [entry])
    return entry


def _find_waiting(recipients: Sequence[str], before: Sequence[Mapping[str, Any]]) -> list[str]:
    """The recipients who were not sent the report yet."""
    served = {str(one).casefold() for entry in before for one in (entry.get("mail") or {}).get("to", [])}
    return [one for one in recipients if one.casefold() not in served]


def _mail(report: KeptReport, channels: Channels, to: Sequence[str], errors: list[str]) -> dict[str, Any]:
    assert channels.mail is not None
    about, reader = report.about, channels.reader
    name = f"report-{(about['as_of'] or about['made_at'])[:10]}.html"
    page = find_page(report, reader).read_bytes()
    subject, text = about["subjects"][reader], about["texts"][reader]
    refused = list(to)
    try:
        refused = send_mail(channels.mail, write_mail(channels.mail, to, subject, text, page, name, report.folder.name))
    except StoreError as error:
        errors.append(str(error))
    else:
        if refused:
            errors.append(f"the mail server {channels.mail.host} refused {', '.join(refused)}")
    served = [one for one in to if one not in refused]
    return {"to": served, "refused": refused, "for": reader, "host": channels.mail.host}


def _post(report: KeptReport, channels: Channels, errors: list[str]) -> dict[str, Any]:
    assert channels.webhook is not None
    about = report.about
    counts = {name: about[name] for name in ("name", "made_at", *COUNTED, "unread", "text")}
    taken = True
    try:
        post_counts(channels.webhook, {"report": counts.pop("name"), **counts})
    except StoreError as error:
        errors.append(str(error))
        taken = False
    return {"host": urlsplit(channels.webhook).hostname, "taken": taken}
