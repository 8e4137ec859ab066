"""The loop of a container, which keeps the time itself, and the one look whether something is due.

Both remember the last time that was due and served in a file of the folder where the work is done. So a time at which
nothing ran is caught up, once however many they were, and one is never served twice.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any

from graphkoc.files import read_content, replace_file, translate_errors
from graphkoc.schedule.claims import claim
from graphkoc.schedule.times import Timetable, find_due, format_moment, list_next_times

__all__ = ["LoopState", "begin_schedule", "read_loop_state", "refresh_when_due", "run_loop"]

STATE = ".graphkoc-schedule.json"
"""The file in the folder where the work is done. Its own time is that of the loop's last sign of life."""
BEAT = 60.0
"""Seconds between signs of life; also how late a change of the clock is noticed."""
ALIVE = timedelta(minutes=5)
"""How old the last sign of life of a loop may be."""
GRACE = 8.0
"""Seconds that a refresh has to end when the loop is ended. Containers are killed after ten."""
LOOK = timedelta(hours=1)
"""How far back the first look goes: hosts that look do so each hour."""
GOOD = (0, 7)
"""Exit codes of a refresh that did its work."""

Clock = Callable[[], datetime]


@dataclass(frozen=True)
class LoopState:
    """What is known of the times that were due. Times are ISO 8601 in UTC, "" where there was none.

    timetable: its options. since: the last time that was due and served, or when the timetable began. due, started,
    ended, exit_code: of the last refresh. beat: the last sign of life of a loop.
    """

    timetable: str = ""
    since: str = ""
    due: str = ""
    started: str = ""
    ended: str = ""
    exit_code: int | None = None
    beat: str = ""

    def is_well(self, now: datetime) -> bool:
        """Whether a loop is at work, and its last refresh did its work."""
        if not self.beat or (self.exit_code is not None and self.exit_code not in GOOD):
            return False
        return now - datetime.fromisoformat(self.beat) <= ALIVE


def read_loop_state(folder: Path) -> LoopState:
    """The state of the loop of this folder; an empty one where there is none, or none that can be read."""
    path = folder / STATE
    try:
        kept = json.loads(read_content(path) or "{}")
        state = LoopState(**{key: kept[key] for key in LoopState.__dataclass_fields__ if key in kept})
        for moment in (state.since, state.due, state.started, state.ended):
            _ = moment and datetime.fromisoformat(moment)
        return replace(state, beat=_write(datetime.fromtimestamp(path.stat().st_mtime, UTC)) if state.beat else "")
    except (ValueError, TypeError, OSError):
        return LoopState()


def _write(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def _save(folder: Path, state: LoopState) -> LoopState:
    path = folder / STATE
    with translate_errors(f"{path} cannot be written", "Is the disk full, or the folder not yours?"):
        replace_file(path, (json.dumps(asdict(state), indent=1) + "\n").encode())
    return state


def _begin(timetable: Timetable, folder: Path, now: datetime, back: timedelta) -> LoopState:
    """The state with which this timetable begins: the one that is kept, unless another timetable kept it."""
    state, options = read_loop_state(folder), " ".join(timetable.options())
    if state.timetable != options or not state.since:
        return replace(state, timetable=options, since=_write(now - back))
    # A clock that went ahead and was set right again would skip all times until then.
    return replace(state, since=min(state.since, _write(now)))


def _claim_schedule(folder: Path) -> AbstractContextManager[None]:
    """Keep other processes from the schedule of the folder; BusyError where one keeps it."""
    busy = f"another process keeps the schedule of {folder}"
    return claim(folder / STATE, f"{folder} cannot be written", busy, "End the other one first.")


class Watch:
    """Waits, and runs a command, until the process is asked to end (SIGTERM); a context, of the main thread."""

    def __init__(self) -> None:
        self.stopped = False

    def __enter__(self) -> Watch:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)
        self._wakeup = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        self._before: dict[int, Any] = {
            signal.SIGTERM: signal.signal(signal.SIGTERM, self._stop),
            # Without a handler the end of a command would not end the wait for it.
            signal.SIGCHLD: signal.signal(signal.SIGCHLD, lambda *_: None),
        }
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        os.close(self._reader)
        os.close(self._writer)

    def _stop(self, _: int, __: FrameType | None) -> None:
        self.stopped = True

    def wait(self, seconds: float) -> bool:
        """Wait, or less where a signal comes; whether the process was asked to end."""
        if not self.stopped:
            select.select([self._reader], [], [], max(seconds, 0.0))
            with contextlib.suppress(BlockingIOError):
                os.read(self._reader, 1024)
        return self.stopped

    def run(self, words: Sequence[str], folder: Path, beat: Callable[[], None]) -> int:
        """The exit code of a command, which is ended with this process; 128 and more where a signal ended it."""
        with translate_errors(f"{words[0]} cannot be run"):
            child = subprocess.Popen(list(words), cwd=folder, stdin=subprocess.DEVNULL)
        try:
            until = None
            while child.poll() is None:
                if self.stopped and until is None:
                    child.terminate()
                    until = time.monotonic() + GRACE
                if until is not None:
                    if time.monotonic() > until:
                        child.kill()
                    time.sleep(0.05)
                else:
                    self.wait(BEAT)
                    beat()
        except BaseException:
            child.terminate()
            child.wait()
            raise
        return child.returncode if child.returncode >= 0 else 128 - child.returncode


