"""Files and folders that are replaced whole or not at all, files of lines that only grow, and the system's errors.

What is being made stands beside what it will replace, as `.NAME.graphkoc-new` or `.NAME.XXXXXXXX.graphkoc-new`, and
is locked by the process that makes it. A lock ends with its process, so whatever has such a name and no lock was left
by a killed process, and the next command removes it.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import os
import secrets
import shutil
import tempfile
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from graphkoc.errors import BusyError, DataError, GraphkocError, StoreError

__all__ = [
    "PATIENCE",
    "TemporaryFolder",
    "append_lines",
    "describe_error",
    "encode_lines",
    "extend_lines",
    "put_in_place",
    "read_content",
    "read_toml",
    "replace_content",
    "replace_end",
    "replace_file",
    "replace_folder",
    "sweep",
    "sweep_folder",
    "sync",
    "translate_errors",
    "working_folder",
]

SUFFIX = "graphkoc-new"

PATIENCE = 0.5
"""Seconds to wait for a lock. Another process may hold it for a moment only, to see whether it is held."""

TEMPORARY = "graphkoc-tmp-"
"""How the names of folders in the system's folder for temporary files begin."""


def describe_error(error: OSError) -> str:
    """The system's reason, without the name of a file, which may be one that the user does not know."""
    return os.strerror(error.errno) if error.errno else str(error)


@contextmanager
def translate_errors(failure: str, hint: str = "", kind: type[GraphkocError] = StoreError) -> Iterator[None]:
    """Raise each OSError of the block as `kind`: the failure, the system's reason, and what to do next."""
    try:
        yield
    except OSError as error:
        raise kind(f"{failure}: {describe_error(error)}", hint=hint) from error


def replace_file(path: Path, content: bytes | Iterable[bytes]) -> None:
    """Write a file, and its folder if that is missing, whole or not at all.

    content: all of it, or its pieces one after the other, which need not fit memory together. On failure
    the old file is untouched and no temporary file remains. Raises OSError, which may name the temporary file: the
    caller knows what the user calls it (`translate_errors`).
    """
    pieces = [content] if isinstance(content, bytes) else content
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and not path.is_file():
        with path.open("wb") as sink:
            sink.writelines(pieces)  # a device or a pipe takes bytes and is never replaced
        return
    for left in path.parent.glob(f".{glob.escape(path.name)}.????????.{SUFFIX}"):
        _remove_unlocked(left)
    fresh, handle = _create_file(path)
    try:
        with os.fdopen(handle, "wb", closefd=False) as sink:
            sink.writelines(pieces)
        put_in_place(fresh, path)
    finally:
        fresh.unlink(missing_ok=True)
        os.close(handle)


def put_in_place(fresh: Path, path: Path) -> None:
    """Rename a finished file to `path`, after its content and before all that follows. Raises OSError.

    What fails after the rename is not raised, because the new file is in its place.
    """
    sync(fresh)
    fresh.replace(path)
    with contextlib.suppress(OSError):
        sync(path.parent)


@contextmanager
def replace_folder(folder: Path, failure: str, hint: str = "", *, replaces: bool = True) -> Iterator[Path]:
    """Give an empty folder that is at `folder` once the block is through, in the place of what was there.

    When the block raises, or is interrupted, `folder` is as it was, and so are the folders above it. A process that
    is killed leaves the old folder or the new one, whole, but perhaps under a name that only the next command
    changes back (`sweep`). replaces: False where nothing may be in its place. Raises BusyError when another process is
    making the folder, or has made one that may not be replaced; and StoreError, with `failure` and the reason, when it
    cannot be made.
    """
    with contextlib.ExitStack() as stack:
        for above in [above for above in folder.parents if not above.exists()][::-1]:
            stack.callback(_remove_empty, above)
        with translate_errors(failure, hint):
            folder.parent.mkdir(parents=True, exist_ok=True)
            work = stack.enter_context(working_folder(folder))
            if folder.exists() and not replaces:
                raise BusyError(f"{folder} has been written by another process", hint="Name another folder.")
            fresh = work / "new"
            fresh.mkdir()
        yield fresh
        with translate_errors(failure, hint):
            for file in (*fresh.iterdir(), fresh):
                sync(file)
            if folder.exists():
                folder.rename(work / "old")
            fresh.rename(folder)
            sync(folder.parent)


