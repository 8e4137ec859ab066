"""The page that lists the reports that are kept, in the look of a report, and the message that comes with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import resources
from typing import Any

from markupsafe import Markup

from graphkoc.assets import hash_source
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.page import make_environment, render_markdown
from graphkoc.text import display_name

__all__ = ["render_index", "write_counts", "write_message", "write_subject"]

STYLES = ("style/base.css", "index.css")
LONGEST = 300
"""Characters of an error."""


def render_index(
    reports: Sequence[Mapping[str, Any]], last: Mapping[str, Any] | None, language: str, unsent: str | None = None
) -> str:
    """The list of reports as one HTML page; the same bytes for the same arguments.

    reports: the newest first, each {folder, made_at, as_of, notice, titles, people, kocs, changed, rejected, unread}.
    last: what became of the newest refresh: {time, outcome, error}; None where there was none. unsent: why the
    newest report was not sent, if so. Raises UsageError for an unknown language.
    """
    say = Catalogue(language)
    folder = resources.files("graphkoc.report")
    style = "\n".join((folder / name).read_text(encoding="utf-8").strip() for name in STYLES)
    page = make_environment("html")
    return page.get_template("index.html.j2").render(
        say=say,
        reports=[_describe_report(report, say) for report in reports],
        last=None if last is None else _describe_last(last, say),
        unsent=say("index.unsent", error=display_name(unsent, LONGEST)) if unsent else None,
        failed=last is not None and last["outcome"] == "failed",
        style=Markup(style),
        style_hash=hash_source(style),
    )


def write_subject(document: Mapping[str, Any]) -> str:
    """What a message about a report is called: its title, and the day to which its data go."""
    say = Catalogue(document["language"])
    title = str(document["sections"]["first"]["title"])
    return f"{title.rstrip('.。')} ({say.day(document['as_of'])})" if document["as_of"] else title


def write_message(document: Mapping[str, Any]) -> str:
    """The text of a message that a report is attached to: its first screen, as Markdown."""
    say = Catalogue(document["language"])
    first = render_markdown({**document, "sections": {"first": document["sections"]["first"]}})
    notice = [document["notice"]] if document["notice"] else []
    return "\n\n".join([*notice, first.strip(), say("index.attached")]) + "\n"


def write_counts(document: Mapping[str, Any], kocs: int) -> str:
    """How many people and key opinion consumers a report has, and its day, without a name."""
    say = Catalogue(document["language"])
    return " · ".join(_list_counts(say, kocs, int(document["people"]), document["as_of"]))


def _list_counts(say: Catalogue, kocs: int, people: int, as_of: str | None) -> list[str]:
    counts = say("index.counts", kocs=say.count(kocs, "kocs"), people=say.count(people, "people"))
    return [counts, *([say("index.data", day=say.day(as_of))] if as_of else [])]


def _describe_report(report: Mapping[str, Any], say: Catalogue) -> dict[str, Any]:
    rows = [say.count(report["rejected"], "rows")] if report["rejected"] else []
    missed = rows + ([say.count(report["unread"], "files")] if report["unread"] else [])
    return {
        "folder": report["folder"],
        "made": _describe_time(str(report["made_at"]), say),
        "title": report["titles"]["analyst"],
        "notice": report["notice"],
        "counts": _list_counts(say, report["kocs"], report["people"], report["as_of"]),
        "changed": report["changed"],
        "missed": say("index.missed", what=say.join(missed)) if missed else None,
    }


def _describe_last(last: Mapping[str, Any], say: Catalogue) -> str:
    """What became of the newest refresh, in one sentence or two."""
    time = _describe_time(str(last["time"]), say)
    if last["outcome"] == "failed":
        return say("index.failed", time=time, error=display_name(str(last.get("error") or ""), LONGEST))
    return say("index.reported" if last["outcome"] == "reported" else "index.unchanged", time=time)


def _describe_time(time: str, say: Catalogue) -> str:
    return say("index.time", day=say.day(time), time=f"{datetime.fromisoformat(time):%H:%M}")
