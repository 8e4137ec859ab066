"""How long work takes: progress while a step runs, and the seconds that each step took."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime

__all__ = ["ANALYSING", "LOADING", "SKIPPABLE", "Clock", "Progress", "find_step", "list_steps"]

Progress = Callable[[str, int, int, int], None]
"""Called as progress(step, done, total, rows): done and total in one unit, rows so far."""

LOADING = ("reading", "checking", "storing")
"""The steps of a load, each with the name of a file or table behind it."""
ANALYSING = (
    *("reading the store", "building the network", "measuring", "examining authenticity", "applying the gates"),
    *("measuring content quality", "finding circles", "checking a rewired network", "reading words", "finding niches"),
    *("matching circles and niches with the last run", "naming them", "scoring", "measuring reach"),
    "checking against the past",
)
"""The steps of an analysis, in order; after them its results are stored, where they are written back."""

SKIPPABLE = {
    "circles": ("finding circles", "checking a rewired network"),
    "backtest": ("checking against the past",),
}
"""What an analysis leaves out where it is asked to, and the steps that it then does not take."""


def list_steps(skip: Collection[str] = ()) -> tuple[str, ...]:
    """The steps of an analysis, in order; skip: what it leaves out, of SKIPPABLE."""
    left_out = {step for name in skip for step in SKIPPABLE[name]}
    return tuple(step for step in ANALYSING if step not in left_out)


def find_step(steps: Sequence[str], step: str, since: int = 0) -> int | None:
    """The place of a step among those that are expected, from a place on; None for one that is not.

    "reading" stands for "reading a.csv" as well.
    """
    return next(
        (place for place in range(since, len(steps)) if f"{step} ".startswith(f"{steps[place]} ")),
        None,
    )


class Clock:
    """Reports each step to `progress`, and keeps the seconds that it took."""

    def __init__(self, progress: Progress | None) -> None:
        self.started = datetime.now(UTC)
        self.seconds: dict[str, float] = {}
        self.progress = progress

    def __call__(self, step: str) -> Clock:
        """Within `with clock(step):` that step is timed."""
        self._step = step
        if self.progress:
            self.progress(step, 0, 0, 0)
        return self

    def __enter__(self) -> None:
        self._start = time.perf_counter()

    def __exit__(self, *_: object) -> None:
        self.seconds[self._step] = round(time.perf_counter() - self._start, 3)
