"""Refresh: load what is new, analyse, compare with the run before, and report; safe to repeat, and one at a time.

What was there before stays until what takes its place is whole. A refresh that was killed is made good by the next.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from graphkoc.analysis import Settings
from graphkoc.annotations import list_changed
from graphkoc.capture.answers import NAME, NOTHING, Answers
from graphkoc.capture.load import Loaded
from graphkoc.capture.rejects import write_rejects
from graphkoc.errors import GraphkocError, UsageError
from graphkoc.files import describe_error, translate_errors
from graphkoc.pipeline import analyse, load, project, publish
from graphkoc.progress import Progress
from graphkoc.report.catalogue import Catalogue
from graphkoc.report.document import make_document
from graphkoc.report.readers import READERS, Reader
from graphkoc.runs.edited import find_run
from graphkoc.runs.folder import run_folders
from graphkoc.runs.ledger import add_entries, read_entries
from graphkoc.runs.run import DEFAULT_FOLDER, Run
from graphkoc.schedule.claims import claim
from graphkoc.schedule.reports import (
    LOG,
    KeptReport,
    is_same,
    list_reports,
    make_report,
    remove_older,
    show_reports,
    summarise,
)
from graphkoc.schedule.sending import Channels, read_channels, send_report
from graphkoc.stores import Store, open_store

__all__ = ["RefreshRequest", "Refreshed", "refresh_reports", "send_newest"]

PATIENCE = 600
"""Seconds after which the command for a failure is ended."""
UNCOMPARED = ("notice",)
"""Settings that an analysis fills in by itself."""


@dataclass(frozen=True)
class RefreshRequest:
    """What to refresh, and how.

    paths, source, answers, encoding, key_file, new_key_file, without_contacts, accept_partial: what to load, as
    `graphkoc.load` takes them; no paths to load nothing. settings, processes: of the analysis. reports: the folder of
    reports. language: of the reports. keep: how many of them to keep, None for all. mail_for: whose page is mailed,
    analyst's or client's. on_fail: a command for the shell, which finds the error in GRAPHKOC_ERROR.
    """

    paths: tuple[Path, ...] = ()
    source: str | None = None
    answers: Answers = NOTHING
    encoding: str | None = None
    key_file: Path | None = None
    new_key_file: Path | None = None
    without_contacts: bool = False
    accept_partial: bool = False
    settings: Settings = field(default_factory=Settings)
    processes: int | None = None
    reports: Path = Path("reports")
    language: str = "en"
    keep: int | None = None
    mail_for: str = "client"
    on_fail: str | None = None


@dataclass(frozen=True)
class Refreshed:
    """What a refresh did.

    outcome: reported, or unchanged where nothing is new. report: the newest report's folder. run: the run that it is
    of. analysed: whether that run was made now. loaded: None where there was nothing to load. rejects: the file of its
    rejected rows, if there are any. entry: the line of the log. sent: the line of the log on sending; None where
    nothing was to be sent.
    """

    outcome: str
    report: Path
    run: Run
    analysed: bool
    loaded: Loaded | None
    rejects: Path | None
    entry: Mapping[str, Any]
    sent: Mapping[str, Any] | None = None


def refresh_reports(url: str, request: RefreshRequest, progress: Progress | None = None) -> Refreshed:
    """Load what is new into the store at `url`, analyse it, compare it with the run before, and report.

    Without new data, settings, names, plans or campaigns nothing is made, unless there is no report yet. Everything is
    made whole or not at all, and the reports before stay where this one fails; a refresh that was killed is continued.
    A failure is a line of the log and of the list of reports, and goes to `request.on_fail`. Raises BusyError where
    another refresh of the same folder is at work, and what loading, analysing and reporting raise.
    """
    Catalogue(request.language)
    with _answer_failure(request):
        channels = read_channels(os.environ, request.mail_for)
        with translate_errors(f"the folder {request.reports} cannot be made"):
            request.reports.mkdir(parents=True, exist_ok=True)
    with _claim_reports(request.reports), _answer_failure(request):
        done = _refresh(url, request, progress)
        newest = list_reports(request.reports)[-1]
        return replace(done, sent=_send(request, newest, channels))


def send_newest(request: RefreshRequest) -> tuple[Path, dict[str, Any] | None]:
    """Send the newest report to those who were not sent it yet; its folder, and the line of the log on it.

    The line is None where nobody is left. Raises UsageError where there is no report, or nothing says how it is sent.
    """
    channels = read_channels(os.environ, request.mail_for)
    kept = list_reports(request.reports) if request.reports.is_dir() else []
    if not kept:
        raise UsageError(f"there is no report in {request.reports} yet", hint="`graphkoc refresh` makes one.")
    if channels.mail is None and channels.webhook is None:
        hint = "Set GRAPHKOC_MAIL_TO and GRAPHKOC_SMTP_URL, or GRAPHKOC_WEBHOOK_URL."
        raise UsageError("the environment does not name anybody to send a report to", hint=hint)
    with _claim_reports(request.reports):
        return kept[-1].folder, _send(request, kept[-1], channels)


def _send(request: RefreshRequest, report: KeptReport, channels: Channels) -> dict[str, Any] | None:
    """Send a report, and state on the list of reports where it was not taken; the line of the log."""
    entry = send_report(request.reports, report, channels)
    if entry is None:
        return None
    show_reports(request.reports, request.language, list_reports(request.reports))
    if entry["errors"] and request.on_fail and (failed := _run_command(request.on_fail, "; ".join(entry["errors"]))):
        entry = {**entry, "errors": [*entry["errors"], failed.rstrip(".")]}
    return entry


def _claim_reports(reports: Path) -> AbstractContextManager[None]:
    """Keep other refreshes of the folder out; BusyError where one is at work."""
    failure, busy = f"the reports cannot be written to {reports}", f"another refresh is writing to {reports}"
    return claim(reports / "refresh", failure, busy, "Wait until it is done, then try again.")


def _refresh(url: str, request: RefreshRequest, progress: Progress | None) -> Refreshed:
    began, start = datetime.now(UTC), time.monotonic()
    kept = list_reports(request.reports)
    with closing(open_store(url)) as store:
        loaded = _load(store, request, progress)
        rejects = write_rejects(loaded) if loaded else None
        counts = _count(loaded)
        # What a load changed cannot be what a run was made of.
        run = None if counts["new"] or counts["changed"] else _find_current(store, request)
        analysed = run is None
        if run is None:
            made = analyse(store, settings=request.settings, processes=request.processes, progress=progress)
            run = find_run(made.folder)
        else:
            _show_in_store(store, run, request, progress)
    documents = {reader: make_document(run, request.language, Reader(reader)) for reader in READERS}
    same = bool(kept) and is_same(kept[-1], documents)
    if not same:
        kept.append(make_report(request.reports, began, documents, _describe_report(run, documents, counts)))
    # A refresh may have made the report and have been killed before it wrote its line.
    lines = read_entries(request.reports / LOG)
    known = any(line.get("outcome") == "reported" and line.get("report") == kept[-1].folder.name for line in lines)
    outcome = "unchanged" if same and known else "reported"
    removed = kept[: -request.keep] if request.keep else []
    entry = {
        "time": began.isoformat(timespec="seconds"),
        "outcome": outcome,
        "report": kept[-1].folder.name,
        "run": run.name,
        "analysed": analysed,
        **counts,
        "seconds": round(time.monotonic() - start, 1),
    }
    add_entries(request.reports / LOG, lambda _: [entry])
    # The list names no report that is not there: it is made anew before one goes.
    show_reports(request.reports, request.language, kept[len(removed) :])
    if removed:
        remove_older(kept, len(kept) - len(removed))
    return Refreshed(outcome, kept[-1].folder, run, analysed, loaded, rejects, entry)


def _describe_report(run: Run, documents: Mapping[str, Mapping[str, Any]], counts: Mapping[str, int]) -> dict[str, Any]:
    """What is kept of a report beside its pages. changed_rows: rows of the load; changed is a sentence on people."""
    rows = {"changed_rows" if name == "changed" else name: number for name, number in counts.items()}
    return summarise(run, documents) | rows


def _load(store: Store, request: RefreshRequest, progress: Progress | None) -> Loaded | None:
    """Load the paths; None where they are folders without a file: whoever moves loaded files away has no new ones."""
    if not any(_holds_files(path) for path in request.paths):
        return None
    return load(
        store,
        request.source,
        request.paths,
        answers=request.answers,
        encoding=request.encoding,
        key_file=request.key_file,
        new_key_file=request.new_key_file,
        without_contacts=request.without_contacts,
        accept_partial=request.accept_partial,
        progress=progress,
    )


def _holds_files(path: Path) -> bool:
    """Whether something is to be loaded at the path; a path that does not exist is, so that the load says so."""
    if not path.is_dir():
        return True
    # The file of answers beside data is none of them.
    return any(one.is_file() and one.name != NAME and not one.name.startswith(".") for one in path.rglob("*"))


def _find_current(store: Store, request: RefreshRequest) -> Run | None:
    """The newest run that was made of what the store holds now, with these settings and this version; None without."""
    for folder in sorted(run_folders(DEFAULT_FOLDER), key=_find_start, reverse=True):
        try:
            run = find_run(str(folder))
        except GraphkocError:
            continue
        if _list_settings(run.info["settings"]) != _list_settings(request.settings.to_dict()):
            continue
        if run.info["versions"]["graphkoc"] != version("graphkoc"):
            return None
        projection = project(store, platform=request.settings.platform, until=request.settings.until)
        return None if list_changed(run, projection) else run
    return None


def _find_start(folder: Path) -> tuple[str, str]:
    try:
        return str(json.loads((folder / "run.json").read_text(encoding="utf-8"))["started_at"]), folder.name
    except (OSError, ValueError, LookupError, TypeError):
        return "", folder.name


def _list_settings(settings: Mapping[str, Any]) -> Any:
    return json.loads(json.dumps({name: value for name, value in settings.items() if name not in UNCOMPARED}))


def _show_in_store(store: Store, run: Run, request: RefreshRequest, progress: Progress | None) -> None:
    """Put a run into the store that a refresh made which was killed before it did so."""
    ended = any(entry.get("run") == run.name for entry in read_entries(request.reports / LOG))
    if not ended and not request.settings.limited and run.name not in set(store.table("runs", ["run"])["run"]):
        publish(store, run, progress)


def _count(loaded: Loaded | None) -> dict[str, int]:
    """How many rows a load brought: new, changed, rejected (or in conflict); and files that were not read."""
    if loaded is None or loaded.changes is None:
        return dict.fromkeys(("new", "changed", "rejected", "unread"), 0)
    tables = [rows for name, rows in loaded.changes.tables.items() if name != "loads"]
    return {
        "new": sum(rows.new for rows in tables),
        "changed": sum(rows.changed for rows in tables),
        "rejected": len(loaded.rejects.drop_duplicates(["file", "row"])),
        "unread": len(loaded.unread),
    }


@contextmanager
def _answer_failure(request: RefreshRequest) -> Iterator[None]:
    """Log what the block raises, state it on the list of reports, and give it to the command for failures."""
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        sentence = _describe(error)
        entry = {"time": datetime.now(UTC).isoformat(timespec="seconds"), "outcome": "failed", "error": sentence}
        # What went wrong first is what is raised.
        with suppress(GraphkocError, OSError):
            if request.reports.is_dir():
                add_entries(request.reports / LOG, lambda _: [entry])
                kept: list[KeptReport] = list_reports(request.reports)
                show_reports(request.reports, request.language, kept)
        if request.on_fail and not isinstance(error, KeyboardInterrupt):
            failed = _run_command(request.on_fail, sentence)
            if failed and isinstance(error, GraphkocError):
                error.hint = f"{error.hint} {failed}".strip()
        raise


def _describe(error: BaseException) -> str:
    """What went wrong, in one line."""
    if isinstance(error, GraphkocError):
        return " ".join("".join(c if c.isprintable() else " " for c in str(error)).split())
    if isinstance(error, OSError):
        return describe_error(error)
    return "interrupted" if isinstance(error, KeyboardInterrupt) else f"a bug in graphkoc: {type(error).__name__}"


def _run_command(command: str, error: str) -> str | None:
    """Run the command for failures in a shell; a sentence where that fails, None otherwise."""
    surroundings = {**os.environ, "GRAPHKOC_ERROR": error}
    nothing = subprocess.DEVNULL
    try:
        done = subprocess.run(
            command, shell=True, env=surroundings, timeout=PATIENCE, stdin=nothing, stdout=nothing, stderr=nothing
        )
    except subprocess.TimeoutExpired:
        return f"The command of --on-fail was ended after {PATIENCE} seconds."
    except (OSError, ValueError):
        return "The command of --on-fail cannot be run."
    return f"The command of --on-fail ended with exit code {done.returncode}." if done.returncode else None
