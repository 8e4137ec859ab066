"""Phases: back from the launch, nothing on a blackout day, no more posts a day than wanted, and a file that opens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import icalendar
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graphkoc.activate.phases import (
    LEAD,
    ORDER,
    STEPS,
    Phase,
    Schedule,
    make_calendar,
    plan_phases,
    read_blackout,
    read_phases,
)
from graphkoc.errors import DataError, UsageError

LAUNCH = date(2026, 10, 12)
DAY = timedelta(days=1)
STAMP = datetime(2026, 9, 1, 12, tzinfo=UTC)


def phase(
    name: str = "one", role: str = "koc", share: float = 1.0, opens: int = 0, days: int = 4, **lead: int
) -> Phase:
    return Phase(name, role, share, opens, days, {step: lead.get(step, 0) for step in LEAD})


def rows(schedule: Schedule) -> list[tuple[Any, ...]]:
    """The tasks with their dates as days of the launch's month."""
    return [
        (step, starts.date().isoformat()[5:], ends.date().isoformat()[5:], people)
        for step, _, _, starts, ends, people in schedule.tasks.itertuples(index=False)
    ]


def days_of(tasks: pd.DataFrame) -> list[date]:
    spans = zip(tasks["starts"], tasks["ends"], strict=True)
    return [day.date() for starts, ends in spans for day in pd.date_range(starts, ends)]


def test_by_default_kocs_come_first_then_kols_then_kocs_again() -> None:
    phases = read_phases()
    assert [(one.name, one.role) for one in phases] == [
        ("teaser (蓄水)", "koc"),
        ("burst (爆发)", "kol"),
        ("long tail (长尾)", "koc"),
    ]
    found = plan_phases(phases, LAUNCH, {"koc": 10, "kol": 2})
    posting = found.tasks[found.tasks["step"] == "posting"]
    assert posting.groupby("phase", sort=False)["people"].sum().to_dict() == {
        "teaser (蓄水)": 6,
        "burst (爆发)": 2,
        "long tail (长尾)": 4,
    }
    assert (posting["starts"][posting["phase"] == "teaser (蓄水)"] < pd.Timestamp(LAUNCH)).all()
    assert found.notes == ()
    assert ORDER == "The forecast does not depend on the order of phases."


def test_steps_are_planned_back_from_the_first_posting_day() -> None:
    found = plan_phases(
        [phase(days=2, outreach=3, shipping=1, draft=2)], LAUNCH, {"koc": 2}, invited={"koc": 5}, accepted={"koc": 3}
    )
    assert rows(found) == [
        ("outreach", "10-06", "10-08", 5),
        ("shipping", "10-09", "10-09", 3),
        ("draft", "10-10", "10-11", 2),
        ("posting", "10-12", "10-12", 1),
        ("posting", "10-13", "10-13", 1),
    ]


def test_a_step_around_blackout_days_keeps_its_days_in_two_parts() -> None:
    found = plan_phases(
        [phase(days=1, outreach=2, trial=3)], LAUNCH, {"koc": 1}, blackouts=[(date(2026, 10, 9), date(2026, 10, 10))]
    )
    assert rows(found) == [
        ("outreach", "10-05", "10-06", 1),
        ("trial", "10-07", "10-08", 1),
        ("trial", "10-11", "10-11", 1),
        ("posting", "10-12", "10-12", 1),
    ]


def test_posts_are_spread_evenly_and_at_most_so_many_are_on_one_day() -> None:
    few = plan_phases([phase(days=9)], LAUNCH, {"koc": 3})
    assert [day.day for day in few.posts["day"]] == [12, 15, 18]
    many = plan_phases([phase(days=2)], LAUNCH, {"koc": 7}, posts_a_day=2)
    assert [(row[1], row[3]) for row in rows(many)] == [("10-12", 2), ("10-13", 2), ("10-14", 2), ("10-15", 1)]
    assert many.notes == ("one: its 2 days have no room for 7 posts, so 2 days are added after them.",)


