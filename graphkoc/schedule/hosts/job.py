"""What a host is asked to do: which commands, in which folder, and when."""

from __future__ import annotations

import hashlib
import re
import shlex
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from graphkoc.errors import UsageError
from graphkoc.schedule.times import Timetable, describe_timetable, read_timetable

__all__ = ["ENVIRONMENT", "LOG", "Installed", "ScheduledJob", "find_timetable", "name_job"]

ENVIRONMENT = ".env"
"""The file with secrets in the folder where the work is done, which a host reads as it starts the work."""
LOG = "graphkoc-schedule.log"
"""Where what is printed goes, in the same folder, on a host that keeps no log of its own."""


@dataclass(frozen=True)
class ScheduledJob:
    """What a host is asked to do.

    timetable: when. folder: the folder where the work is done, absolute. refresh: the command, its words. check: the
    command that refreshes only where that is due, for a host that cannot express the timetable. zone: the time zone of
    the host. now: the moment at which it is asked.
    """

    timetable: Timetable
    folder: Path
    refresh: tuple[str, ...]
    check: tuple[str, ...]
    zone: str
    now: datetime

    @property
    def name(self) -> str:
        """The name under which the host has it, one for each folder."""
        return name_job(self.folder)

    @property
    def is_in_zone(self) -> bool:
        """Whether the clocks of the host show, within a year, what those of the timetable show: UTC is Etc/UTC too."""
        there = [moment for moment, _ in self._list_days()]
        return there == [moment for _, moment in self._list_days()]

    @property
    def is_on_short_months(self) -> bool:
        """Whether it is due on a day that not every month has."""
        return self.timetable.every == "month" and (self.timetable.on == "last" or int(self.timetable.on) > 28)

    def title(self) -> str:
        """What it is, on one line."""
        return f"graphkoc refresh in {self.folder}, {describe_timetable(self.timetable)}"

    def options(self) -> str:
        """The timetable as options, which a host's file carries as a comment: `find_timetable` reads it back."""
        return "graphkoc schedule " + " ".join(self.timetable.options())

    def list_minutes(self) -> list[int]:
        """The minutes past the hour, on the host's clocks, at which the timetable may be due within a year."""
        return sorted({here.minute for _, here in self._list_days()})

    def _list_days(self) -> list[tuple[datetime, datetime]]:
        """What the clocks of the timetable, and those of the host, show on each day at the time at which it is due."""
        here, there = ZoneInfo(self.zone), ZoneInfo(self.timetable.zone)
        found = []
        for day in range(400):
            local = datetime.combine(self.now.date() + timedelta(days=day), self.timetable.at)
            moment = local.replace(tzinfo=there).astimezone(UTC).astimezone(here)
            found.append((moment.astimezone(there).replace(tzinfo=None), moment.replace(tzinfo=None)))
        return found

    def shell_line(self, words: tuple[str, ...], log: bool = True) -> str:
        """A line of sh that runs these words in the folder, with the secrets of its environment file.

        log: whether what is printed goes to LOG.
        """
        secrets = f"if [ -f {ENVIRONMENT} ]; then set -a; . ./{ENVIRONMENT}; set +a; fi"
        printed = f" >>{LOG} 2>&1" if log else ""
        return f"cd {shlex.quote(str(self.folder))} && {secrets} && exec {shlex.join(words)}{printed}"


@dataclass(frozen=True)
class Installed:
    """What a host has of ours: its files or entries, and the timetable in them; None where it is not legible."""

    host: str
    entries: tuple[str, ...]
    timetable: Timetable | None


def name_job(folder: Path) -> str:
    """A name for the work in this folder, absolute: graphkoc-koc-3fa9c1d2, of letters, digits and dashes alone."""
    if any(ord(letter) < 32 or 127 <= ord(letter) < 160 or 0xD800 <= ord(letter) < 0xE000 for letter in str(folder)):
        raise UsageError("the name of this folder has a character that no host can read", hint="Rename the folder.")
    slug = re.sub(r"[^a-z0-9]+", "-", folder.name.lower()).strip("-")[:24].strip("-")
    digest = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    return "-".join(part for part in ("graphkoc", slug, digest) if part)


def find_timetable(text: str) -> Timetable | None:
    """The timetable in a file, written as `ScheduledJob.options`; None where there is none that can be read."""
    words = r"graphkoc schedule every (\w+)(?: on (\w+))? at ([0-9:]+) tz ([A-Za-z0-9/_+-]+)"
    found = re.search(words, text.replace(" --", " "))
    if found is None:
        return None
    try:
        return read_timetable(found[1], found[2], found[3], found[4])
    except UsageError:
        return None
