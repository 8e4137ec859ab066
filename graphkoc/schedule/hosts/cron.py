"""cron: lines in the user's crontab, where nothing else keeps the time.

cron knows the machine's own time zone alone, and no last day of a month. There a line looks each hour whether something
is due. cron catches nothing up by itself: a second line looks when the machine starts. All other lines of the crontab
stay as they are, byte for byte.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from graphkoc.errors import StoreError
from graphkoc.schedule.hosts.job import Installed, ScheduledJob, find_timetable, name_job
from graphkoc.schedule.hosts.programs import run_program, try_program
from graphkoc.schedule.times import DAYS

__all__ = ["find_installed", "install", "is_there", "list_notes", "remove", "write_files"]

TABLE = Path("crontab")
"""What stands for the file, which cron keeps in a place of its own."""


def is_there() -> bool:
    """Whether there is a crontab program; the service behind it may still be off."""
    return shutil.which("crontab") is not None


def write_files(job: ScheduledJob) -> dict[Path, str]:
    """The lines for the crontab."""
    moments = [_find_moment(job), "@reboot"] if _is_exact(job) else [_hourly(job)]
    # A percent sign ends a command of cron unless a backslash stands before it.
    line = job.shell_line(job.check).replace("%", r"\%")
    entries = "".join(f"{moment} {line}{_end(job.name)}\n" for moment in moments)
    return {TABLE: f"{_mark(job.name)}{job.options()}\n{entries}"}


def _is_exact(job: ScheduledJob) -> bool:
    return job.is_in_zone and not job.is_on_short_months


def _hourly(job: ScheduledJob) -> str:
    return f"{','.join(map(str, job.list_minutes()))} * * * *"


def _find_moment(job: ScheduledJob) -> str:
    timetable = job.timetable
    # cron counts from Sunday, which is 0.
    weekday = str((list(DAYS).index(timetable.on) + 1) % 7) if timetable.every == "week" else ""
    days = {"day": "* * *", "weekday": "* * 1-5", "week": f"* * {weekday}", "month": f"{timetable.on} * *"}
    return f"{timetable.at.minute} {timetable.at.hour} {days[timetable.every]}"


def list_notes(job: ScheduledJob) -> list[str]:
    """What has to be known: what cron does not catch up, and whose clocks it has."""
    if _is_exact(job):
        return ["A time at which the machine is off is caught up when it starts, and not when it wakes."]
    return ["cron looks each hour whether a refresh is due, because it cannot express this timetable itself."]


def install(job: ScheduledJob) -> Installed:
    """Put the lines into the crontab, in the place of those before; everything else in it stays."""
    ((path, lines),) = write_files(job).items()
    before = _read_table()
    kept = _without(before, job.name)
    if kept and not kept.endswith(b"\n"):
        kept += b"\n"
    _write_table(before, kept + lines.encode())
    return Installed("cron", (str(path),), job.timetable)


def remove(folder: Path) -> Installed | None:
    """Take the lines of this folder out of the crontab; None where there are none."""
    found = find_installed(folder)
    if found is not None:
        before = _read_table()
        _write_table(before, _without(before, name_job(folder)))
    return found


def find_installed(folder: Path) -> Installed | None:
    """The lines of this folder; None where there are none."""
    if not is_there():
        return None
    for line in _read_table().splitlines():
        if line.startswith(_mark(name_job(folder)).encode()):
            return Installed("cron", (str(TABLE),), find_timetable(line.decode(errors="replace")))
    return None


def _mark(name: str) -> str:
    """How our comment begins."""
    return f"# {name}: "


def _end(name: str) -> str:
    """How our other lines end, which is a comment for the shell."""
    return f" # {name}"


def _without(table: bytes, name: str) -> bytes:
    """The crontab without our lines."""
    mark, end = _mark(name).encode(), _end(name).encode()
    lines = re.findall(rb"[^\n]*\n|[^\n]+", table)
    return b"".join(line for line in lines if not line.startswith(mark) and not line.rstrip(b"\n").endswith(end))


def _read_table() -> bytes:
    done = try_program(["crontab", "-l"])
    if done is not None and done.returncode == 0:
        return done.stdout
    if done is None or b"no crontab" not in done.stderr.lower():
        reason = done.stderr.decode(errors="replace").strip() if done is not None else "the program is missing"
        raise StoreError(f"the crontab cannot be read: {reason}", hint="It is as it was before.")
    return b""


def _write_table(before: bytes, table: bytes) -> None:
    if table != before:
        run_program(["crontab", "-"], "the crontab is not taken", "It is as it was before.", given=table)
