"""You said, we did: replies to those who raised findings, on what became of these."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from graphkoc.errors import UsageError
from graphkoc.files import read_toml
from graphkoc.invite.listening.finding_states import CLOSED
from graphkoc.invite.messages import make_inert
from graphkoc.qualify.remarks.remarks import POSITIVE

__all__ = ["gather_replies", "list_reply_languages", "write_reply"]

WORDING = Path(__file__).with_name("replies.toml")
LONGEST_NOTE = 600
"""Characters of what the team writes; of what others write there are fewer."""


def gather_replies(findings: Iterable[Mapping[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What each person gets a reply about, by consumer: [{finding, said, status, note}], what was changed first.

    findings: of `graphkoc.invite.listening.findings.describe_findings`. Findings that are open tell nobody anything.
    Whoever praised what others name as a problem did not ask for a change, and gets no reply about one.
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in sorted(findings, key=lambda one: one["status"] not in CLOSED or CLOSED.index(one["status"])):
        if finding["status"] not in CLOSED:
            continue
        for quote in finding["quotes"]:
            if not (finding["critical"] and finding["sign"] != POSITIVE and quote["sign"] == POSITIVE):
                point = {"finding": finding["id"], "said": quote["sentence"]}
                found.setdefault(quote["consumer"], []).append(
                    point | {name: finding[name] for name in ("status", "note")}
                )
    return found


def write_reply(
    language: str, name: str, brand: str, points: Sequence[Mapping[str, Any]], *, product: str = "", sender: str = ""
) -> str:
    """A reply as plain text, which is the same read as Markdown or put on a page.

    points: as `gather_replies` returns them. product: what they were asked about; sender: who writes; both may be
    empty. A note stays in the language in which the team wrote it. Raises UsageError for a language that there is no
    reply in, and for a name or brand of which nothing is left.
    """
    if language not in list_reply_languages():
        raise UsageError(f"there is no reply in {language!r}", hint=f"There are: {', '.join(list_reply_languages())}.")
    words = _read_wording()[language]
    fields = {"name": name, "brand": brand, "product": product, "sender": sender}
    shown = {field: make_inert(value) for field, value in fields.items()}
    if empty := next((field for field in ("name", "brand") if not shown[field]), None):
        raise UsageError(f"the reply lacks a {empty}", hint="Give it in words.")
    greeting = words["from_sender" if shown["sender"] else "from_team"]
    about = words["about" if shown["product"] else "about_nothing"]
    lines = [words["hello"], "", f"{greeting} {about}" if language != "zh" else greeting + about, ""]
    text = "\n".join(lines).format(**shown)
    for point in points:
        note = make_inert(point["note"] or "", LONGEST_NOTE)
        key = f"{point['status']}_note" if note else point["status"]
        text += f"\n– {words['said'].format(said=make_inert(point['said']))}\n  {words[key].format(note=note)}\n"
    return f"{text}\n{words['end']}\n"


def list_reply_languages() -> list[str]:
    """The languages that there is a reply in, sorted."""
    return sorted(_read_wording())


@cache
def _read_wording() -> dict[str, Any]:
    return read_toml(WORDING, UsageError)
