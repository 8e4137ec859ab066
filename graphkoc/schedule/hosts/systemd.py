"""systemd: a timer and a service of the user, on most of Linux.

The time zone stands in the timer. A time at which the machine was off is caught up when it is on again.
"""

from __future__ import annotations

import getpass
import os
from datetime import timedelta
from pathlib import Path

from graphkoc.errors import StoreError
from graphkoc.files import replace_file, translate_errors
from graphkoc.schedule.hosts.job import ENVIRONMENT, Installed, ScheduledJob, find_timetable, name_job
from graphkoc.schedule.hosts.programs import run_program, try_program
from graphkoc.schedule.times import Timetable, list_next_times

__all__ = ["find_installed", "install", "is_there", "list_moments", "list_notes", "remove", "write_files"]

CONTROL = ("systemctl", "--user")
SKIPS = 10
"""Years for which a time that clocks skip is written out."""
REFUSED = "systemd does not take the timer"


def is_there() -> bool:
    """Whether a systemd of this user is at work here."""
    done = try_program([*CONTROL, "show-environment"])
    return done is not None and done.returncode == 0


def list_moments(job: ScheduledJob) -> list[str]:
    """The values of OnCalendar: the timetable, then the times at which it is due because the clocks skip its own.

    systemd leaves out a day on which the clocks skip the time.
    """
    timetable = job.timetable
    clock = f"{timetable.at:%H:%M}:00 {timetable.zone}"
    return [*(f"{days} {clock}" for days in _list_days(timetable)), *_list_skips(job)]


def _list_days(timetable: Timetable) -> list[str]:
    if timetable.every == "weekday":
        return ["Mon..Fri *-*-*"]
    if timetable.every == "week":
        return [f"{timetable.on.capitalize()} *-*-*"]
    if timetable.every == "day":
        return ["*-*-*"]
    if timetable.on in ("last", "31"):
        return ["*-*~01"]
    day = int(timetable.on)
    if day <= 28:
        return [f"*-*-{day:02}"]
    return [f"*-01,03..12-{day}", "*-02~01"]


def _list_skips(job: ScheduledJob) -> list[str]:
    found, until = [], job.now + timedelta(days=365 * SKIPS)
    # A day is enough to see whether the clocks of the zone skip the time at all.
    daily = Timetable("day", "", job.timetable.at, job.timetable.zone)
    skipped = {one for one in list_next_times(daily, job.now, 365 * SKIPS) if one.time() != job.timetable.at}
    if skipped:
        moment = job.now
        while moment < until:
            (moment,) = list_next_times(job.timetable, moment)
            if moment in skipped:
                found.append(f"{moment:%Y-%m-%d %H:%M}:00 {job.timetable.zone}")
    return found


def write_files(job: ScheduledJob) -> dict[Path, str]:
    """The service and the timer by the path of each."""
    folder, name = _units_folder(), job.name
    service = f"""\
# Written by: {job.options()}
[Unit]
Description={_escape(job.title())}

[Service]
Type=oneshot
WorkingDirectory={_escape(str(job.folder))}
# Secrets, such as passwords, are in this file and not here.
EnvironmentFile=-{_escape(str(job.folder / ENVIRONMENT))}
ExecStart={" ".join(map(_quote, job.refresh))}
# Rows that were rejected are reported, and are no failure.
SuccessExitStatus=7
"""
    moments = "\n".join(f"OnCalendar={moment}" for moment in list_moments(job))
    timer = f"""\
# Written by: {job.options()}
[Unit]
Description={_escape(job.title())}

[Timer]
{moments}
# A time at which the machine was off is caught up.
Persistent=true

[Install]
WantedBy=timers.target
"""
    return {folder / f"{name}.service": service, folder / f"{name}.timer": timer}


def list_notes(_: ScheduledJob) -> list[str]:
    """What has to be known: units of a user stop when the user logs out, unless they linger."""
    done = try_program(["loginctl", "show-user", getpass.getuser(), "--property=Linger"])
    if done is not None and done.stdout.strip() == b"Linger=yes":
        return []
    return [
        f"systemd runs the timer while {getpass.getuser()} is logged in. For all of the time: "
        f"loginctl enable-linger {getpass.getuser()}"
    ]


def install(job: ScheduledJob) -> Installed:
    """Write the units and start the timer; where systemd refuses, what was there is there again."""
    files = write_files(job)
    before = {path: path.read_bytes() if path.is_file() else None for path in files}
    with translate_errors("the units cannot be written", "Is the folder yours?"):
        for path, text in files.items():
            replace_file(path, text.encode())
    try:
        run_program([*CONTROL, "daemon-reload"], REFUSED)
        run_program([*CONTROL, "enable", f"{job.name}.timer"], REFUSED)
        run_program([*CONTROL, "restart", f"{job.name}.timer"], REFUSED)
    except StoreError:
        for path, content in before.items():
            if content is None:
                path.unlink(missing_ok=True)
            else:
                replace_file(path, content)
        try_program([*CONTROL, "daemon-reload"])
        raise
    return Installed("systemd", tuple(map(str, files)), job.timetable)


def remove(folder: Path) -> Installed | None:
    """Stop the timer of this folder and remove its units; None where there are none."""
    found = find_installed(folder)
    if found is not None:
        name = name_job(folder)
        run_program([*CONTROL, "disable", "--now", f"{name}.timer"], "systemd does not stop the timer")
        with translate_errors("the units cannot be removed"):
            for entry in found.entries:
                Path(entry).unlink(missing_ok=True)
        run_program([*CONTROL, "daemon-reload"], "systemd does not forget the timer")
    return found


def find_installed(folder: Path) -> Installed | None:
    """The units of this folder; None where there are none."""
    paths = [_units_folder() / f"{name_job(folder)}.{kind}" for kind in ("service", "timer")]
    there = [path for path in paths if path.is_file()]
    if not there:
        return None
    return Installed("systemd", tuple(map(str, there)), find_timetable(there[-1].read_text(errors="replace")))


def _units_folder() -> Path:
    home = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(home) / "systemd" / "user"


def _escape(text: str) -> str:
    """A text that is the rest of a line of a unit."""
    return text.replace("%", "%%")


def _quote(word: str) -> str:
    """A word of a command line of a unit."""
    plain = _escape(word.replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$"))
    return f'"{plain}"' if not plain or set(plain) & set(" \t;'\"\\#") else plain
