"""When a report is due: every day, weekday, week or month, at a time of day in a time zone.

The rule is the calendar's, in the zone's own time. A time that the clocks skip in spring is due at the first time after
it that exists; a time that they pass twice in autumn is due the first time. A month that has no 31st is due on its
last day.
"""

from __future__ import annotations

import difflib
import os
import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from graphkoc.errors import UsageError

__all__ = [
    "DAYS",
    "PERIODS",
    "Timetable",
    "describe_timetable",
    "find_due",
    "find_local_zone",
    "format_moment",
    "list_next_times",
    "read_timetable",
]

PERIODS = ("day", "weekday", "week", "month")
DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
"""The days of a week by the names that `--on` takes, in the order of `date.weekday`."""
LAST = "last"
LOCALTIME = Path("/etc/localtime")
"""A link to the file of the machine's time zone."""


@dataclass(frozen=True)
class Timetable:
    """When a report is due.

    every: one of PERIODS. on: a key of DAYS for a week, "1" to "31" or "last" for a month, "" otherwise. at: the time
    of day, in `zone`, a name of the IANA time zone database.
    """

    every: str
    on: str
    at: time
    zone: str

    def options(self) -> list[str]:
        """The options of `graphkoc schedule` that give this timetable."""
        on = ["--on", self.on] if self.on else []
        return ["--every", self.every, *on, "--at", f"{self.at:%H:%M}", "--tz", self.zone]


def read_timetable(every: str = "week", on: str | None = None, at: str = "07:00", zone: str | None = None) -> Timetable:
    """The timetable of these options, as they are typed; UsageError for what there is no day, time or zone of.

    on: by default Monday of a week, and the first of a month. zone: by default the machine's own.
    """
    if every not in PERIODS:
        raise UsageError(f"nothing is due every {every}", hint=f"There are: {', '.join(PERIODS)}.")
    return Timetable(every, _read_day(every, on), _read_time(at), _check_zone(zone or find_local_zone()))


def _read_day(every: str, on: str | None) -> str:
    text = (on or "").strip().lower()
    if every == "week":
        for key, name in DAYS.items():
            if text in ("", key, name.lower()):
                return key
        raise UsageError(f"there is no day of the week {on!r}", hint=f"There are: {', '.join(DAYS)}.")
    if every == "month":
        if text == LAST:
            return LAST
        if re.fullmatch(r"0?[1-9]|[12][0-9]|3[01]", text or "1"):
            return str(int(text or "1"))
        raise UsageError(f"there is no day of a month {on!r}", hint="Write a number from 1 to 31, or last.")
    if text:
        raise UsageError(f"a timetable of every {every} has no --on", hint="Leave --on out, or use --every week.")
    return ""


def _read_time(at: str) -> time:
    parts = re.fullmatch(r"([01]?[0-9]|2[0-3]):([0-5][0-9])(?::00)?", str(at).strip())
    if parts is None:
        raise UsageError(f"{at!r} is not a time of day", hint="Write hours and minutes, such as 07:00.")
    return time(int(parts[1]), int(parts[2]))


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        close = difflib.get_close_matches(name, sorted(available_timezones()), n=1)
        hint = f"Did you mean {close[0]}?" if close else "Write it as in Europe/Berlin."
        raise UsageError(f"there is no time zone {name!r}", hint=hint) from error
    return name


def find_local_zone() -> str:
    """The name of this machine's time zone: of the variable TZ, or else of its settings; UTC where neither has one."""
    names = [os.environ.get("TZ", "").removeprefix(":")]
    _, zoneinfo, name = str(LOCALTIME.resolve()).partition("zoneinfo/")
    names += [name] if zoneinfo else []
    for name in names:
        try:
            if name and "/posix" not in f"/{name}":
                return ZoneInfo(name).key
        except (KeyError, ValueError, OSError):
            continue
    return "UTC"


def list_next_times(timetable: Timetable, after: datetime, number: int = 1) -> list[datetime]:
    """The first moments after `after`, which has a zone of its own, at which the timetable is due, in its zone."""
    return list(islice(_due_times(timetable, after), number))


def find_due(timetable: Timetable, since: datetime, now: datetime) -> datetime | None:
    """The last moment after `since` and not after `now` at which the timetable was due; None where there was none."""
    due = None
    for moment in _due_times(timetable, since):
        if moment.astimezone(UTC) > now.astimezone(UTC):
            break
        due = moment
    return due


def _due_times(timetable: Timetable, after: datetime) -> Iterator[datetime]:
    """Every moment after `after` at which the timetable is due, in order."""
    zone, after = ZoneInfo(timetable.zone), after.astimezone(UTC)
    # A time that is skipped may be due on the day after its own.
    day = after.astimezone(zone).date() - timedelta(days=1)
    while True:
        if _is_due_on(timetable, day):
            moment = _first_valid(datetime.combine(day, timetable.at), zone)
            # Where a zone skips a whole day, what was due on it is due with the next day's.
            if moment.astimezone(UTC) > after:
                yield moment
                after = moment.astimezone(UTC)
        day += timedelta(days=1)


def _is_due_on(timetable: Timetable, day: date) -> bool:
    if timetable.every == "weekday":
        return day.weekday() < 5
    if timetable.every == "week":
        return list(DAYS)[day.weekday()] == timetable.on
    if timetable.every == "month":
        last = monthrange(day.year, day.month)[1]
        return day.day == (last if timetable.on == LAST else min(int(timetable.on), last))
    return True


def _first_valid(local: datetime, zone: ZoneInfo) -> datetime:
    """The first moment at which clocks of the zone show `local`, or what they show next where they skip it."""
    while True:
        moment = local.replace(tzinfo=zone, fold=0)
        if moment.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local:
            return moment
        local += timedelta(minutes=1)


def describe_timetable(timetable: Timetable) -> str:
    """The timetable in words: every Monday at 07:00, Europe/Berlin."""
    day = {
        "day": "every day",
        "weekday": "from Monday to Friday",
        "week": f"every {DAYS.get(timetable.on)}",
        "month": f"on day {timetable.on} of every month",
    }[timetable.every]
    if timetable.on == LAST or (timetable.every == "month" and int(timetable.on) == 31):
        day = "on the last day of every month"
    elif timetable.every == "month" and int(timetable.on) > 28:
        day += " (the last day of a shorter one)"
    return f"{day} at {timetable.at:%H:%M}, {timetable.zone}"


def format_moment(moment: datetime) -> str:
    """A moment for a reader: Mon 7 December 2026, 07:00 CET. In English, whatever the locale."""
    months = (
        *("January", "February", "March", "April", "May", "June", "July"),
        *("August", "September", "October", "November", "December"),
    )
    weekday = list(DAYS.values())[moment.weekday()][:3]
    return f"{weekday} {moment.day} {months[moment.month - 1]} {moment.year}, {moment:%H:%M} {moment.tzname()}"
