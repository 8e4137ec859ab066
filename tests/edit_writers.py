"""Processes that write edits and decisions; one that is spawned can import them, and not what a test file defines."""

from __future__ import annotations

import resource
import signal
from pathlib import Path

import pytest

from graphkoc.errors import StoreError
from graphkoc.invite import decisions
from graphkoc.runs.edits import Edit, append

__all__ = ["AT", "append_many", "append_where_it_is_full", "decide_many"]

AT = "2026-01-01T00:00:00+00:00"


def append_many(folder: Path, writer: int) -> None:
    """Rename one group of this writer's forty times."""
    for number in range(40):
        append(folder, Edit(AT, "niche", "rename", (f"g{writer}",), f"{number} " + "x" * 70))


def append_where_it_is_full(folder: Path, room: int) -> None:
    """Fail to rename a group because no file may be longer than `room` bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    with pytest.raises(StoreError, match="cannot be written") as caught:
        append(folder, Edit(AT, "niche", "rename", ("tea",), "Cups"))
    assert caught.value.hint == "The file is as it was before."


def decide_many(folder: Path, writer: int) -> None:
    """Write twenty decisions of this writer's, one by one."""
    for number in range(20):
        decisions.append(folder, [decisions.decide_now("Brisko", f"a:{writer}-{number}", "yes")])
