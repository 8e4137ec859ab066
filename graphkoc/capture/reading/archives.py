"""The files inside a .tar or .zip, read in place: nothing is ever unpacked to disk.

An archive is not trusted: a member's name is never used as a path, links and devices are not followed, and an archive
that unpacks to more than text can is refused before it fills the memory.
"""

from __future__ import annotations

import gzip
import lzma
import os
import stat
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from graphkoc.capture.reading import bounds
from graphkoc.errors import DataError
from graphkoc.files import describe_error

__all__ = ["KINDS", "Member", "is_archive", "members", "opened", "readable"]

KINDS = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".zip")
BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Of the others zipfile unpacks all that it has read at once: a kilobyte may be a gigabyte."""
UNBOUNDED = {zipfile.ZIP_BZIP2: "bzip2", zipfile.ZIP_LZMA: "LZMA"}
END, COMMENT = 22, 65_535
"""Bytes of the record at a zip's end, and of the longest comment behind it."""


@dataclass(frozen=True)
class Member:
    """A member of an archive: its place in it, its name there, and its bytes until the next is asked for.

    The bytes are None for what is not a file: a link, a device.
    """

    place: int
    name: str
    stream: BinaryIO | None


def is_archive(path: Path) -> bool:
    """Whether the name has the suffix of an archive."""
    return path.name.lower().endswith(KINDS)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Within it, any failure to read or unpack a file is a DataError that names `path`."""
    try:
        yield
    except (EOFError, gzip.BadGzipFile, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile, zlib.error) as error:
        raise DataError(f"{path} is damaged or cut off: {error}", hint="Copy or download it again.") from error
    except NotImplementedError as error:
        raise DataError(f"{path} is packed in a way that cannot be read: {error}", hint="Pack it again.") from error
    except OSError as error:
        raise DataError(f"{path} cannot be read: {describe_error(error)}") from error


def members(path: Path) -> Iterator[Member]:
    """What is in the archive, in its order.

    Raises DataError for one that is damaged, cut off, locked, or unpacks to too much.
    """
    with readable(path):
        yield from _read_zip(path) if path.name.lower().endswith(".zip") else _read_tar(path)


@contextmanager
def opened(path: Path, place: int) -> Iterator[BinaryIO]:
    """The bytes of the member at this place, for a member that is read twice."""
    with readable(path):
        for member in members(path):
            if member.place == place and member.stream:
                yield member.stream
                return
    raise DataError(f"{path} changed while it was read", hint="Try again.")


def _read_zip(path: Path) -> Iterator[Member]:
    with zipfile.ZipFile(path) as archive:
        _check_complete(path, len(archive.infolist()))
        bounds.check_unpacked(path, sum(info.file_size for info in archive.infolist()), path.stat().st_size)
        for place, info in enumerate(archive.infolist()):
            if info.is_dir():
                continue
            if info.flag_bits & 1:
                raise DataError(f"{path} is locked with a password", hint="Pack it again without one.")
            if info.compress_type not in BOUNDED:
                raise NotImplementedError(f"by {UNBOUNDED.get(info.compress_type, f'method {info.compress_type}')}")
            mode = info.external_attr >> 16
            if stat.S_IFMT(mode) in (0, stat.S_IFREG):
                with archive.open(info) as stream:
                    yield Member(place, info.filename, cast(BinaryIO, stream))
            else:
                yield Member(place, info.filename, None)


def _check_complete(path: Path, found: int) -> None:
    """`zipfile` stops at the first entry that it cannot read, without an error; the end of the file has
    their number, if it is below 65,535."""
    with path.open("rb") as file:
        file.seek(-min(path.stat().st_size, END + COMMENT), os.SEEK_END)
        tail = file.read()
    (stated,) = struct.unpack_from("<H", tail, tail.rfind(b"PK\5\6") + 10)
    if stated not in (found, 0xFFFF):
        raise zipfile.BadZipFile(f"its list has {found:,} of {stated:,} files")


def _read_tar(path: Path) -> Iterator[Member]:
    with ExitStack() as stack:
        file = stack.enter_context(path.open("rb"))
        stream = stack.enter_context(bounds.unpacked(file, path, path.stat().st_size))
        archive = stack.enter_context(tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header, errorlevel=2))
        for place, info in enumerate(archive):
            if info.isdir():
                continue
            member = archive.extractfile(info) if info.isreg() and not info.issparse() else None
            yield Member(place, info.name, cast(BinaryIO, member) if member else None)
        # What follows the end mark is padding, and behind it the packer's own check of the whole.
        while stream.read(bounds.BLOCK):
            pass


class _Header(tarfile.TarInfo):
    """A header as `tarfile` reads it, but without taking a damaged or a missing one for the archive's end."""

    @classmethod
    def fromtarfile(cls, archive: tarfile.TarFile) -> _Header:
        try:
            return super().fromtarfile(archive)
        except tarfile.EOFHeaderError:  # type: ignore[attr-defined]
            raise
        except tarfile.HeaderError as error:
            raise tarfile.ReadError(f"after {archive.offset:,} bytes, {error}") from error
