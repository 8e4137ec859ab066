"""The loop of a container and the single look: what was missed is caught up once, and the loop ends at once."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from graphkoc.errors import BusyError, StoreError
from graphkoc.schedule import loop as loop_module
from graphkoc.schedule.loop import ALIVE, STATE, LoopState, begin_schedule, read_loop_state, refresh_when_due, run_loop
from graphkoc.schedule.times import read_timetable

MONDAYS = read_timetable("week", "mon", "07:00", "Europe/Berlin")
MONDAY = datetime(2026, 12, 7, 6, tzinfo=UTC)
"""A moment at which MONDAYS is due."""
LOOP = """\
import sys
from datetime import UTC, datetime
from pathlib import Path
from graphkoc.schedule.loop import run_loop
from graphkoc.schedule.times import read_timetable
timetable = read_timetable("day", None, sys.argv[1], "UTC")
run_loop(timetable, Path(sys.argv[2]), sys.argv[3:], lambda line: print(line, flush=True))
"""


def command(folder: Path, code: int = 0) -> list[str]:
    """A command that adds a line to a file, and ends with this code."""
    return ["/bin/sh", "-c", f"echo ran in $PWD >> {folder / 'ran'}; exit {code}"]


def count_runs(folder: Path) -> int:
    return len((folder / "ran").read_text().splitlines()) if (folder / "ran").exists() else 0


def look(folder: Path, now: datetime, code: int = 0) -> int | None:
    return refresh_when_due(MONDAYS, folder, command(folder, code), lambda: now)[0]


def test_a_look_runs_what_is_due_once(tmp_path: Path) -> None:
    assert look(tmp_path, MONDAY - timedelta(hours=3)) is None
    assert look(tmp_path, MONDAY - timedelta(seconds=1)) is None
    assert look(tmp_path, MONDAY + timedelta(seconds=2)) == 0
    assert look(tmp_path, MONDAY + timedelta(hours=1)) is None
    assert (tmp_path / "ran").read_text() == f"ran in {tmp_path}\n"
    # Three weeks off: caught up once.
    assert look(tmp_path, MONDAY + timedelta(days=22)) == 0
    assert look(tmp_path, MONDAY + timedelta(days=22, hours=1)) is None
    assert look(tmp_path, MONDAY + timedelta(days=28)) == 0
    assert count_runs(tmp_path) == 3


def test_the_first_look_goes_back_an_hour(tmp_path: Path) -> None:
    (tmp_path / "late").mkdir()
    assert look(tmp_path, MONDAY + timedelta(minutes=59)) == 0
    assert look(tmp_path / "late", MONDAY + timedelta(minutes=61)) is None


def test_a_schedule_that_began_is_caught_up_from_its_first_time_on(tmp_path: Path) -> None:
    begin_schedule(MONDAYS, tmp_path, True, lambda: MONDAY - timedelta(days=1))
    begin_schedule(MONDAYS, tmp_path, False, lambda: MONDAY + timedelta(hours=1))
    assert look(tmp_path, MONDAY + timedelta(hours=5)) == 0
    assert look(tmp_path, MONDAY + timedelta(days=6)) is None
    # Taken back, and handed over again after two weeks.
    begin_schedule(MONDAYS, tmp_path, True, lambda: MONDAY + timedelta(days=17))
    assert look(tmp_path, MONDAY + timedelta(days=18)) is None
    assert look(tmp_path, MONDAY + timedelta(days=22)) == 0


def test_a_failure_has_its_code_and_waits_for_the_next_time(tmp_path: Path) -> None:
    assert look(tmp_path, MONDAY, 5) == 5
    assert look(tmp_path, MONDAY + timedelta(hours=1), 5) is None
    state = read_loop_state(tmp_path)
    assert (state.exit_code, state.due, state.started) == (5, "2026-12-07T06:00:00+00:00", "2026-12-07T06:00:00+00:00")


def test_another_timetable_begins_anew(tmp_path: Path) -> None:
    assert look(tmp_path, MONDAY) == 0
    daily = read_timetable("day", None, "07:00", "Europe/Berlin")
    now = MONDAY + timedelta(days=3, hours=2)
    assert refresh_when_due(daily, tmp_path, command(tmp_path), lambda: now)[0] is None
    assert refresh_when_due(daily, tmp_path, command(tmp_path), lambda: now + timedelta(days=1))[0] == 0


def test_a_clock_that_went_ahead_skips_nothing_when_it_is_right_again(tmp_path: Path) -> None:
    assert look(tmp_path, MONDAY + timedelta(days=365 * 5)) is None
    assert look(tmp_path, MONDAY - timedelta(days=1)) is None
    assert look(tmp_path, MONDAY) == 0


@pytest.mark.parametrize("held", ["", "{", "[]", '{"since": 3}', '{"since": "monday", "timetable": "x"}', "\x00\xff"])
def test_a_state_that_cannot_be_read_is_as_none(tmp_path: Path, held: str) -> None:
    (tmp_path / STATE).write_text(held)
    assert read_loop_state(tmp_path) == LoopState()
    assert look(tmp_path, MONDAY) == 0


def test_a_command_that_is_missing_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no-such-program cannot be run: No such file"):
        refresh_when_due(MONDAYS, tmp_path, ["no-such-program"], lambda: MONDAY)


def test_a_loop_catches_up_and_goes_on(tmp_path: Path) -> None:
    """On a clock that goes a minute at each look at it, until the loop is ended from outside."""
    shown: list[str] = []
    look(tmp_path, MONDAY - timedelta(days=10))
    now = MONDAY - timedelta(days=7, minutes=-30)

    def clock() -> datetime:
        nonlocal now
        now += timedelta(minutes=1)
        if count_runs(tmp_path) == 2 and now > MONDAY + timedelta(minutes=10):
            os.kill(os.getpid(), signal.SIGTERM)
        elif len(shown) == 3 and now < MONDAY - timedelta(minutes=10):
            now = MONDAY - timedelta(seconds=61)
        return now

    run_loop(MONDAYS, tmp_path, command(tmp_path), shown.append, clock, 0.0)
    assert shown == [
        "Refresh of Mon 30 November 2026, 07:00 CET begins.",
        "Refresh of Mon 30 November 2026, 07:00 CET is done, with exit code 0.",
        "Next refresh: Mon 7 December 2026, 07:00 CET.",
        "Refresh of Mon 7 December 2026, 07:00 CET begins.",
        "Refresh of Mon 7 December 2026, 07:00 CET is done, with exit code 0.",
        "Next refresh: Mon 14 December 2026, 07:00 CET.",
        "The schedule has ended.",
    ]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL
    assert read_loop_state(tmp_path).beat == ""


@contextmanager
def loop(folder: Path, at: datetime, *words: str) -> Iterator[subprocess.Popen[str]]:
    """A loop in a process of its own, due each day at this time of day (UTC); it is killed in the end."""
    started = [sys.executable, "-c", LOOP, f"{at:%H:%M}", str(folder), *words]
    process = subprocess.Popen(started, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def end(process: subprocess.Popen[str]) -> tuple[int, list[str]]:
    """End a loop as a container is ended: its exit code, and what it printed."""
    process.send_signal(signal.SIGTERM)
    printed, _ = process.communicate(timeout=5)
    return process.returncode, printed.splitlines()


def wait_for(path: Path) -> None:
    until = time.monotonic() + 20
    while not path.exists():
        assert time.monotonic() < until
        time.sleep(0.02)


def test_a_loop_that_waits_ends_at_once_and_is_the_only_one(tmp_path: Path) -> None:
    with loop(tmp_path, datetime.now(UTC) - timedelta(hours=2), "true") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Next refresh: ")
        assert read_loop_state(tmp_path).is_well(datetime.now(UTC))
        with pytest.raises(BusyError, match="another process keeps the schedule of"):
            look(tmp_path, MONDAY)
        assert end(process) == (0, ["The schedule has ended."])
    assert not read_loop_state(tmp_path).is_well(datetime.now(UTC))
    assert [path.name for path in tmp_path.iterdir()] == [STATE]


def test_a_loop_that_is_ended_ends_its_refresh_which_the_next_one_makes_good(tmp_path: Path) -> None:
    due = datetime.now(UTC) - timedelta(hours=1)
    timetable = read_timetable("day", None, f"{due:%H:%M}", "UTC")
    refresh_when_due(timetable, tmp_path, ["true"], lambda: due - timedelta(days=1, hours=2))
    slow = f"cd {tmp_path}; trap 'touch ended; exit 1' TERM; touch begun; while :; do sleep 0.1; done"
    with loop(tmp_path, due, "/bin/sh", "-c", slow) as process:
        wait_for(tmp_path / "begun")
        code, printed = end(process)
        assert (code, printed[-1]) == (0, "The schedule has ended.")
    assert (tmp_path / "ended").exists()
    with loop(tmp_path, due, *command(tmp_path)) as process:
        wait_for(tmp_path / "ran")
        code, printed = end(process)
    assert count_runs(tmp_path) == 1


def test_a_refresh_that_does_not_end_is_killed_with_the_loop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_module, "GRACE", 0.2)
    deaf = ["/bin/sh", "-c", "trap '' TERM; touch begun; while :; do sleep 0.05; done"]

    def stop() -> None:
        wait_for(tmp_path / "begun")
        os.kill(os.getpid(), signal.SIGTERM)

    stopper = threading.Thread(target=stop)
    stopper.start()
    code, _ = refresh_when_due(MONDAYS, tmp_path, deaf, lambda: MONDAY)
    stopper.join()
    assert code == 128 + signal.SIGTERM
    assert read_loop_state(tmp_path).exit_code is None, "the next look makes it good"
    assert look(tmp_path, MONDAY) == 0


def test_a_loop_that_is_interrupted_gives_no_more_signs_of_life(tmp_path: Path) -> None:
    with loop(tmp_path, datetime.now(UTC) - timedelta(hours=2), "true") as process:
        assert process.stdout is not None
        process.stdout.readline()
        process.send_signal(signal.SIGINT)
        process.wait(timeout=5)
    assert read_loop_state(tmp_path).beat == ""


def test_a_loop_that_is_killed_leaves_a_folder_in_which_the_next_one_runs(tmp_path: Path) -> None:
    due = datetime.now(UTC) - timedelta(hours=2)
    for _ in range(2):
        with loop(tmp_path, due, "true") as process:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Next refresh: ")
            process.kill()
    assert json.loads((tmp_path / STATE).read_text())["timetable"]


def test_a_loop_is_well_while_it_gives_signs_of_life_and_its_refresh_did_its_work() -> None:
    now = MONDAY
    alive = LoopState(beat=(now - ALIVE).isoformat())
    assert alive.is_well(now)
    assert not alive.is_well(now + timedelta(seconds=1))
    ended = [LoopState(beat=alive.beat, exit_code=code) for code in (0, 7, 3, 137)]
    assert [state.is_well(now) for state in ended] == [True, True, False, False]
    assert not LoopState().is_well(now)
