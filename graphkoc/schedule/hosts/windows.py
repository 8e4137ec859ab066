"""The Task Scheduler of Windows, which starts graphkoc in the Windows Subsystem for Linux (WSL).

A task knows the machine's own time zone alone; for another one it looks each hour whether something is due. A time at
which the machine was off is caught up when it is on again.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from xml.sax.saxutils import escape

from graphkoc.schedule.hosts.job import Installed, ScheduledJob, find_timetable, name_job
from graphkoc.schedule.hosts.programs import run_program, try_program
from graphkoc.schedule.times import DAYS

__all__ = ["find_installed", "install", "is_there", "list_notes", "remove", "write_files"]

SCHEDULER = "schtasks.exe"
MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
DISTRIBUTION = "WSL_DISTRO_NAME"
"""The variable in which WSL has the name of the Linux that it runs."""


def is_there() -> bool:
    """Whether this is WSL, and Windows' own programs can be called from it."""
    done = try_program([SCHEDULER, "/Query", "/?"]) if os.environ.get(DISTRIBUTION) else None
    return done is not None and done.returncode == 0


def write_files(job: ScheduledJob) -> dict[Path, str]:
    """The task by the name of its file; Windows reads it as UTF-16."""
    exact = job.is_in_zone
    words = job.refresh if exact else job.check
    distribution = os.environ.get(DISTRIBUTION)
    arguments = [*(["-d", distribution] if distribution else []), "-e", "/bin/sh", "-c", job.shell_line(words)]
    triggers = "\n".join(_list_triggers(job) if exact else _list_hours(job))
    return {
        Path(f"{job.name}.xml"): f"""\
<?xml version="1.0" encoding="UTF-16"?>
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>{escape(job.title())} ({escape(job.options())})</Description>
  </RegistrationInfo>
  <Triggers>
{triggers}
  </Triggers>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
  </Settings>
  <Actions>
    <Exec>
      <Command>wsl.exe</Command>
      <Arguments>{escape(" ".join(map(_quote, arguments)))}</Arguments>
    </Exec>
  </Actions>
</Task>
"""
    }


def _list_triggers(job: ScheduledJob) -> list[str]:
    timetable = job.timetable
    if timetable.every == "month":
        last = "<Day>Last</Day>"
        if timetable.on in ("last", "31"):
            return [_trigger(job, _monthly(last, MONTHS))]
        day = f"<Day>{timetable.on}</Day>"
        if int(timetable.on) <= 28:
            return [_trigger(job, _monthly(day, MONTHS))]
        others = tuple(month for month in MONTHS if month != "February")
        return [_trigger(job, _monthly(day, others)), _trigger(job, _monthly(last, ("February",)))]
    if timetable.every == "day":
        return [_trigger(job, "<ScheduleByDay><DaysInterval>1</DaysInterval></ScheduleByDay>")]
    names = list(DAYS.values())[:5] if timetable.every == "weekday" else [DAYS[timetable.on]]
    days = "".join(f"<{name} />" for name in names)
    weekly = f"<WeeksInterval>1</WeeksInterval><DaysOfWeek>{days}</DaysOfWeek>"
    return [_trigger(job, f"<ScheduleByWeek>{weekly}</ScheduleByWeek>")]


def _monthly(days: str, months: tuple[str, ...]) -> str:
    names = "".join(f"<{month} />" for month in months)
    inside = f"<DaysOfMonth>{days}</DaysOfMonth><Months>{names}</Months>"
    return f"<ScheduleByMonth>{inside}</ScheduleByMonth>"


def _trigger(job: ScheduledJob, schedule: str) -> str:
    # Without an offset it is the machine's own time, whatever its clocks change to.
    start = f"{job.now:%Y-%m-%d}T{job.timetable.at:%H:%M}:00"
    return f"    <CalendarTrigger><StartBoundary>{start}</StartBoundary>{schedule}</CalendarTrigger>"


def _list_hours(job: ScheduledJob) -> list[str]:
    hourly = "<Repetition><Interval>PT1H</Interval></Repetition>"
    return [
        f"    <TimeTrigger>{hourly}<StartBoundary>{job.now:%Y-%m-%d}T00:{minute:02}:00</StartBoundary></TimeTrigger>"
        for minute in job.list_minutes()
    ]


def list_notes(_: ScheduledJob) -> list[str]:
    """What has to be known: where the task runs, and when."""
    return ["The Task Scheduler starts graphkoc in WSL while you are logged in to Windows."]


def install(job: ScheduledJob) -> Installed:
    """Hand the task to the Task Scheduler, in the place of the one before."""
    ((path, text),) = write_files(job).items()
    with tempfile.TemporaryDirectory(prefix="graphkoc-task-") as folder:
        file = Path(folder) / path
        file.write_text(text, encoding="utf-16")
        failure = "the Task Scheduler does not take the task"
        windows = run_program(["wslpath", "-w", str(file)], failure).decode(errors="replace").strip()
        run_program([SCHEDULER, "/Create", "/TN", job.name, "/XML", windows, "/F"], failure)
    return Installed("windows", (job.name,), job.timetable)


def remove(folder: Path) -> Installed | None:
    """Take the task of this folder from the Task Scheduler; None where there is none."""
    found = find_installed(folder)
    if found is not None:
        failure = "the Task Scheduler does not remove the task"
        run_program([SCHEDULER, "/Delete", "/TN", name_job(folder), "/F"], failure)
    return found


def find_installed(folder: Path) -> Installed | None:
    """The task of this folder; None where there is none."""
    if not os.environ.get(DISTRIBUTION):
        return None
    name = name_job(folder)
    done = try_program([SCHEDULER, "/Query", "/TN", name, "/XML"])
    if done is None or done.returncode:
        return None
    encoding = "utf-16" if done.stdout[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    return Installed("windows", (name,), find_timetable(done.stdout.decode(encoding, errors="replace")))


def _quote(word: str) -> str:
    """A word of a Windows command line."""
    if word and not set(word) & set(' \t"'):
        return word
    # Backslashes count only before a quotation mark, and then twice.
    quoted, slashes = "", 0
    for letter in word:
        if letter == "\\":
            slashes += 1
            continue
        quoted += "\\" * (slashes * 2 + 1 if letter == '"' else slashes) + letter
        slashes = 0
    return '"' + quoted + "\\" * (slashes * 2) + '"'
