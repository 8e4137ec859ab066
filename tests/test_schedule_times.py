"""When a report is due: clock changes, month ends and time zones, also as systemd reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.errors import UsageError
from graphkoc.schedule import times
from graphkoc.schedule.times import (
    DAYS,
    PERIODS,
    describe_timetable,
    find_due,
    find_local_zone,
    format_moment,
    list_next_times,
    read_timetable,
)

BERLIN, SHANGHAI = "Europe/Berlin", "Asia/Shanghai"


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("every", "on", "at", "zone", "after", "due"),
    [
        # Weeks, weekdays and days.
        ("week", "mon", "07:00", BERLIN, "2026-12-01 04:00", ["2026-12-07 07:00 CET", "2026-12-14 07:00 CET"]),
        ("week", "mon", "07:00", BERLIN, "2026-12-07 06:00", ["2026-12-14 07:00 CET"]),
        ("week", "mon", "07:00", BERLIN, "2026-12-07 05:59", ["2026-12-07 07:00 CET"]),
        ("weekday", None, "07:00", BERLIN, "2026-12-04 12:00", ["2026-12-07 07:00 CET", "2026-12-08 07:00 CET"]),
        ("week", "mon", "07:00", SHANGHAI, "2026-12-06 22:59", ["2026-12-07 07:00 CST", "2026-12-14 07:00 CST"]),
        ("week", "mon", "07:00", SHANGHAI, "2026-12-06 23:00", ["2026-12-14 07:00 CST"]),
        ("day", None, "00:00", "Pacific/Auckland", "2026-12-01 11:30", ["2026-12-03 00:00 NZDT"]),
        # The same time of day before and after clocks change.
        ("day", None, "07:00", BERLIN, "2026-03-28 12:00", ["2026-03-29 07:00 CEST", "2026-03-30 07:00 CEST"]),
        # 02:30 does not exist on 29 March 2026, and is passed twice on 25 October.
        ("day", None, "02:30", BERLIN, "2026-03-28 12:00", ["2026-03-29 03:00 CEST", "2026-03-30 02:30 CEST"]),
        ("day", None, "02:30", BERLIN, "2026-10-24 12:00", ["2026-10-25 02:30 CEST", "2026-10-26 02:30 CET"]),
        ("day", None, "02:30", BERLIN, "2026-10-25 00:30", ["2026-10-26 02:30 CET"]),
        ("week", "sun", "02:00", BERLIN, "2026-03-25 12:00", ["2026-03-29 03:00 CEST", "2026-04-05 02:00 CEST"]),
        # Half an hour, and clocks that change at midnight.
        ("day", None, "02:15", "Australia/Lord_Howe", "2026-10-03 00:00", ["2026-10-04 02:30 +11"]),
        (
            "day",
            None,
            "00:00",
            "America/Santiago",
            "2026-09-05 12:00",
            ["2026-09-06 01:00 -03", "2026-09-07 00:00 -03"],
        ),
        # A day that the zone skipped altogether.
        ("day", None, "07:00", "Pacific/Apia", "2011-12-29 18:00", ["2011-12-31 00:00 +14", "2011-12-31 07:00 +14"]),
        ("day", None, "00:00", "Pacific/Apia", "2011-12-29 18:00", ["2011-12-31 00:00 +14", "2012-01-01 00:00 +14"]),
        # Month ends.
        ("month", "31", "07:00", BERLIN, "2026-01-31 12:00", ["2026-02-28 07:00 CET", "2026-03-31 07:00 CEST"]),
        ("month", "30", "07:00", BERLIN, "2027-01-30 12:00", ["2027-02-28 07:00 CET", "2027-03-30 07:00 CEST"]),
        ("month", "29", "07:00", BERLIN, "2028-02-01 12:00", ["2028-02-29 07:00 CET", "2028-03-29 07:00 CEST"]),
        ("month", "last", "07:00", SHANGHAI, "2027-02-01 12:00", ["2027-02-28 07:00 CST", "2027-03-31 07:00 CST"]),
        ("month", "1", "07:00", BERLIN, "2026-12-31 12:00", ["2027-01-01 07:00 CET", "2027-02-01 07:00 CET"]),
    ],
)
def test_it_is_due_at(every: str, on: str | None, at: str, zone: str, after: str, due: list[str]) -> None:
    found = list_next_times(read_timetable(every, on, at, zone), moment(after), len(due))
    assert [f"{one:%Y-%m-%d %H:%M %Z}" for one in found] == due


timetables = st.builds(
    lambda every, day, on, minutes, zone: read_timetable(
        every,
        {"week": day, "month": on}.get(every),
        f"{minutes // 60:02}:{minutes % 60:02}",
        zone,
    ),
    st.sampled_from(PERIODS),
    st.sampled_from([*DAYS]),
    st.sampled_from([*map(str, range(1, 32)), "last"]),
    st.integers(0, 24 * 60 - 1),
    st.sampled_from([BERLIN, SHANGHAI, "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "UTC"]),
)
moments = st.datetimes(datetime(2024, 1, 1), datetime(2036, 1, 1), timezones=st.just(UTC))


@given(timetables, moments)
def test_times_grow_and_the_last_one_due_is_the_one_before_the_next(timetable: times.Timetable, now: datetime) -> None:
    first, second = list_next_times(timetable, now, 2)
    assert now < first.astimezone(UTC) < second.astimezone(UTC)
    assert first.astimezone(UTC) - now < timedelta(days=32, hours=4)
    before = find_due(timetable, now - timedelta(days=40), now)
    assert before is not None
    assert before.astimezone(UTC) <= now
    assert list_next_times(timetable, before) == [first]
    assert find_due(timetable, now, first.astimezone(UTC) - timedelta(seconds=1)) is None
    assert find_due(timetable, now, first) == first


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"every": "year"}, "nothing is due every year"),
        ({"every": "week", "on": "moon"}, "there is no day of the week 'moon'"),
        ({"every": "week", "on": "1"}, "there is no day of the week '1'"),
        ({"every": "month", "on": "32"}, "there is no day of a month '32'"),
        ({"every": "month", "on": "0"}, "there is no day of a month '0'"),
        ({"every": "month", "on": "mon"}, "there is no day of a month 'mon'"),
        ({"every": "day", "on": "mon"}, "a timetable of every day has no --on"),
        ({"at": "24:00"}, "'24:00' is not a time of day"),
        ({"at": "7"}, "'7' is not a time of day"),
        ({"at": "07:00:30"}, "'07:00:30' is not a time of day"),
        ({"zone": "Europe/Berln"}, "there is no time zone 'Europe/Berln'"),
        ({"zone": "Europe"}, "there is no time zone 'Europe'"),
        ({"zone": "../../etc/passwd"}, "there is no time zone"),
        ({"zone": "/etc/localtime"}, "there is no time zone"),
    ],
)
def test_what_there_is_no_day_time_or_zone_of_is_one_sentence(options: dict[str, str], words: str) -> None:
    with pytest.raises(UsageError, match=words) as error:
        read_timetable(**options)
    assert error.value.hint


def test_a_zone_that_is_misspelt_has_its_neighbour_named() -> None:
    with pytest.raises(UsageError) as error:
        read_timetable(zone="Europe/Berln")
    assert error.value.hint == "Did you mean Europe/Berlin?"


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({}, "every Monday at 07:00, UTC"),
        ({"on": "Friday", "at": "7:05"}, "every Friday at 07:05, UTC"),
        ({"every": "day", "at": "07:00:00"}, "every day at 07:00, UTC"),
        ({"every": "weekday"}, "from Monday to Friday at 07:00, UTC"),
        ({"every": "month"}, "on day 1 of every month at 07:00, UTC"),
        ({"every": "month", "on": "30"}, "on day 30 of every month (the last day of a shorter one) at 07:00, UTC"),
        ({"every": "month", "on": "31"}, "on the last day of every month at 07:00, UTC"),
        ({"every": "month", "on": "LAST"}, "on the last day of every month at 07:00, UTC"),
    ],
)
def test_a_timetable_has_words_and_options_that_give_it_again(options: dict[str, str], words: str) -> None:
    timetable = read_timetable(**options, zone="UTC")
    assert describe_timetable(timetable) == words
    given = timetable.options()
    again = dict(zip(given[::2], given[1::2], strict=True))
    assert read_timetable(again["--every"], again.get("--on"), again["--at"], again["--tz"]) == timetable


def test_a_moment_is_written_for_a_reader() -> None:
    assert format_moment(datetime(2026, 12, 7, 7, tzinfo=ZoneInfo(BERLIN))) == "Mon 7 December 2026, 07:00 CET"


def test_the_zone_of_the_machine_is_that_of_tz_or_of_its_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    zones = tmp_path / "zoneinfo" / "Asia"
    zones.mkdir(parents=True)
    (zones / "Shanghai").write_bytes(b"")
    (tmp_path / "localtime").symlink_to(zones / "Shanghai")
    monkeypatch.setattr(times, "LOCALTIME", tmp_path / "localtime")
    monkeypatch.setenv("TZ", ":Europe/Berlin")
    assert find_local_zone() == "Europe/Berlin"
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    assert find_local_zone() == "Asia/Shanghai"
    monkeypatch.delenv("TZ")
    assert find_local_zone() == "Asia/Shanghai"
    monkeypatch.setattr(times, "LOCALTIME", tmp_path / "missing")
    assert find_local_zone() == "UTC"
