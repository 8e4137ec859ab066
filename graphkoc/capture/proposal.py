"""A scaffolded loader is tried on its files before it is kept: its first rows are shown as they would be read."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphkoc.capture import contacts
from graphkoc.capture.accounting import MAIN
from graphkoc.capture.answers import NOTHING, Answers
from graphkoc.capture.load import read
from graphkoc.capture.reading.scaffold import Scaffold
from graphkoc.capture.sources import COMMANDS, Source, find_source
from graphkoc.errors import GraphkocError

__all__ = ["Proposal", "propose_loader"]

SHOWN = 3
"""Rows that are shown as they would be read."""


@dataclass(frozen=True)
class Proposal:
    """A scaffolded loader, and what it makes of its files.

    table: the canonical table of the rows shown. rows: its first rows, each column -> value, without nulls and contact
    keys. read, rejected: rows of the files, and how many of them the loader cannot take. problem: the reason of the
    first that it cannot take, or why nothing could be read; "" for none.
    """

    made: Scaffold
    table: str
    rows: list[dict[str, Any]]
    read: int
    rejected: int
    problem: str


def propose_loader(
    source: Source,
    files: Sequence[Path],
    folder: Path,
    *,
    encoding: str | None = None,
    key_file: Path | None = None,
    agree: Callable[[Proposal], bool] = lambda proposal: True,
) -> Proposal | None:
    """Scaffold a loader of these files in a folder, and keep it where `agree` says so; None where it does not.

    encoding: of text files whose encoding cannot be detected. key_file: the secret for contacts; without one the rows
    that are shown are read with a secret that is then forgotten. Raises what `Source.scaffold` raises.
    """
    made = source.scaffold(files, folder, encoding)
    kept = False
    try:
        proposal = _try_loader(source, made, files, encoding, key_file)
        kept = agree(proposal)
    finally:
        if not kept:
            made.folder.unlink() if made.folder.is_file() else shutil.rmtree(made.folder)
    return proposal if kept else None


def _try_loader(
    source: Source, made: Scaffold, files: Sequence[Path], encoding: str | None, key_file: Path | None
) -> Proposal:
    table = next(iter(made.columns))
    with tempfile.TemporaryDirectory() as place:
        if contacts.find_key(key_file) is None:
            key_file = contacts.new_key(Path(place) / "key")
        try:
            if source.is_mapped:
                about = Answers(campaign="campaign:NAME") if source.name in COMMANDS else NOTHING
                loaded = read(source, [*files, made.folder], answers=about, encoding=encoding, key_file=key_file)
                table = next((name for name in MAIN if name in loaded.tables and len(loaded.tables[name])), table)
            else:
                loader = find_source(str(made.folder.resolve()))
                loaded = read(loader, files, encoding=encoding, key_file=key_file)
        except GraphkocError as error:
            return Proposal(made, table, [], 0, 0, str(error))
    first = loaded.tables[table].head(SHOWN).drop(columns="contact_key", errors="ignore")
    rows = [{str(name): value for name, value in row.dropna().items()} for _, row in first.iterrows()]
    read_rows, rejected = (sum(getattr(file, name) for file in loaded.files) for name in ("read", "rejected"))
    problem = loaded.rejects["reason"].iloc[0] if len(loaded.rejects) else ""
    return Proposal(made, table, rows, read_rows, rejected, problem)
