"""DuckDB for the joins of a store: one database in memory for a process, and a connection for each use."""

from __future__ import annotations

import contextlib
import functools
import os
import threading
from collections.abc import Iterator

import duckdb

__all__ = ["connect"]

_opening = threading.Lock()


@contextlib.contextmanager
def connect() -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose registered and temporary tables nobody else sees, and which end with it.

    To open a database takes 30 ms, more than most joins of a small load.
    """
    with _opening:
        connection = _database(os.getpid()).cursor()
    with connection:
        yield connection


@functools.cache
def _database(pid: int) -> duckdb.DuckDBPyConnection:
    """That of one process: a fork has no threads for its parent's database, and must not even close it."""
    return duckdb.connect()
