"""The calendar of a campaign: phases with roles and lead times, planned back from the launch around blackout days."""

from __future__ import annotations

import hashlib
import itertools
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from graphkoc.errors import DataError, UsageError
from graphkoc.files import read_toml
from graphkoc.text import count

__all__ = [
    "ORDER",
    "STEPS",
    "Phase",
    "Schedule",
    "make_calendar",
    "plan_phases",
    "read_blackout",
    "read_phases",
]

STEPS = ("outreach", "shipping", "trial", "draft", "posting")
"""What happens in a phase, in order."""
LEAD = STEPS[:-1]
ROLES = ("koc", "kol", "all")
ORDER = "The forecast does not depend on the order of phases."
PHASES = Path(__file__).with_name("phases.toml")
DAY = timedelta(days=1)
KEYS = {"name", "role", "share", "opens", "days", "lead"}
LONGEST = 3650
"""Days that a step or phase may have, and that it may be from the launch."""


@dataclass(frozen=True)
class Phase:
    """A phase of a campaign.

    role: koc, kol or all. share: of the people with this role. opens: days from the launch to the first posting day.
    days: posting days. lead: days of each step before it.
    """

    name: str
    role: str
    share: float
    opens: int
    days: int
    lead: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Schedule:
    """When what happens.

    tasks: step, phase, role, starts, ends (both included, datetime64[s]), people; sorted by time. A step around
    blackout days is several rows, and posting is one row a day. posts: a row per post: role (koc or kol), place (in the
    order of choice within the role, from 0), phase, day. notes: what the planner should know, a sentence each.
    """

    tasks: pd.DataFrame
    posts: pd.DataFrame
    notes: tuple[str, ...]


def read_phases(path: Path = PHASES) -> tuple[Phase, ...]:
    """The phases of a file, by the day on which they open. Raises DataError where the file is wrong."""
    values = read_toml(path)
    rows = values.get("phase")
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        raise DataError(f"{path} has no phase", hint="Write a [[phase]] with name, role, share, opens and days.")
    phases = [_read_phase(path, row, values.get("lead", {})) for row in rows]
    if twice := [name for name, times in Counter(phase.name for phase in phases).items() if times > 1]:
        raise DataError(f"{path} has two phases called {twice[0]}", hint="Give each a name of its own.")
    for role in ROLES[:-1]:
        shares = [phase.share for phase in phases if phase.role in (role, "all")]
        if shares and not math.isclose(sum(shares), 1, abs_tol=1e-6):
            raise DataError(f"the shares of {role} in {path} add up to {sum(shares):g}", hint="They add up to 1.")
    return tuple(sorted(phases, key=lambda phase: (phase.opens, phase.name)))


def read_blackout(text: str) -> tuple[date, date]:
    """A blackout range as users write it, `2026-06-01..2026-06-18`, or one day. Raises UsageError for another text."""
    first, _, last = text.partition("..")
    try:
        found = date.fromisoformat(first.strip()), date.fromisoformat((last or first).strip())
    except ValueError as error:
        raise UsageError(f"{text!r} is no range of days", hint="Write 2026-06-01..2026-06-18.") from error
    if found[0] > found[1]:
        raise UsageError(f"{text!r} ends before it starts", hint="Write the earlier day first.")
    return found