def _now() -> datetime:
    return datetime.now(UTC)


def _serve(
    watch: Watch, state: LoopState, due: datetime, words: Sequence[str], folder: Path, clock: Clock
) -> LoopState | None:
    """The state after a refresh; None where the process was asked to end before it was through."""
    started = clock()
    code = watch.run(words, folder, lambda: _beat(folder))
    if watch.stopped:
        return None
    times = {"since": _write(due), "due": _write(due), "started": _write(started), "ended": _write(clock())}
    return _save(folder, replace(state, **times, exit_code=code))


def begin_schedule(timetable: Timetable, folder: Path, anew: bool, clock: Clock = _now) -> None:
    """Remember since when this timetable holds, so that its very first time is caught up too.

    anew: whether nothing held before; otherwise what the same timetable had to catch up stays. Raises BusyError where
    another process keeps the schedule of the folder.
    """
    with _claim_schedule(folder):
        now = clock()
        state = _begin(timetable, folder, now, timedelta(0))
        _save(folder, replace(state, since=_write(now)) if anew else state)


def _beat(folder: Path) -> None:
    with contextlib.suppress(OSError):
        os.utime(folder / STATE)


def run_loop(
    timetable: Timetable,
    folder: Path,
    words: Sequence[str],
    show: Callable[[str], None],
    clock: Clock = _now,
    pace: float = BEAT,
) -> None:
    """Run a command whenever the timetable is due, until the process is asked to end (SIGTERM).

    folder: where the command runs, and the state is kept. words: the command. show: gets a sentence about each step.
    clock: the time, in a zone of its own. pace: seconds after which it looks at the clock again.
    Raises BusyError where another process keeps the schedule of the folder.
    """
    with _claim_schedule(folder), Watch() as watch:
        state = _save(folder, replace(_begin(timetable, folder, clock(), timedelta(0)), beat=_write(clock())))
        try:
            while not watch.stopped:
                due = find_due(timetable, datetime.fromisoformat(state.since), clock())
                if due is not None:
                    show(f"Refresh of {format_moment(due)} begins.")
                    after = _serve(watch, state, due, words, folder, clock)
                    if after is None:
                        break
                    state = after
                    how = "is done" if state.exit_code in GOOD else "failed"
                    show(f"Refresh of {format_moment(due)} {how}, with exit code {state.exit_code}.")
                (following,) = list_next_times(timetable, clock())
                show(f"Next refresh: {format_moment(following)}.")
                while not watch.stopped and (left := (following - clock()).total_seconds()) > 0:
                    _beat(folder)
                    watch.wait(min(left, pace))
        finally:
            _save(folder, replace(state, beat=""))
        show("The schedule has ended.")


def refresh_when_due(
    timetable: Timetable, folder: Path, words: Sequence[str], clock: Clock = _now
) -> tuple[int | None, datetime]:
    """Run a command if the timetable has been due since it last ran; its exit code, None where it was not due.

    With it comes the next time at which it is due. The first look goes back an hour. Raises BusyError where another
    process keeps the schedule of the folder.
    """
    with _claim_schedule(folder), Watch() as watch:
        now = clock()
        state = _save(folder, _begin(timetable, folder, now, LOOK))
        due = find_due(timetable, datetime.fromisoformat(state.since), now)
        code = None
        if due is not None:
            after = _serve(watch, state, due, words, folder, clock)
            code = 143 if after is None else after.exit_code
        (following,) = list_next_times(timetable, clock())
        return code, following