@contextmanager
def working_folder(path: Path, patience: float = PATIENCE) -> Iterator[Path]:
    """Give the empty folder in which one process at a time makes what will be at `path`; it is removed in the end.

    patience: seconds to wait for a living process that has it. Raises BusyError when it still has it then, and OSError
    when the folder cannot be made.
    """
    work = path.with_name(f".{path.name}.{SUFFIX}")
    try:
        handle = _claim(work, patience)
    except BlockingIOError as error:
        hint = "Wait until it is done, then try again."
        raise BusyError(f"another process is writing to {path}", hint=hint) from error
    try:
        _clear(work, path)
        yield work
    finally:
        with contextlib.suppress(OSError):  # what cannot be removed now is removed by the next command
            _clear(work, path)
            work.rmdir()
        os.close(handle)


def sweep(path: Path) -> None:
    """Remove what a killed process left of its work on `path`, and put back what it had moved aside.

    Nothing happens while a living process works on it, or where files cannot be removed.
    """
    if path.with_name(f".{path.name}.{SUFFIX}").exists():
        with contextlib.suppress(OSError, StoreError), working_folder(path, patience=0):
            pass


def sweep_folder(folder: Path) -> None:
    """Do in `folder` what `sweep` does, whatever a killed process worked on."""
    for left in folder.glob(f".*.{SUFFIX}"):
        sweep(folder / left.name[1:].removesuffix(f".{SUFFIX}"))


class TemporaryFolder:
    """A folder among the system's temporary files that is there as long as this object is.

    path: the folder. Those that killed processes left are removed. Raises OSError when it cannot be
    made.
    """

    def __init__(self) -> None:
        for left in Path(tempfile.gettempdir()).glob(f"{TEMPORARY}*"):
            _remove_unlocked(left)
        handle = None
        while handle is None:
            self.path = Path(tempfile.mkdtemp(prefix=TEMPORARY))
            handle = _lock(self.path, os.O_DIRECTORY)
        weakref.finalize(self, _drop_folder, self.path, handle)


def read_content(path: Path) -> bytes:
    """The file's bytes; none where there is no file yet. StoreError when it cannot be read."""
    with translate_errors(f"{path} cannot be read"):
        try:
            return path.read_bytes()
        except FileNotFoundError:
            return b""


def read_toml(path: Path, kind: type[GraphkocError] = DataError) -> dict[str, Any]:
    """What a file of TOML holds. One that cannot be read, or is not TOML, is an error of this kind."""
    # Most commands read none, and every command imports this module.
    import tomllib

    with translate_errors(f"{path} cannot be read", kind=kind):
        content = path.read_bytes()
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except RecursionError as error:
        raise kind(f"{path} is not TOML that can be read: it is nested too deeply") from error
    # Not only its own error: a number of five thousand digits is a ValueError, as bytes that are not UTF-8 are.
    except ValueError as error:
        raise kind(f"{path} is not TOML: {str(error).splitlines()[0]}") from error


def append_lines(path: Path, lines: Sequence[str]) -> None:
    """Write lines at the end of the file, all or none; two writers at once write one after the other.

    Raises StoreError when it cannot be written.
    """
    if lines:
        extend_lines(path, lambda _: lines)


def extend_lines(path: Path, make: Callable[[bytes], Sequence[str]]) -> None:
    """Write at the end of the file the lines that `make` makes of what it holds, all or none.

    No other writer comes between reading and writing, so what one adds the next one sees. Where `make` raises, or makes
    no line, nothing is written. Raises StoreError when the file cannot be written.
    """
    with translate_errors(f"{path} cannot be written", "The file is as it was before."), _open_lines(path) as file:
        held = path.read_bytes()
        lines = make(held)
        if not lines:
            return
        # A crash may have left half a line: it stays half, and what is added begins on a line of its own.
        half = held and not held.endswith(b"\n")
        _append(file, (b"\n" if half else b"") + encode_lines(lines))
        sync(path.parent)