def plan_phases(
    phases: Sequence[Phase],
    launch: date,
    posts: Mapping[str, int],
    *,
    invited: Mapping[str, int] | None = None,
    accepted: Mapping[str, int] | None = None,
    blackouts: Sequence[tuple[date, date]] = (),
    posts_a_day: int | None = None,
    today: date | None = None,
) -> Schedule:
    """The tasks of every phase, back from the launch.

    posts: of each role (koc, kol). invited: people of each role who are written to, accepted: those who are sent a
    product and try it; by default as many as posts. blackouts: ranges of days, both ends included, on which nothing is
    done. posts_a_day: the most on one day, over all phases. today: what lies before it is noted.

    The posts of a phase are spread evenly over its posting days. Where these have no room left, days are added: before
    them in a phase that ends before the launch, else after them. Each lead step has its number of days without blackout
    days, and the last one ends the day before the first posting day. Raises UsageError for a number below its least,
    and where the calendar has no room.
    """
    if posts_a_day is not None and posts_a_day < 1:
        raise UsageError(f"{posts_a_day} posts a day leave none", hint="The fewest is 1.")
    if wrong := [role for role, number in posts.items() if number < 0]:
        raise UsageError(f"{posts[wrong[0]]} posts of {wrong[0]} are planned", hint="The fewest is 0.")
    split = _split_people(phases, posts)
    written, sent = (split if people is None else _split_people(phases, people) for people in (invited, accepted))
    load: Counter[date] = Counter()
    tasks: list[dict[str, Any]] = []
    placed: list[dict[str, Any]] = []
    notes = [
        f"{count(number, 'posts')} of {role} are in no phase."
        for role, number in posts.items()
        if number and not any(phase.role in (role, "all") for phase in phases)
    ]
    if any(first <= launch <= last for first, last in blackouts):
        notes.append(f"The launch, {launch}, is a blackout day.")
    try:
        for phase in phases:
            mine = split[phase.name]
            if not sum(mine.values()):
                continue
            window, added = _open_days(phase, launch, sum(mine.values()), load, blackouts, posts_a_day)
            if added:
                own = f"{count(phase.days, 'days')} have no room for {count(sum(mine.values()), 'posts')}"
                where = "before" if window[0] < launch + phase.opens * DAY else "after"
                notes.append(f"{phase.name}: its {own}, so {count(added, 'days')} are added {where} them.")
            days = _spread(sum(mine.values()), window, load, posts_a_day)
            load.update(days)
            placed += _place_posts(phase, mine, split, phases, days)
            tasks += [_task("posting", phase, day, day, number) for day, number in sorted(Counter(days).items())]
            people = [sum(one[phase.name].values()) for one in (written, sent, sent, split)]
            tasks += _plan_lead(phase, window[0], blackouts, dict(zip(LEAD, people, strict=True)))
    except OverflowError as error:
        raise UsageError(f"the calendar has no room around {launch}", hint="Shorten the blackout ranges.") from error
    table = _make_table(tasks, [phase.name for phase in phases])
    if today is not None and len(table) and (late := (pd.Timestamp(today) - table["starts"].min()).days) > 0:
        notes.append(
            f"The first task should have started on {table['starts'].min().date()}, {count(late, 'days')} before "
            f"today ({today}): launch later, or shorten the lead times."
        )
    day_of = pd.DataFrame(placed, columns=["role", "place", "phase", "day"]).astype({"day": "datetime64[s]"})
    return Schedule(table, day_of.sort_values(["role", "place"], ignore_index=True), tuple(notes))


def make_calendar(tasks: pd.DataFrame, name: str, stamp: datetime) -> bytes:
    """The tasks of `plan_phases` as an iCalendar file (RFC 5545): an event of whole days for each.

    name: of the campaign. stamp: when the plan was made, with its time zone. The same tasks, name and stamp give the
    same bytes.
    """
    # Only who asks for a calendar waits for it.
    from icalendar import Calendar, Event

    calendar = Calendar()
    calendar.add("prodid", "-//graphkoc//plan//EN")
    calendar.add("version", "2.0")
    for step, phase, role, starts, ends, people in tasks.itertuples(index=False):
        event = Event()
        identity = "\n".join([name, phase, step, starts.date().isoformat()])
        event.add("uid", f"{hashlib.sha256(identity.encode()).hexdigest()[:32]}@graphkoc")
        event.add("dtstamp", stamp.astimezone(UTC))
        event.add("dtstart", starts.date())
        event.add("dtend", ends.date() + DAY)  # the first day that is no part of it
        event.add("summary", f"{name}: {step}, {phase}, {people} {role if role != 'all' else 'people'}")
        calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content


def _read_phase(path: Path, row: Mapping[str, Any], lead: Any) -> Phase:
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        raise DataError(f"a phase of {path} has no name", hint='Add name = "teaser".')
    if unknown := sorted(set(row) - KEYS):
        raise DataError(f"the phase {name} of {path} has {unknown[0]}", hint=f"There are: {', '.join(sorted(KEYS))}.")
    if row.get("role") not in ROLES:
        raise DataError(
            f"the phase {name} of {path} has the role {row.get('role')!r}", hint=f"Roles are {', '.join(ROLES)}."
        )
    share = row.get("share", 1.0)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise DataError(f"the phase {name} of {path} has the share {share!r}", hint="A share is above 0, at most 1.")
    steps = row.get("lead", lead)
    if not isinstance(steps, dict) or (wrong := sorted(set(steps) - set(LEAD))):
        named = repr(wrong[0]) if isinstance(steps, dict) else "something other than a table"
        raise DataError(f"the phase {name} of {path} has the lead {named}", hint=f"Steps are {', '.join(LEAD)}.")
    limits = {"opens": -LONGEST, "days": 1} | dict.fromkeys(steps, 0)
    for key, value in {"opens": row.get("opens"), "days": row.get("days"), **steps}.items():
        if isinstance(value, bool) or not isinstance(value, int) or not limits[key] <= value <= LONGEST:
            raise DataError(
                f"the phase {name} of {path} has {key} = {value!r}",
                hint=f"It is a whole number of days from {limits[key]} to {LONGEST}.",
            )
    return Phase(
        name, row["role"], float(share), row["opens"], row["days"], {step: steps.get(step, 0) for step in LEAD}
    )


