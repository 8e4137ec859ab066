"""Processes that write edits, decisions and invitations.

One that is spawned can import them, and not what a test file defines.
"""

from __future__ import annotations

import resource
import signal
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier

import pytest

from graphkoc.activate.running.journal import record
from graphkoc.errors import StoreError
from graphkoc.invite import decisions
from graphkoc.runs.edits import Edit, append

__all__ = ["AT", "append_many", "append_where_it_is_full", "decide_many", "invite_many"]

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


def invite_many(folder: Path, writer: int, together: Barrier) -> None:
    """Record the same twenty invitations as the other writer, once both are there."""
    together.wait(300)
    for number in range(20):
        invited = {"consumer": f"forum:{number}", "event": "invited", "happened_at": "2026-05-01"}
        record(folder, "spring", [invited], f"{writer}.csv", now=datetime(2026, 6, 1, 12, tzinfo=UTC))
