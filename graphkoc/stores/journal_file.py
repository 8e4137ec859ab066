"""The link journal of an embedded store: a file beside it, of which the store knows how much is in force.

A command adds its lines to the file and then puts the new store into the old one's place. The new store has a mark,
the size and the hash of the journal with those lines, so that lines, rows and persons come into force together. What
stands after the mark was left by a command that was interrupted: nobody reads it, and the next command that writes cuts
it off. Without a store, or with one that has no mark or another journal's, all lines are in force: a first load that
is killed between its lines and the rename leaves the lines, and the next load joins what they name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphkoc.files import encode_lines, read_content, replace_content, replace_end
from graphkoc.stores.journal import Decision

__all__ = ["JournalFile", "Mark", "add_lines", "decisions", "drop_lines"]


@dataclass(frozen=True)
class Mark:
    """How much of a journal is in force: its first `size` bytes, which have this SHA-256."""

    size: int
    digest: str

    @classmethod
    def of(cls, content: bytes) -> Mark:
        """The mark after all of these bytes."""
        return cls(len(content), hashlib.sha256(content).hexdigest())


@dataclass(frozen=True)
class JournalFile:
    """The file at `path`. What cannot be read or written is a StoreError."""

    path: Path

    def read(self, mark: Mark | None) -> bytes:
        """The lines that are in force; none where there is no file yet."""
        content = read_content(self.path)
        marked = content[: mark.size] if mark else content
        return marked if mark in (None, Mark.of(marked)) else content

    def cut(self, content: bytes) -> None:
        """Remove what stands after `content`, with which the file begins."""
        if len(read_content(self.path)) > len(content):
            replace_end(self.path, len(content), b"")

    def write(self, old: bytes, new: bytes) -> None:
        """Make `new` of the file, which begins with `old`: by adding to it, unless lines had to go."""
        if not new.startswith(old):
            replace_content(self.path, new)
        elif new != old:
            replace_end(self.path, len(old), new[len(old) :])


def decisions(content: bytes) -> list[Decision]:
    """The decisions in a journal, the oldest first; half a line, which a crash may have left, is none."""
    found = (Decision.from_line(line) for line in content.split(b"\n"))
    return [decision for decision in found if decision is not None]


def add_lines(content: bytes, lines: Sequence[Decision]) -> bytes:
    """A journal with these lines at its end."""
    end = encode_lines([line.to_line() for line in lines])
    half = end and content and not content.endswith(b"\n")
    return content + (b"\n" if half else b"") + end


def drop_lines(content: bytes, accounts: Collection[str]) -> bytes:
    """A journal without the lines that name one of these accounts."""
    lines = decisions(content)
    kept = [line for line in lines if line.account not in accounts and line.other not in accounts]
    return content if len(kept) == len(lines) else add_lines(b"", kept)