def _split_people(phases: Sequence[Phase], people: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """How many of each role are in each phase: whole numbers that add up, as near to the shares as they can be."""
    split: dict[str, dict[str, int]] = {phase.name: {} for phase in phases}
    for role, number in people.items():
        before, share = 0, 0.0
        for phase in phases:
            if phase.role in (role, "all"):
                share += phase.share
                until = math.floor(share * number + 0.5)
                split[phase.name][role] = until - before
                before = until
    return split


def _open_days(
    phase: Phase,
    launch: date,
    posts: int,
    load: Mapping[date, int],
    blackouts: Sequence[tuple[date, date]],
    posts_a_day: int | None,
) -> tuple[list[date], int]:
    """The posting days of a phase, in order, and how many of them were added."""
    first = launch + phase.opens * DAY
    days = [day for day in (first + place * DAY for place in range(phase.days)) if not _is_blackout(day, blackouts)]
    room = sum(_find_room(day, load, posts_a_day) for day in days)
    last = first + (phase.days - 1) * DAY
    step, day, added = (-DAY, first, 0) if last < launch else (DAY, last, 0)
    while room < posts:
        day += step
        if not _is_blackout(day, blackouts):
            added += 1
            days.append(day)
            room += _find_room(day, load, posts_a_day)
    return sorted(days), added


def _spread(posts: int, days: Sequence[date], load: Mapping[date, int], posts_a_day: int | None) -> list[date]:
    """The day of each post: evenly spaced from the first day on, and moved from a full day to the nearest with room."""
    taken: Counter[date] = Counter()
    found = []
    for place in range(posts):
        ideal = place * len(days) // posts
        free = (
            days[index]
            for index in _go_outwards(ideal, len(days))
            if taken[days[index]] < _find_room(days[index], load, posts_a_day)
        )
        day = next(free)
        taken[day] += 1
        found.append(day)
    return sorted(found)


def _go_outwards(start: int, size: int) -> Iterator[int]:
    """Every index below size, the nearest to start first."""
    for step in range(size):
        yield from (index for index in dict.fromkeys((start - step, start + step)) if 0 <= index < size)


def _find_room(day: date, load: Mapping[date, int], posts_a_day: int | None) -> float:
    return math.inf if posts_a_day is None else posts_a_day - load.get(day, 0)


def _is_blackout(day: date, blackouts: Sequence[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in blackouts)


def _place_posts(
    phase: Phase,
    mine: Mapping[str, int],
    split: Mapping[str, Mapping[str, int]],
    phases: Sequence[Phase],
    days: Sequence[date],
) -> list[dict[str, Any]]:
    """The day of each post of a phase; of several roles the first has the first days."""
    earlier = list(itertools.takewhile(lambda other: other is not phase, phases))
    rows = []
    turn = iter(days)
    for role, number in mine.items():
        before = sum(split[other.name].get(role, 0) for other in earlier)
        rows += [{"role": role, "place": before + i, "phase": phase.name, "day": next(turn)} for i in range(number)]
    return rows


def _plan_lead(
    phase: Phase, opens: date, blackouts: Sequence[tuple[date, date]], people: Mapping[str, int]
) -> list[dict[str, Any]]:
    """The steps before the first posting day, the last one first; a row for each run of days without a blackout."""
    rows = []
    day = opens - DAY
    for step in reversed(LEAD):
        days: list[date] = []
        while len(days) < phase.lead[step]:
            if not _is_blackout(day, blackouts):
                days.append(day)
            day -= DAY
        rows += [_task(step, phase, first, last, people[step]) for first, last in _find_runs(sorted(days))]
    return rows


def _find_runs(days: Sequence[date]) -> list[tuple[date, date]]:
    """The runs of consecutive days, each by its first and last."""
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and runs[-1][1] + DAY == day:
            runs[-1] = runs[-1][0], day
        else:
            runs.append((day, day))
    return runs


def _task(step: str, phase: Phase, starts: date, ends: date, people: int) -> dict[str, Any]:
    return {"step": step, "phase": phase.name, "role": phase.role, "starts": starts, "ends": ends, "people": people}


def _make_table(tasks: list[dict[str, Any]], names: list[str]) -> pd.DataFrame:
    columns = ["step", "phase", "role", "starts", "ends", "people"]
    tasks.sort(key=lambda task: (task["starts"], names.index(task["phase"]), STEPS.index(task["step"])))
    types = {"starts": "datetime64[s]", "ends": "datetime64[s]", "people": "int64"}
    return pd.DataFrame(tasks, columns=columns).astype(dict.fromkeys(columns[:3], "str") | types)
