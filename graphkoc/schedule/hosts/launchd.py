"""launchd: an agent of the user, on macOS.

launchd knows the machine's own time zone alone, and no last day of a month. There the agent looks each hour whether
something is due. A time at which the machine slept is caught up when it wakes.
"""

from __future__ import annotations

import os
import plistlib
from pathlib import Path
from typing import Any

from graphkoc.errors import StoreError
from graphkoc.files import replace_file, translate_errors
from graphkoc.schedule.hosts.job import LOG, Installed, ScheduledJob, find_timetable, name_job
from graphkoc.schedule.hosts.programs import run_program, try_program
from graphkoc.schedule.times import DAYS

__all__ = ["find_installed", "install", "is_there", "list_notes", "remove", "write_files"]


def is_there() -> bool:
    """Whether launchd is at work here."""
    done = try_program(["launchctl", "version"])
    return done is not None and done.returncode == 0


def write_files(job: ScheduledJob) -> dict[Path, str]:
    """The agent by its path."""
    exact = job.is_in_zone and not job.is_on_short_months
    log = str(job.folder / LOG)
    agent: dict[str, Any] = {
        "Label": job.name,
        "ProgramArguments": ["/bin/sh", "-c", job.shell_line(job.refresh if exact else job.check, log=False)],
        "WorkingDirectory": str(job.folder),
        "StandardOutPath": log,
        "StandardErrorPath": log,
        "StartCalendarInterval": _list_moments(job) if exact else [{"Minute": minute} for minute in job.list_minutes()],
    }
    lines = plistlib.dumps(agent).decode().splitlines(keepends=True)
    # After the XML declaration and the document type. Two dashes may not stand in a comment of XML.
    comment = f"<!-- Written by: {job.options().replace('--', '')} -->\n"
    return {_agents_folder() / f"{job.name}.plist": "".join([*lines[:2], comment, *lines[2:]])}


def _list_moments(job: ScheduledJob) -> list[dict[str, int]]:
    timetable = job.timetable
    clock = {"Hour": timetable.at.hour, "Minute": timetable.at.minute}
    if timetable.every == "weekday":
        return [{"Weekday": day, **clock} for day in range(1, 6)]
    if timetable.every == "week":
        # launchd counts from Sunday, which is 0.
        return [{"Weekday": (list(DAYS).index(timetable.on) + 1) % 7, **clock}]
    if timetable.every == "month":
        return [{"Day": int(timetable.on), **clock}]
    return [clock]


def list_notes(_: ScheduledJob) -> list[str]:
    """What has to be known: an agent works while its user is logged in."""
    return ["launchd runs the agent while you are logged in."]


def install(job: ScheduledJob) -> Installed:
    """Write the agent and hand it to launchd, in the place of the one before."""
    ((path, text),) = write_files(job).items()
    before = path.read_bytes() if path.is_file() else None
    with translate_errors("the agent cannot be written", "Is the folder yours?"):
        replace_file(path, text.encode())
    try_program(["launchctl", "bootout", f"{_domain()}/{job.name}"])
    try:
        run_program(["launchctl", "bootstrap", _domain(), str(path)], "launchd does not take the agent")
    except StoreError:
        path.unlink(missing_ok=True)
        if before is not None:
            replace_file(path, before)
            try_program(["launchctl", "bootstrap", _domain(), str(path)])
        raise
    return Installed("launchd", (str(path),), job.timetable)


def remove(folder: Path) -> Installed | None:
    """Take the agent of this folder from launchd and remove its file; None where there is none."""
    found = find_installed(folder)
    if found is not None:
        try_program(["launchctl", "bootout", f"{_domain()}/{name_job(folder)}"])
        with translate_errors("the agent cannot be removed"):
            Path(found.entries[0]).unlink(missing_ok=True)
    return found


def find_installed(folder: Path) -> Installed | None:
    """The agent of this folder; None where there is none."""
    path = _agents_folder() / f"{name_job(folder)}.plist"
    if not path.is_file():
        return None
    text = path.read_text(errors="replace")
    return Installed("launchd", (str(path),), find_timetable(text))


def _agents_folder() -> Path:
    return Path.home() / "Library" / "LaunchAgents"


def _domain() -> str:
    return f"gui/{os.getuid()}"