def test_a_phase_that_ends_before_the_launch_grows_backwards() -> None:
    found = plan_phases([phase(opens=-2, days=2, draft=1)], LAUNCH, {"koc": 3}, posts_a_day=1)
    assert [(row[0], row[1]) for row in rows(found)] == [
        ("draft", "10-08"),
        *(("posting", f"10-{day:02}") for day in (9, 10, 11)),
    ]


def test_phases_that_overlap_share_the_posts_of_a_day() -> None:
    both = [phase("a", "kol", days=3), phase("b", "koc", days=3)]
    found = plan_phases(both, LAUNCH, {"kol": 3, "koc": 3}, posts_a_day=1)
    assert sorted(found.posts["day"].dt.day) == [12, 13, 14, 15, 16, 17]


def test_each_post_has_its_day_in_the_order_of_choice() -> None:
    phases = [phase("early", share=0.5, opens=-7, days=2), phase("late", share=0.5, opens=7, days=2)]
    found = plan_phases(phases, LAUNCH, {"koc": 3, "kol": 0})
    assert found.posts[["role", "place", "phase"]].values.tolist() == [
        ["koc", 0, "early"],
        ["koc", 1, "early"],
        ["koc", 2, "late"],
    ]
    everybody = plan_phases([phase(role="all", days=3)], LAUNCH, {"koc": 2, "kol": 1})
    assert everybody.posts["role"].tolist() == ["koc", "koc", "kol"]
    assert everybody.tasks["role"].unique().tolist() == ["all"]


def test_a_launch_that_leaves_lead_times_in_the_past_is_a_note() -> None:
    late = plan_phases([phase(outreach=10)], LAUNCH, {"koc": 1}, today=date(2026, 10, 5))
    assert late.notes == (
        "The first task should have started on 2026-10-02, 3 days before today (2026-10-05): launch later, or shorten "
        "the lead times.",
    )
    assert plan_phases([phase(outreach=10)], LAUNCH, {"koc": 1}, today=date(2026, 10, 2)).notes == ()


def test_a_role_without_a_phase_and_a_launch_on_a_blackout_day_are_notes() -> None:
    found = plan_phases([phase()], LAUNCH, {"koc": 1, "kol": 2}, blackouts=[(LAUNCH, LAUNCH)])
    assert found.notes == ("2 posts of kol are in no phase.", "The launch, 2026-10-12, is a blackout day.")
    assert LAUNCH not in days_of(found.tasks)


PHASE = st.builds(
    phase,
    role=st.sampled_from(["koc", "kol", "all"]),
    opens=st.integers(-30, 30),
    days=st.integers(1, 20),
    outreach=st.integers(0, 9),
    shipping=st.integers(0, 9),
    trial=st.integers(0, 9),
    draft=st.integers(0, 9),
)
RANGE = st.tuples(st.integers(-60, 60), st.integers(0, 15)).map(
    lambda pair: (LAUNCH + pair[0] * DAY, LAUNCH + (pair[0] + pair[1]) * DAY)
)


@given(PHASE, st.integers(0, 40), st.lists(RANGE, max_size=4), st.one_of(st.none(), st.integers(1, 5)))
def test_nothing_is_on_a_blackout_day_no_day_is_too_full_and_no_day_or_post_is_lost(
    one: Phase, number: int, blackouts: list[tuple[date, date]], posts_a_day: int | None
) -> None:
    posts = {"koc": number, "kol": 3}
    mine = sum(number for role, number in posts.items() if one.role in (role, "all"))
    found = plan_phases([one], LAUNCH, posts, blackouts=blackouts, posts_a_day=posts_a_day)
    tasks = found.tasks
    assert not [day for day in days_of(tasks) if any(first <= day <= last for first, last in blackouts)]
    posting = tasks[tasks["step"] == "posting"]
    assert posting["people"].sum() == len(found.posts) == mine
    assert posts_a_day is None or (posting["people"] <= posts_a_day).all()
    assert found.posts["day"].value_counts().to_dict() == posting.set_index("starts")["people"].to_dict()
    for step in LEAD:
        assert len(days_of(tasks[tasks["step"] == step])) == (one.lead[step] if mine else 0)
    first = {step: tasks["starts"][tasks["step"] == step].min() for step in STEPS}
    starts = [first[step] for step in STEPS if not pd.isna(first[step])]
    assert starts == sorted(starts)