def replace_end(path: Path, size: int, end: bytes) -> None:
    """Make `end` all that follows the first `size` bytes of the file; where that fails, nothing follows them.

    Raises StoreError when it cannot be written.
    """
    hint = "What it held before is untouched."
    with translate_errors(f"{path} cannot be written", hint), _open_lines(path) as file:
        os.ftruncate(file, size)
        _append(file, end)
        sync(path.parent)


def replace_content(path: Path, content: bytes) -> None:
    """Make these bytes all that the file holds; only for what has to be forgotten.

    Raises StoreError when it cannot be written; the file is then as it was before.
    """
    with translate_errors(f"{path} cannot be written", "The file is as it was before."), _open_lines(path):
        replace_file(path.resolve(), content)


def encode_lines(lines: Sequence[str]) -> bytes:
    """The bytes of these lines in a file."""
    return "".join(f"{line}\n" for line in lines).encode(errors="backslashreplace")


@contextmanager
def _open_lines(path: Path) -> Iterator[int]:
    """The file, made if it is missing, with a lock that keeps other writers out."""
    file = None
    while file is None:
        file = _lock(path.resolve(), os.O_RDWR | os.O_CREAT | os.O_APPEND)
    try:
        yield file
    finally:
        os.close(file)


def _append(file: int, text: bytes) -> None:
    """Add to a file that nobody else writes to now, all or nothing."""
    size = os.fstat(file).st_size
    try:
        with os.fdopen(file, "ab", closefd=False) as sink:
            sink.write(text)
        os.fsync(file)
    except OSError:
        os.ftruncate(file, size)
        raise


def _create_file(path: Path) -> tuple[Path, int]:
    """A new and locked file beside `path`, and its descriptor."""
    while True:
        fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}.{SUFFIX}")
        with contextlib.suppress(FileExistsError):
            handle = _lock(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            if handle is not None:
                return fresh, handle


def _claim(folder: Path, patience: float) -> int:
    """The descriptor of a folder that is locked by this process, made if it is missing."""
    until = time.monotonic() + patience
    while True:
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if folder.is_symlink() or not folder.is_dir():
                folder.unlink(missing_ok=True)
                continue
        try:
            handle = _lock(folder, os.O_DIRECTORY, wait=False)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise
            time.sleep(PATIENCE / 20)
            continue
        if handle is not None:
            return handle


def _lock(path: Path, flags: int, *, wait: bool = True) -> int | None:
    """Open a file or folder, never through a link, and lock it; None when another process has removed it meanwhile.

    Raises BlockingIOError where another process has the lock and this one does not wait.
    """
    try:
        handle = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, 0o666)
    except FileNotFoundError:
        if flags & os.O_CREAT:
            raise
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        with contextlib.suppress(FileNotFoundError):
            if os.path.samestat(path.lstat(), os.fstat(handle)):
                return handle
    except BaseException:
        os.close(handle)
        raise
    os.close(handle)
    return None


def _clear(work: Path, path: Path) -> None:
    """Empty a working folder; what was moved aside into it goes back where nothing took its place."""
    old = work / "old"
    if old.exists() and not path.exists():
        old.rename(path)
    for left in work.iterdir():
        _remove(left)


def _remove_unlocked(path: Path) -> None:
    """Remove a file or folder of ours unless a living process has it."""
    with contextlib.suppress(OSError):
        handle = _lock(path, os.O_RDONLY, wait=False)
        if handle is not None:
            try:
                _remove(path)
            finally:
                os.close(handle)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()


def _remove_empty(folder: Path) -> None:
    with contextlib.suppress(OSError):
        folder.rmdir()


def _drop_folder(path: Path, handle: int) -> None:
    shutil.rmtree(path, ignore_errors=True)
    os.close(handle)


def sync(path: Path) -> None:
    """Have a file, or the names in a folder, written to the disk."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
