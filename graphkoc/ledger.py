"""A file of lines that are only ever added at its end, whole or not at all."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path

from graphkoc.errors import StoreError
from graphkoc.files import write_whole

__all__ = ["append", "read", "replace"]


def read(path: Path) -> list[bytes]:
    """The file's lines, without their ends; none where there is no file yet.

    Raises StoreError when it cannot be read.
    """
    try:
        return path.read_bytes().split(b"\n")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {os.strerror(error.errno or 0)}") from error


def append(path: Path, lines: Sequence[str]) -> None:
    """Write lines at the end of the file, all or none; two writers at once come one after the other.

    Raises StoreError when it cannot be written.
    """
    if not lines:
        return
    try:
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(file, fcntl.LOCK_EX)
            _write(file, "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace"))
        finally:
            os.close(file)
        directory = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {os.strerror(error.errno or 0)}", hint="What it held is unharmed."
        ) from error


def replace(path: Path, lines: Sequence[str]) -> None:
    """Make these lines all that the file holds; only for what has to be forgotten.

    Raises StoreError when it cannot be written; what it held is then unharmed.
    """
    try:
        write_whole(path, "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace"))
    except OSError as error:
        raise StoreError(f"{path} cannot be written: {os.strerror(error.errno or 0)}") from error


def _write(file: int, text: bytes) -> None:
    """Add to a file that nobody else writes to now."""
    size = os.fstat(file).st_size
    # A crash may have left half a line: it stays half, and what is added begins on a line of its own.
    text = text if not size or os.pread(file, 1, size - 1) == b"\n" else b"\n" + text
    try:
        left = memoryview(text)
        while left:
            written = os.write(file, left)
            if not written:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            left = left[written:]
        os.fsync(file)
    except OSError:
        os.ftruncate(file, size)
        raise
