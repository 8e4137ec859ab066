"""The page that lists the reports that are kept, in the look of a report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib import resources
from typing import Any

from markupsafe import Markup

from graphkoc.report.catalogue import Catalogue
from graphkoc.report.page import hash_source, make_environment
from graphkoc.text import display_name

__all__ = ["render_index"]

STYLES = ("style/base.css", "index.css")
LONGEST = 300
"""Characters of an error."""


def render_index(reports: Sequence[Mapping[str, Any]], last: Mapping[str, Any] | None, language: str) -> str:
    """The list of reports as one HTML page; the same bytes for the same arguments.

    reports: the newest first, each {folder, made_at, as_of, notice, titles, people, kocs, changed, rejected, unread}.
    last: what became of the newest refresh: {time, outcome, error}; None where there was none. Raises UsageError for
    an unknown language.
    """
    say = Catalogue(language)
    folder = resources.files("graphkoc.report")
    style = "\n".join((folder / name).read_text(encoding="utf-8").strip() for name in STYLES)
    page = make_environment("html")
    return page.get_template("index.html.j2").render(
        say=say,
        reports=[_describe_report(report, say) for report in reports],
        last=None if last is None else _describe_last(last, say),
        failed=last is not None and last["outcome"] == "failed",
        style=Markup(style),
        style_hash=hash_source(style),
    )


def _describe_report(report: Mapping[str, Any], say: Catalogue) -> dict[str, Any]:
    counts = [say("index.counts", kocs=say.count(report["kocs"], "kocs"), people=say.count(report["people"], "people"))]
    if report["as_of"]:
        counts.append(say("index.data", day=say.day(report["as_of"])))
    rows = [say.count(report["rejected"], "rows")] if report["rejected"] else []
    missed = rows + ([say.count(report["unread"], "files")] if report["unread"] else [])
    return {
        "folder": report["folder"],
        "made": _describe_time(str(report["made_at"]), say),
        "title": report["titles"]["analyst"],
        "notice": report["notice"],
        "counts": counts,
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
