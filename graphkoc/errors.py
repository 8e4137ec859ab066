"""Every error that graphkoc raises on purpose.

    GraphkocError       1   base; never raised itself
    ├── UsageError      2   a name, an option or a run that does not exist
    ├── DataError       3   raw files that cannot be read as what they should be
    ├── QueryError      4   a query or one of its parameters is wrong
    ├── StoreError      5   the store, or the disk under it, refused
    │   ├── BusyError   5   another process is at work on the same file or folder
    │   └── LostError   5   the server, or the connection to it, went away
    └── AnalysisError   6   the data hold nothing that this step could work on
        └── UntestableError  6   the past of the data cannot check a ranking

The number is the exit code of the command. Anything else that escapes is a bug of ours.
"""

from __future__ import annotations

__all__ = [
    "AnalysisError",
    "BusyError",
    "DataError",
    "GraphkocError",
    "LostError",
    "QueryError",
    "StoreError",
    "UntestableError",
    "UsageError",
]


class GraphkocError(Exception):
    """Base of all the errors that graphkoc raises on purpose.

    The message is one sentence about what is wrong; `hint` is one sentence about what to do next.
    """

    exit_code = 1

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(GraphkocError):
    """A source, run, consumer or group that does not exist was asked for."""

    exit_code = 2


class DataError(GraphkocError):
    """Raw files are missing, unreadable, or not what the source's tables need."""

    exit_code = 3


class QueryError(GraphkocError):
    """A query is unknown, malformed, or got the wrong parameters."""

    exit_code = 4


class StoreError(GraphkocError):
    """The store cannot be opened, is busy, or the disk is full; what it held is unharmed."""

    exit_code = 5


class LostError(StoreError):
    """The server, or the connection to it, went away."""


class BusyError(StoreError):
    """Another process is writing the same file or folder, or has written it meanwhile."""


class AnalysisError(GraphkocError):
    """There is nothing to analyse, or too little to say anything."""

    exit_code = 6


class UntestableError(AnalysisError):
    """The past of the data cannot check a ranking.

    lacks: what is missing: reviews, dates, follows, candidates (with a small audience), or follow_ons (later follow-on
    reviews).
    """

    def __init__(self, lacks: str, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.lacks = lacks