def test_the_calendar_opens_in_icalendar_with_the_same_dates_and_the_same_bytes() -> None:
    tasks = plan_phases(
        read_phases(), LAUNCH, {"koc": 10, "kol": 2}, blackouts=[(date(2026, 10, 1), date(2026, 10, 8))]
    ).tasks
    content = make_calendar(tasks, "Luto Mini, 秋; launch", STAMP)
    assert content == make_calendar(tasks, "Luto Mini, 秋; launch", STAMP.astimezone())
    calendar = icalendar.Calendar.from_ical(content)
    events = list(calendar.walk("VEVENT"))
    found = [(event.decoded("DTSTART"), event.decoded("DTEND") - DAY) for event in events]
    assert found == list(zip(tasks["starts"].dt.date, tasks["ends"].dt.date, strict=True))
    assert len({str(event["UID"]) for event in events}) == len(events)
    assert {event.decoded("DTSTAMP") for event in events} == {STAMP}
    assert str(events[0]["SUMMARY"]) == "Luto Mini, 秋; launch: outreach, teaser (蓄水), 6 koc"
    assert all(len(line) <= 75 for line in content.splitlines())


def test_a_range_of_days_is_read_or_refused() -> None:
    assert read_blackout("2026-06-01..2026-06-18") == (date(2026, 6, 1), date(2026, 6, 18))
    assert read_blackout(" 2026-11-11 ") == (date(2026, 11, 11), date(2026, 11, 11))
    with pytest.raises(UsageError, match="is no range of days"):
        read_blackout("618")
    with pytest.raises(UsageError, match="ends before it starts"):
        read_blackout("2026-06-18..2026-06-01")


def test_numbers_that_cannot_be_planned_are_one_sentence() -> None:
    with pytest.raises(UsageError, match="0 posts a day leave none"):
        plan_phases([phase()], LAUNCH, {"koc": 1}, posts_a_day=0)
    with pytest.raises(UsageError, match="-1 posts of koc are planned"):
        plan_phases([phase()], LAUNCH, {"koc": -1})
    with pytest.raises(UsageError, match="the calendar has no room around 2026-10-12"):
        plan_phases([phase()], LAUNCH, {"koc": 1}, blackouts=[(date(2026, 1, 1), date.max)])


GOOD = 'name = "a"\nrole = "koc"\nopens = 0\ndays = 3\n'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "has no phase"),
        ("phase = 3", "has no phase"),
        ("phases", "is not TOML"),
        ("[[phase]]\n", "a phase of .* has no name"),
        (f"[[phase]]\n{GOOD}color = 3", "the phase a of .* has color"),
        ('[[phase]]\nname = "a"\nrole = "kox"\nopens = 0\ndays = 1', "has the role 'kox'"),
        (f"[[phase]]\n{GOOD}share = 60", "has the share 60"),
        (f"[[phase]]\n{GOOD}share = 0.6", r"the shares of koc in .* add up to 0\.6"),
        (f"[[phase]]\n{GOOD}[[phase]]\n{GOOD}", "has two phases called a"),
        (f"[[phase]]\n{GOOD}lead = {{ shiping = 3 }}", "has the lead 'shiping'"),
        (f"lead = 3\n[[phase]]\n{GOOD}", "has the lead something other than a table"),
        (f"[[phase]]\n{GOOD}lead = {{ shipping = -3 }}", "has shipping = -3"),
        ('[[phase]]\nname = "a"\nrole = "koc"\nopens = 0\ndays = 0', "has days = 0"),
        ('[[phase]]\nname = "a"\nrole = "koc"\nopens = 1.5\ndays = 1', "has opens = 1.5"),
        ('[[phase]]\nname = "a"\nrole = "koc"\ndays = 1', "has opens = None"),
    ],
)
def test_a_wrong_file_of_phases_is_one_sentence(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "phases.toml"
    path.write_text(text)
    with pytest.raises(DataError, match=words):
        read_phases(path)
