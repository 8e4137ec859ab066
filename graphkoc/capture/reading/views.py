r"""The views of a source: `files.toml` in its folder declares which files make up a view, and their columns.

    [posts]                                     # the view that SELECTs name
    files = ["t/*.json", "*.jsonl"]             # patterns, which fit the end of a file's path
    rows = "post_stream.posts"                  # of JSON: where the list is whose elements are the rows
    must = ["id", "username"]                   # columns that must be there ...
    may = ["name"]                              # ... and those that are null where they are not
    around = { topic = "id", title = "title" }  # of JSON: columns from the document around the rows
    lookup = true                               # its rows only add to those of others, and need no table to take them
    reading = "loose"                           # of text: as graphkoc.capture.reading.line_files reads it;
                                                # loose: a last column "header" in may has the file's own names
    private = true                              # its cells may be e-mail addresses or phone numbers; rejects show none
    signs = ["interaction"]                     # columns by which a file is recognised as its own, beside those in must
    without = ["create_date_time"]              # columns that no file of it has, by which another one is recognised
    times = ["created_at"]                      # columns in which the order of day and month is decided by the column
    amounts = ["price"]                         # columns in which the decimal mark is decided by the column

    [posts.names]                               # names of its columns in files, the most usual first
    username = ["user name", "用户名"]

Names are compared without capitals, widths, spaces and signs, and where a view has names the header is the row
among the first ten that has most of them; the rows above it are a title.
A `{name}` in a pattern is a part of the path that becomes a column: "{owner}/follow/followers.json"; * and ?
stop at a /, # is a digit. A file belongs to a view also when it is packed. Where plain views (without `rows` and
`around`) alone fit a file, it belongs to the first of them. A view that no file belongs to is
empty. A source without `files.toml` sees each file as a view of the file's name.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from graphkoc.capture.reading.line_files import READINGS
from graphkoc.errors import DataError
from graphkoc.files import read_toml

__all__ = ["View", "check_names", "plain", "read_views"]

NAMES = 1 << 14
"""Names that are kept without signs: those of the layouts are compared with the header of every file."""


@dataclass(frozen=True)
class View:
    """One view: the patterns of its files, and its columns. `rows` and `around` are paths of keys with dots.

    `reading` is one of `graphkoc.capture.reading.line_files`, or "" to follow the suffix. names: column -> its names in
    files. Where the view is `mapped` they come from a mapping (`graphkoc.capture.reading.mapping`), and `always` has
    the values of columns that a file lacks.
    """

    name: str
    files: tuple[str, ...]
    must: tuple[str, ...]
    may: tuple[str, ...] = ()
    rows: str = ""
    around: tuple[tuple[str, str], ...] = ()
    reading: str = ""
    lookup: bool = False
    private: bool = False
    names: tuple[tuple[str, tuple[str, ...]], ...] = ()
    always: tuple[tuple[str, str], ...] = ()
    mapped: bool = False
    signs: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    amounts: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        """All of its columns, less `_file` and `_row`."""
        return [*self.must, *self.may, *(name for name, _ in self.around), *self.captured]

    @property
    def captured(self) -> list[str]:
        """The columns that patterns make out of paths."""
        names = (name for pattern in self._patterns for name in pattern.groupindex)
        return list(dict.fromkeys(names))

    def matched(self, headers: Sequence[str]) -> dict[str, str]:
        """Which of a file's columns, by their headers, are which of the view's; the most usual name wins."""
        own = [*self.must, *self.may]
        if not self.names:
            spelled = {column.lower(): column for column in own}
            return {header: spelled[header.lower()] for header in headers if header.lower() in spelled}
        # A name of signs alone, such as @, is compared as it is: without signs it would be that of every empty header.
        called = {column: [plain(word) or word for word in words] for column, words in self.names}
        ranked = sorted(
            (words.index(plain(header) or header), own.index(column), column, header)
            for header in headers
            for column, words in called.items()
            if (plain(header) or header) in words
        )
        found: dict[str, str] = {}
        for _, _, column, header in ranked:
            if header not in found and column not in found.values():
                found[header] = column
        return found

    @cached_property
    def _patterns(self) -> list[re.Pattern[str]]:
        return [_compile_pattern(file) for file in self.files]

    def knows_name(self, path: str) -> bool:
        """Whether the path is one that only a file of this view has.

        A pattern with a name of its own fits, not just a suffix such as *.json, and one that makes all the columns that
        any pattern makes of a path: a list out of the folder that says whose it is may be of another source.
        """
        made = [set(re.findall(r"\{(\w+)\}", file)) for file in self.files]
        own = [bool(re.search(r"\w", re.sub(r"\{\w+\}|\.\w+$", "", file))) for file in self.files]
        every = set().union(*made)
        return any(
            named and columns == every and pattern.search(path)
            for named, columns, pattern in zip(own, made, self._patterns, strict=True)
        )

    def caught(self, path: str) -> dict[str, str] | None:
        """The columns that the first fitting pattern makes of the path; None when none fits.

        `path` has / between its parts.
        """
        for pattern in self._patterns:
            if match := pattern.search(path):
                return match.groupdict()
        return None


def read_views(folder: Path) -> dict[str, View]:
    """The views that a source's `files.toml` declares; none without one.

    Raises DataError for a declaration that is wrong.
    """
    file = folder / "files.toml"
    if not file.is_file():
        return {}
    views = {name: _read_view(file, name, keys) for name, keys in read_toml(file).items()}
    count = Counter(map(str.lower, views))
    if twice := next((name for name in views if count[name.lower()] > 1), None):
        raise DataError(f"{file} has two views called {twice!r}")
    return views


def _read_view(file: Path, name: str, keys: object) -> View:
    lists = ("files", "must", "may", "signs", "without", "times", "amounts")
    others = ("may", "rows", "around", "reading", "lookup", "private", "names", "signs", "without", "times", "amounts")
    if not isinstance(keys, dict) or not {"files", "must"} <= set(keys) <= {"files", "must", *others}:
        raise DataError(f"{file}: {name} needs files and must, and may have {', '.join(others)}")
    if keys.get("reading", "") not in ("", *READINGS):
        raise DataError(f"{file}: the reading of {name} is none of {', '.join(READINGS)}")
    around = keys.get("around", {})
    texts = [keys.get("rows", ""), *(around.values() if isinstance(around, dict) else [None])]
    texts += [text for key in lists for text in (keys.get(key, []) if isinstance(keys.get(key, []), list) else [None])]
    lookup = keys.get("lookup", False)
    private, names = keys.get("private", False), _read_names(keys.get("names", {}))
    sound = all(isinstance(text, str) for text in texts) and isinstance(lookup, bool) and isinstance(private, bool)
    if not sound or names is None or not re.fullmatch(r"\w+", name):
        raise DataError(f"{file}: {name} is a plain word; its files, must and may are lists of texts, rows is a text")
    files, must, may, signs, without, times, amounts = (tuple(keys.get(key, ())) for key in lists)
    rows, reading, called = keys.get("rows", ""), keys.get("reading", ""), _list_names([*must, *may], names)
    view = View(
        name,
        files,
        must,
        may,
        rows,
        tuple(around.items()),
        reading,
        lookup,
        private,
        called,
        signs=signs,
        without=without,
        times=times,
        amounts=amounts,
    )
    if strange := next((column for column in (*times, *amounts) if column not in (*must, *may)), None):
        raise DataError(f"{file}: {name} has no column {strange}")
    if strange := next((column for column in names if column not in (*must, *may)), None):
        raise DataError(f"{file}: {name} has names for {strange}, which is not a column of it")
    check_names(file, view)
    return view


def check_names(file: Path, view: View) -> None:
    """Raise DataError where the columns that a view declares and those that its patterns make cannot be distinguished.

    `file` is where the view is declared. SQL ignores capitals, and each view has `_file` and `_row`.
    """
    try:
        columns = view.columns
    except re.error as error:
        raise DataError(
            f"{file}: a pattern of {view.name} has the same {{name}} twice, or one that is no plain word"
        ) from error
    count = Counter(map(str.lower, [*columns, "_file", "_row"]))
    if twice := next((column for column in columns if count[column.lower()] > 1), None):
        raise DataError(f"{file}: {view.name} has two columns called {twice!r}")
    if view.reading == "loose" and not columns:
        raise DataError(f"{file}: {view.name} is read by the places of its columns, and has none")
    if any(not column or "\0" in column for column in columns):
        raise DataError(f"{file}: {view.name} has a column without a name, or with a NUL byte in it")


@lru_cache(NAMES)
def plain(name: str) -> str:
    """A name without capitals, widths, spaces and signs."""
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", name).casefold())


def _read_names(names: object) -> dict[str, tuple[str, ...]] | None:
    """Column -> its names in files; None where the value is something else."""
    if not isinstance(names, Mapping):
        return None
    lists = {column: words for column, words in names.items() if isinstance(words, list)}
    if len(lists) < len(names) or not all(isinstance(word, str) for words in lists.values() for word in words):
        return None
    return {column: tuple(words) for column, words in lists.items()}


def _list_names(
    columns: Sequence[str], names: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The names of each column in files, its own name first; nothing where no names are given."""
    return tuple((column, (column, *names.get(column, ()))) for column in columns) if names else ()


def _compile_pattern(glob: str) -> re.Pattern[str]:
    """A pattern of files as a regular expression: * and ? stop at a /, # is a digit, {name} a part or a piece of one.

    A file may be packed where the pattern does not say so.
    """
    texts = {"*": "[^/]*", "?": "[^/]", "#": "[0-9]"}
    whole = "".join(
        f"(?P<{piece[1:-1]}>[^/]+)" if re.fullmatch(r"\{\w+\}", piece) else texts.get(piece, re.escape(piece))
        for piece in re.split(r"([*?#]|\{\w+\})", glob)
    )
    return re.compile(rf"(?:^|/){whole}(?:\.gz|\.xz)?$")
