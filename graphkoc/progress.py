"""How long work takes: progress while a step runs, and the seconds that each step took."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

__all__ = ["Clock", "Progress"]

Progress = Callable[[str, int, int, int], None]
"""Called as progress(step, done, total, rows): done and total in one unit, rows so far."""


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
