"""A source is a folder of SELECTs: one file per canonical table, run by DuckDB over the raw files.

    loaders/ciao/README.md      its first paragraph describes the source
    loaders/ciao/reviews.sql    one SELECT, whose columns are columns of the table `reviews`
    loaders/crm/skipped.sql     one SELECT: rows that are no records, such as cancelled orders (_file, _row, reason)
    loaders/discourse/gaps.sql  one SELECT: sentences about what the files lack by their own account (gap)
    loaders/wecom/files.toml    which files make up which view, where a file's name alone does not decide that
    loaders/crm/layouts.toml    tables that are recognised by their columns (`graphkoc.capture.reading.layouts`)

A SELECT reads each raw file as a view of text (`ratings.csv.gz` is `ratings`, an empty cell is null), or the views
that `files.toml` declares (`graphkoc.capture.reading.views`), and each table that is already clean as
`clean.<table>`. It gives text as it found it, with `_file` and `_row` beside it, and may call what is in
`graphkoc.capture.macros`. `graphkoc.capture.load` does the rest, which is the same for every source.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from graphkoc import assets
from graphkoc.capture.reading import encoding as encodings
from graphkoc.capture.reading import mapping
from graphkoc.capture.reading.layouts import Layout, read_layouts
from graphkoc.capture.reading.scaffold import Scaffold, scaffold
from graphkoc.capture.reading.views import View, read_views
from graphkoc.errors import DataError, UsageError
from graphkoc.tables.schema import CANONICAL

__all__ = ["COMMANDS", "Source", "find_source", "sources"]

COMMANDS = {
    "campaign": "graphkoc campaign update {files} --campaign NAME",
    "results": "graphkoc results {files} --campaign NAME",
    "feedback": "graphkoc feedback {files} --campaign NAME",
}
"""Source -> the command that reads its files: what they state is of a campaign, and kept beside the runs."""


@dataclass(frozen=True)
class Source:
    """A kind of raw data that can be loaded: a folder in `loaders/`, or anywhere.

    selects: canonical name -> the SELECT that fills it. A source without any takes files that are named
    after canonical tables and have their columns. views: what `files.toml` declares; without any, each file
    is a view of its own name. skipped: the SELECT of the rows that are no records: _file, _row, reason.
    gaps: the SELECT of sentences, column `gap`, about what the files lack by their own account. layouts: the
    tables that it recognises by their columns. private: whether the files at hand hold contacts, beside what the views
    say of all files.
    """

    name: str
    description: str
    readme: str
    selects: dict[str, str]
    views: dict[str, View] = field(default_factory=dict)
    skipped: str = ""
    gaps: str = ""
    layouts: tuple[Layout, ...] = ()
    private: bool = False

    @property
    def tables(self) -> list[str]:
        """The canonical tables that it fills, in the order of `graphkoc.tables.schema`."""
        return [name for name in CANONICAL if name in self.selects or not self.selects]

    @property
    def is_mapped(self) -> bool:
        """Whether each file has its own names for the columns, which a mapping may state."""
        return any(view.names for view in self.views.values())

    @property
    def is_private(self) -> bool:
        """Whether its files may hold e-mail addresses and phone numbers."""
        return self.private or any(view.private for view in self.views.values())

    def write_command(self, files: str) -> str:
        """The command that reads files of it, which are given as a shell takes them."""
        return COMMANDS.get(self.name, f"graphkoc load {self.name} {{files}}").format(files=files)

    def scaffold(self, files: Sequence[Path], folder: Path, encoding: str | None = None) -> Scaffold:
        """Write a loader for tables with other names, or a mapping for a source whose views have names.

        Raises UsageError for another source, an unknown encoding, and a file or folder that already exists.
        """
        asked = encodings.check(encoding) if encoding else None
        if self.is_mapped:
            return mapping.propose(self.views, self.layouts, files, folder, asked)
        if self.selects:
            raise UsageError(f"the layout of the files of {self.name} is fixed", hint="Use: sources scaffold csv.")
        return scaffold(files, folder, asked)


def sources() -> dict[str, Source]:
    """Every source in `loaders/`, by name.

    Raises DataError for a file that names no canonical table, or a source without a README.md.
    """
    return {name: _read_source(folder) for name, folder in _find_folders().items()}


def find_source(name: str) -> Source:
    """The source called `name`, or the one in the folder `name` where that has a / in it.

    Raises UsageError when there is none.
    """
    if "/" in name or os.sep in name:
        if not Path(name).is_dir():
            raise UsageError(f"there is no loader folder {name}", hint="`graphkoc sources scaffold` makes one.")
        folder = Path(name).resolve()
        # It becomes the prefix of ids, which ends at a colon.
        if not re.fullmatch(r"[\w-]+", folder.name):
            raise UsageError(f"{folder.name!r} is not a name for a source", hint="Use letters, digits, - and _.")
        return _read_source(folder)
    known = _find_folders()
    if name not in known:
        raise UsageError(f"there is no source called {name!r}", hint=f"There are: {', '.join(known)}.")
    return _read_source(known[name])


def _find_folders() -> dict[str, Path]:
    """The folder of every source in `loaders/`, by name."""
    return {path.name: path for path in sorted(assets.folder("loaders").iterdir()) if path.is_dir()}


def _read_source(folder: Path) -> Source:
    readme = folder / "README.md"
    if not readme.is_file():
        raise DataError(f"the source {folder.name} has no README.md", hint="Its first paragraph is the description.")
    text = readme.read_text(encoding="utf-8")
    paragraphs = [part.strip() for part in text.split("\n\n")]
    description = next((part for part in paragraphs if part and not part.startswith("#")), "")
    selects = {path.stem: path.read_text(encoding="utf-8").strip().rstrip(";") for path in sorted(folder.glob("*.sql"))}
    skipped, gaps = selects.pop("skipped", ""), selects.pop("gaps", "")
    if unknown := sorted(set(selects) - set(CANONICAL)):
        raise DataError(f"{folder / unknown[0]}.sql names no table", hint=f"The tables are: {', '.join(CANONICAL)}.")
    views = read_views(folder)
    layouts = read_layouts(folder, views)
    return Source(folder.name, " ".join(description.split()), text, selects, views, skipped, gaps, layouts)
