"""The folder of reports: a folder for each, a page that lists them all, and a copy of the newest.

    reports/
      index.html                 every report that is kept, and what became of the newest refresh
      latest.html                the newest report
      refreshes.jsonl            a line for each refresh
      2026-12-07T060004/         one report
        report.html, report-client.html, report.md, facts.json, facts-client.json, about.json

A report's folder is made whole or not at all, and then stays as it is. The two pages beside it are made of the
folders and of the lines: after a refresh that was killed, the next one makes them again.
"""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from graphkoc.files import replace_file, replace_folder, sweep_folder, translate_errors, working_folder
from graphkoc.report.index import render_index, write_counts, write_message, write_subject
from graphkoc.report.page import save_document
from graphkoc.runs.ledger import read_entries
from graphkoc.runs.run import Run

__all__ = [
    "INDEX",
    "LATEST",
    "LOG",
    "KeptReport",
    "find_last_refresh",
    "find_page",
    "is_same",
    "list_reports",
    "make_report",
    "remove_older",
    "show_reports",
    "summarise",
]

INDEX, LATEST, LOG = "index.html", "latest.html", "refreshes.jsonl"
ABOUT = "about.json"
OUTCOMES = ("reported", "unchanged", "failed")
"""What becomes of a refresh. Other lines of the log are of sending."""
PAGES = {"analyst": "report.html", "client": "report-client.html"}
FACTS = {"analyst": "facts.json", "client": "facts-client.json"}
FORMAT = 1
"""The format of about.json. A report of another format is neither listed nor removed."""
HINT = "Is the disk full, or the folder not yours?"


@dataclass(frozen=True)
class KeptReport:
    """A report that is kept: its folder, and what `summarise` makes of it."""

    folder: Path
    about: Mapping[str, Any]


def list_reports(reports: Path) -> list[KeptReport]:
    """The reports in a folder, the oldest first; what is no report is passed over.

    What a refresh that was killed left behind is put right before.
    """
    sweep_folder(reports)
    found = []
    for path in reports.glob(f"*/{ABOUT}"):
        try:
            about = json.loads(path.read_text(encoding="utf-8"))
            if about["format"] != FORMAT:
                continue
            found.append((int(about["number"]), path.parent.name, KeptReport(path.parent, about)))
        except (OSError, ValueError, LookupError, TypeError):
            continue
    return [report for _, _, report in sorted(found, key=lambda one: one[:2])]


def summarise(run: Run, documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What lists and messages say of a report, without any name but in titles and messages.

    documents: the facts by reader. Returns {run, as_of, language, notice, version, titles, subjects, texts, text,
    people, kocs, niches, circles, changes, since, changed}: titles and a message by reader, text (counts in words),
    changes (the number of each kind since the run before), since (its day) and changed, a sentence on them. circles is
    None where none were looked for.
    """
    document = documents["analyst"]
    since = document["sections"].get("changes") or {}
    kocs = len(run.ranked(columns=[]))
    return {
        "run": run.name,
        "as_of": document["as_of"],
        "language": document["language"],
        "notice": document["notice"],
        "version": document["version"],
        "titles": {reader: one["sections"]["first"]["title"] for reader, one in documents.items()},
        "subjects": {reader: write_subject(one) for reader, one in documents.items()},
        "texts": {reader: write_message(one) for reader, one in documents.items()},
        "text": write_counts(document, kocs),
        "people": document["people"],
        "kocs": kocs,
        "niches": len(run.rows("niches", ["niche"])),
        "circles": None if "circles" in run.skipped else len(run.rows("circles", ["circle"])),
        "changes": dict(sorted(Counter(row["change"] for row in run.rows("changes", ["change"])).items())),
        "since": since.get("since"),
        "changed": since.get("heading"),
    }


def is_same(report: KeptReport, documents: Mapping[str, Mapping[str, Any]]) -> bool:
    """Whether a report has exactly these facts, by reader."""
    try:
        held = {reader: json.loads((report.folder / name).read_text("utf-8")) for reader, name in FACTS.items()}
    except (OSError, ValueError):
        return False
    return bool(held == json.loads(json.dumps(documents)))


def make_report(
    reports: Path, made_at: datetime, documents: Mapping[str, Mapping[str, Any]], about: Mapping[str, Any]
) -> KeptReport:
    """Make a folder with a page and the facts for each reader, named after the time; whole or not at all.

    about: what `summarise` gives, and more of the caller's. Raises StoreError when it cannot be written.
    """
    newest = list_reports(reports)[-1:]
    number = 1 + (int(newest[0].about["number"]) if newest else 0)
    name, turn = f"{made_at:%Y-%m-%dT%H%M%S}", 2
    while (folder := reports / name).exists():
        name, turn = f"{made_at:%Y-%m-%dT%H%M%S}-{turn}", turn + 1
    whole = {
        "format": FORMAT,
        "number": number,
        "name": name,
        "made_at": made_at.isoformat(timespec="seconds"),
        **about,
    }
    with replace_folder(folder, f"the report cannot be written to {folder}", HINT, replaces=False) as fresh:
        for reader, document in documents.items():
            save_document(document, fresh / PAGES[reader])
            save_document(document, fresh / FACTS[reader])
        save_document(documents["analyst"], fresh / "report.md")
        with translate_errors(f"the report cannot be written to {folder}", HINT):
            replace_file(fresh / ABOUT, (json.dumps(whole, ensure_ascii=False, indent=1) + "\n").encode())
    return KeptReport(folder, whole)


def find_page(report: KeptReport, reader: str) -> Path:
    """The page of a report for a reader: analyst or client."""
    return report.folder / PAGES[reader]


def find_last_refresh(reports: Path) -> dict[str, Any] | None:
    """The line of the newest refresh in the log of this folder: {time, outcome, report, error, ...}; None without one.

    Lines of sending are passed over. Raises StoreError where the log cannot be read.
    """
    entries = reversed(read_entries(reports / LOG))
    return next((dict(entry) for entry in entries if entry.get("outcome") in OUTCOMES), None)


def show_reports(reports: Path, language: str, kept: Sequence[KeptReport]) -> None:
    """Make the page that lists these reports, and the copy of the newest. Raises StoreError when they cannot be."""
    entries = read_entries(reports / LOG)
    last = find_last_refresh(reports)
    unsent = entries[-1].get("errors", []) if entries and entries[-1].get("outcome") == "unsent" else []
    rows = [{**report.about, "folder": report.folder.name} for report in reversed(kept)]
    index = render_index(rows, last, language, "; ".join(unsent)).encode()
    with translate_errors(f"the list of reports cannot be written to {reports}", HINT):
        if kept:
            replace_file(reports / LATEST, find_page(kept[-1], "analyst").read_bytes())
        replace_file(reports / INDEX, index)


def remove_older(reports: Sequence[KeptReport], keep: int) -> None:
    """Remove all but the newest `keep` reports, each whole or not at all. Raises StoreError when one cannot be."""
    for report in reports[:-keep]:
        folder = report.folder
        # What is in the working folder is gone for good, also where this process is killed.
        with (
            translate_errors(f"the older report {folder} cannot be removed", HINT),
            working_folder(folder) as work,
        ):
            folder.rename(work / "removed")
            shutil.rmtree(work / "removed")
