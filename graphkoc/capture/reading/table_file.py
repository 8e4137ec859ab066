"""A raw file as a table of text: every row is either in it, or is reported with the reason.

The suffix gives the format: `.csv`, `.tsv`, `.jsonl` and `.txt` are text and may be packed (`.gz`, `.xz`),
`.parquet` and `.xlsx` have typed values, of which `graphkoc.capture.reading.formats` makes equivalent
texts. The first row of a CSV, TSV or workbook gives the columns, and a `.txt` has one column, `line`. A `.csv`
whose first line has semicolons and no comma outside quotes is separated by semicolons, as spreadsheets
do where the comma is the decimal point. The SELECTs in `loaders/` interpret the text.
"""

from __future__ import annotations

import csv
import functools
import io
import itertools
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

from graphkoc.capture import contacts
from graphkoc.capture.reading import archives, bounds, formats, line_files
from graphkoc.capture.reading import encoding as encodings
from graphkoc.capture.reading.archives import Member
from graphkoc.capture.reading.formats import Cell, Record
from graphkoc.capture.reading.views import View
from graphkoc.errors import DataError
from graphkoc.files import translate_errors
from graphkoc.progress import Progress

__all__ = [
    "ASIDE",
    "BadRow",
    "RawFile",
    "Top",
    "count_rows",
    "detect",
    "find",
    "make_table",
    "names",
    "read",
    "read_cells",
    "read_header",
    "read_top",
    "suffix",
]

TEXTS = (".csv", ".tsv", ".jsonl", ".txt")
TYPED = (".parquet", ".xlsx")
SHEETS = (".csv", ".tsv", ".xlsx")
"""What spreadsheets save."""
CHUNK = 65_536
"""Rows of a chunk, at most."""
LARGEST_CHUNK = 64 << 20
"""Bytes of a chunk's rows before they are a table, with 16 for each cell."""
BLOCK = 8 << 20
"""Bytes of lines that are read at once."""
LONGEST_RECORD = 1_000
"""Lines that one quoted record may span. More than this is a quote that was never closed."""
LONGEST_FIELD = 16 * 1024 * 1024
PACKED = (".gz", ".xz")
ASIDE = (".", "~$", "graphkoc-rejects-")
"""Prefixes of files in a folder that are not read: hidden ones, a spreadsheet's locks, rejects of earlier loads."""
TITLES = 9
"""Rows that may stand above a header."""
MARK = "\ufeff"
Keep = Callable[[pa.Table], pa.Table]
SEPARATOR = re.compile(r'\ufeff?"?sep=(.)"?\s*', re.IGNORECASE)
"""A first line that Excel writes and understands, and that is no row."""
LISTED = re.compile(r"(.+?)[/.](\d+)(?:[/.]name)?")
HEAD = 20_000
"""Lines by which the encoding is detected where only the top of a file is read."""
Top = list[list[Cell]]
"""The first rows of a table as they are, whichever of them is its header."""
QUOTED = re.compile(r'"[^"]*(?:""[^"]*)*"')


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be read at all. `row` counts as a spreadsheet does, the header being row 1."""

    file: str
    row: int
    reason: str
    text: str


@dataclass(frozen=True)
class RawFile:
    """What one file held: `table` has a text column a header cell, `_file`, and `_row` (int64).

    Rows count as a spreadsheet shows them, the header being row 1; lines of a `.jsonl` and a `.txt`, which
    have no header, count from 1, rows of a `.parquet` from 2. A cell of a CSV or TSV that is empty is null,
    and one that is a pair of quotes is the empty text.
    """

    name: str
    table: pa.Table
    bad: tuple[BadRow, ...]
    again: int = 0
    """Rows that repeat the header, as they stand where files were put one after the other."""
    left: tuple[str, ...] = ()
    """Columns whose names the view does not know, where it has names."""
    layout: str = ""
    """The name of the layout by which it was read, where the source has layouts."""

    @property
    def columns(self) -> list[str]:
        """The names of its own columns."""
        return [name for name in self.table.column_names if name not in ("_file", "_row")]

    @property
    def records(self) -> int:
        """Its good rows."""
        return int(self.table.num_rows)

    @property
    def read(self) -> int:
        """Rows read, good and bad and headers repeated; the first header and blank lines are none."""
        return self.records + len(self.bad) + self.again


def find(paths: Sequence[Path]) -> dict[str, list[Path]]:
    """The files under `paths` that can be read, each once, by their names in SQL.

    A folder stands for the files in it, less hidden ones, a spreadsheet's locks, and the rejects of
    earlier loads. The name is the file's own, less its suffixes, with anything but letters, digits and _
    turned into _: `ratings.csv.gz` is `ratings`.
    Raises DataError for a path that is not there, or when nothing is found.
    """
    found: dict[str, list[Path]] = {}
    known: set[Path] = set()
    for path in paths:
        if not path.exists():
            raise DataError(f"there is no file or folder {path}", hint="Check the spelling of the path.")
        inside = path.is_dir()
        for file in sorted(path.iterdir()) if inside else [path]:
            if inside and file.name.startswith(ASIDE):
                continue
            if file.is_file() and suffix(file.name):
                stem = file.name.split(".")[0]
                if file.resolve() not in known:
                    known.add(file.resolve())
                    found.setdefault(re.sub(r"\W", "_", stem), []).append(file)
            elif not inside:
                raise DataError(f"{file} is of no kind that graphkoc reads", hint=f"It reads {_list_kinds()}.")
    if not found:
        raise DataError(
            f"there is nothing to read in {', '.join(map(str, paths))}", hint=f"graphkoc reads {_list_kinds()}."
        )
    return found


def names(paths: Sequence[Path]) -> dict[Path, str]:
    """What each file is called in counts and rejects: its name, or its path where two are of one name."""
    count = Counter(path.name for path in paths)
    return {path: path.name if count[path.name] == 1 else str(path) for path in paths}


def detect(path: Path, asked: str | None = None, member: Member | None = None) -> str:
    """The encoding of a text file by `graphkoc.capture.reading.encoding.detect`; of a typed file "utf-8"."""
    if suffix(path.name) in TYPED:
        return encodings.UTF8
    with _open(path, member) as (stream, _):
        return encodings.detect(str(_message_name(path, member)), stream, asked)


def read(
    path: Path,
    progress: Progress | None = None,
    *,
    encoding: str = encodings.UTF8,
    name: str | None = None,
    view: View | None = None,
    member: Member | None = None,
    sheet: str | None = None,
    every: bool = False,
    keep: Keep | None = None,
) -> RawFile:
    """Read one file whole; text in this encoding, with or without a byte order mark.

    `view` says which columns to keep, unless `every` one is, and how to read it; a list in JSON is then its JSON.
    `member` is the text in the archive `path`, `sheet` the name of a workbook's sheet, by default the first. A `.json`
    is read by its lines. `keep` is given each chunk of
    rows, and what it gives back is put together instead.

    A row with a NUL, a byte that the encoding does not have, a quote never closed, or more or fewer cells
    than the header is bad, and harms no other row. Raises DataError when the file as a whole is not what
    its suffix says: empty, no text, two columns of one name, a cut-off .gz.
    """
    name = name or path.name
    with _open(path, member) as (stream, file):
        size = path.stat().st_size
        path = _message_name(path, member)
        header, records = _read_contents(path, stream, encoding, view, sheet)

        def report(rows: int) -> None:
            if progress:
                progress(f"reading {name}", min(file.tell(), size), size, rows)

        if view and view.reading == "unquoted" and encoding == encodings.UTF8 and not every:
            table, bad, again = _read_blocks(name, header, stream, report, view, keep)
        else:
            table, bad, again = _read_records(name, header, records, report, None if every else view, keep)
    if not header and bad:
        raise DataError(
            f"{path} holds no good row; row {bad[0].row}: {bad[0].reason}", hint="Is the suffix the right one?"
        )
    if not header or (not bad and not table.num_rows and size == 0):
        raise DataError(f"{path} is empty", hint="Export it again; it should begin with a header row.")
    _check_distinct(path, header)
    if progress:
        progress(f"reading {name}", size, size, table.num_rows)
    if view and view.private and any(_hide_contacts(column) != column for column in header):
        raise DataError(
            f"{path} does not begin with a header row: there are e-mail addresses or phone numbers in it",
            hint="Put a row with the columns' names above the first.",
        )
    left = [column for column in header if column not in view.matched(header)] if view and view.names else []
    return RawFile(name, table, tuple(bad), again, tuple(map(_hide_contacts, left)))


def suffix(name: str, others: Sequence[str] = ()) -> str:
    """The suffix of a file's name that gives its format; "" when it is none of those read here and no other."""
    plain = Path(name.lower())
    packed = plain.suffix in PACKED
    found = Path(plain.stem).suffix if packed else plain.suffix
    return found if found in (*TEXTS, *others) or (found in TYPED and not packed) else ""


def _message_name(path: Path, member: Member | None) -> Path:
    """The file's name in messages."""
    return path / member.name if member else path


@contextmanager
def _open(path: Path, member: Member | None) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """The file's bytes, unpacked, and the file itself."""
    with (
        archives.readable(path),
        archives.opened(path, member.place) if member else path.open("rb") as file,
        bounds.unpacked(file, _message_name(path, member), path.stat().st_size, lines=True) as stream,
    ):
        yield stream, file


def read_top(
    path: Path, rows: int, asked: str | None = None, *, member: Member | None = None, sheet: str | None = None
) -> Top:
    """The first rows of a file, the header among them; fewer where one of them cannot be read.

    Raises DataError as `read` does.
    """
    encoding = encodings.UTF8
    if suffix(path.name) not in TYPED:
        with _open(path, member) as (stream, _):
            lines = itertools.islice(stream, HEAD)
            encoding = encodings.detect(str(_message_name(path, member)), lines, asked)
    with _open(path, member) as (stream, _):
        header, records = _read_contents(_message_name(path, member), stream, encoding, None, sheet, alike=True)
        found = [cells for _, cells, reason, _ in itertools.islice(records, rows - 1) if not reason]
    return [list(header), *found]


def read_header(path: Path, asked: str | None = None, *, sheet: str | None = None) -> list[str]:
    """The names of a file's columns, as `read` finds them; DataError as it raises it."""
    encoding = detect(path, asked)
    with _open(path, None) as (stream, _):
        header, records = _read_contents(path, stream, encoding, None, sheet)
        if suffix(path.name) == ".jsonl":
            # Its columns are the keys of all of its lines.
            deque(records, maxlen=0)
    return header


def read_cells(path: Path, asked: str | None = None) -> dict[str, tuple[list[tuple[int, list[Cell]]], list[BadRow]]]:
    """The rows of each sheet of a workbook or of a delimited text as they are, of any width, with their numbers.

    A text is one sheet of its own name. Nothing is taken for a header, and rows without a value are none; a row is bad
    only where its cells cannot be told apart. What separates the cells of a text is what gives most of its first rows
    the same width. Raises DataError as `read` does.
    """
    kind = suffix(path.name)
    if kind not in SHEETS:
        raise DataError(f"{path} is of no kind that graphkoc reads as a sheet", hint=f"It reads {', '.join(SHEETS)}.")
    with translate_errors(f"{path} cannot be read", kind=DataError):
        if kind == ".xlsx":
            return {
                sheet: _split_records(sheet, itertools.chain([(1, header, "", "")], records))
                for sheet in formats.sheets(path)
                for header, records in [formats.workbook(path, sheet)]
            }
        encoding = detect(path, asked)
        with _open(path, None) as (stream, _):
            text = _decode(path, stream, encoding)
            top = list(itertools.islice(text, TITLES))
            stated = SEPARATOR.fullmatch(top[0][0]) if top else None
            delimiter = stated[1] if stated else _find_even_delimiter([line for line, _ in top])
            lines = itertools.chain(top[1:] if stated else top, text)
            return {path.name: _split_records(path.name, _parse_csv(lines, delimiter, 2 if stated else 1))}


def _find_even_delimiter(lines: Sequence[str]) -> str:
    """The delimiter by which most rows are of one width; prose has commas too, but not the same number in each row."""

    def weigh(delimiter: str) -> tuple[int, int]:
        widths = Counter[int]()
        with suppress(csv.Error):
            widths.update(map(len, csv.reader(lines, delimiter=delimiter)))
        return max(((rows, width) for width, rows in widths.items() if width > 1), default=(0, 0))

    return max((",", ";", "\t"), key=weigh)


def _split_records(name: str, records: Iterable[Record]) -> tuple[list[tuple[int, list[Cell]]], list[BadRow]]:
    """The rows, and those without cells that can be read."""
    rows, bad = [], []
    for row, cells, reason, text in records:
        if any(cells):
            rows.append((row, cells))
        elif reason:
            bad.append(BadRow(name, row, reason, text))
            bounds.check_bad_rows(name, len(bad))
    return rows, bad


def count_rows(path: Path, asked: str | None = None, *, member: Member | None = None, sheet: str | None = None) -> int:
    """How many rows a file has below its first, be they good or bad; DataError as `read` raises it."""
    with _open(path, member) as (stream, _):
        encoding = encodings.detect(str(_message_name(path, member)), itertools.islice(stream, HEAD), asked)
    with _open(path, member) as (stream, _):
        _, records = _read_contents(_message_name(path, member), stream, encoding, None, sheet, alike=True)
        return sum(1 for _ in records)


def _read_contents(
    path: Path, stream: BinaryIO, encoding: str, view: View | None, sheet: str | None = None, *, alike: bool = False
) -> tuple[list[str], Iterator[Record]]:
    """The names of the columns, and the records; those of a .jsonl grow as it is read."""
    kind = suffix(path.name, (".json",))
    # Where columns are recognised by their names, those that it does not know may repeat.
    may_repeat = alike or (view is not None and bool(view.names))
    if kind == ".parquet":
        return _check_header(path, *formats.parquet(path))
    if kind == ".xlsx":
        cells, rows = formats.workbook(path, sheet)
        return _check_header(path, *_skip_title(view, [(1, cells, "", "")], rows), alike=may_repeat)
    text = _decode(path, stream, encoding)
    if view and view.reading == "loose":
        columns = [*view.must, *view.may]
        return columns, line_files.loose(text, columns, len(view.must))
    if kind == ".txt":
        return ["line"], _read_lines(text)
    if kind in (".json", ".jsonl"):
        keys: list[str] = []
        cell = formats.nested if view else formats.text
        return keys, formats.json_lines(path, ((row, *line) for row, line in enumerate(text, 1)), keys, cell)
    first, start = list(itertools.islice(text, 1)), 1
    stated = SEPARATOR.fullmatch(first[0][0]) if kind == ".csv" and first else None
    if stated:
        first, start = list(itertools.islice(text, 1)), 2
    delimiter = _find_delimiter(first[0][0]) if kind == ".csv" and first else "," if kind == ".csv" else "\t"
    delimiter = stated[1] if stated else delimiter
    text = itertools.chain(first, text)
    records = line_files.unquoted(text) if view and view.reading == "unquoted" else _parse_csv(text, delimiter, start)
    top = [next(records, (1, [], "", ""))]
    _, cells, reason, _ = top[0]
    bounds.check_columns(path, len(cells))
    if reason:
        raise DataError(
            f"{path} does not begin with a header row: {reason}",
            hint="It may be no text file, or UTF-16 without a mark: try --encoding utf-16-le.",
        )
    cells, records = _skip_title(view, top, records)
    checked = records if alike else _check_width(records, cells)
    return _check_header(path, cells, checked, alike=may_repeat)


def _skip_title(view: View | None, top: list[Record], records: Iterator[Record]) -> tuple[list[Cell], Iterator[Record]]:
    """The header's cells and the rows below it: the first row, or the one below a title that has most names."""
    if view is None or not view.names:
        return top[0][1], records
    top = [*top, *itertools.islice(records, TITLES)]
    known = [
        0 if reason or len(cells) > bounds.LIMITS.columns else len(view.matched([cell or "" for cell in cells]))
        for _, cells, reason, _ in top
    ]
    place = known.index(max(known))
    return top[place][1], itertools.chain(top[place + 1 :], records)


def _check_header(
    path: Path, cells: Sequence[Cell], records: Iterator[Record], *, alike: bool = False
) -> tuple[list[str], Iterator[Record]]:
    header = [(cell or "").strip() or f"column {place}" for place, cell in enumerate(cells, 1)]
    if alike:
        count = Counter[str]()
        for place, name in enumerate(header):
            count[name.lower()] += 1
            header[place] = name if count[name.lower()] == 1 else f"{name} ({count[name.lower()]})"
    if path.suffix.lower() == ".xlsx" and header and not any(cells):
        raise DataError(f"{path} does not begin with a header row: its first row is empty", hint="Delete that row.")
    bounds.check_columns(path, len(header))
    _check_distinct(path, header)
    return header, records


def _check_distinct(path: Path, header: list[str]) -> None:
    """Raise for columns that SQL does not distinguish, because it ignores capitals."""
    count = Counter(map(str.lower, [*header, "_file", "_row"]))
    if twice := [column for column in header if count[column.lower()] > 1]:
        raise DataError(f"{path} has two columns called {_hide_contacts(twice[0])!r}", hint="Rename one of them.")
    if any("\0" in column for column in header):
        raise DataError(f"{path} has a NUL byte in a column's name", hint="Rename that column.")


def _hide_contacts(header: str) -> str:
    """A header as it may be shown: in a file without one, the first row has personal data."""
    return contacts.redacted(header)


def _find_delimiter(header: str) -> str:
    bare = QUOTED.sub("", header)
    return ";" if ";" in bare and "," not in bare else ","


def _check_width(records: Iterator[Record], header: list[Cell]) -> Iterator[Record]:
    for row, cells, reason, text in records:
        if not reason and len(cells) != len(header):
            reason = f"it has {len(cells)} cells, the header has {len(header)}"
        elif not reason and cells[1:] == header[1:] != [] and (cells[0] or "").lstrip(MARK) == header[0]:
            reason = line_files.AGAIN
        yield row, cells, reason, text


def make_table(
    header: Sequence[str], rows: Sequence[Sequence[Cell]], files: Sequence[str], numbers: Sequence[int]
) -> pa.Table:
    """Rows of text as a table, with the names of their files and their numbers; short ones are filled up with null."""
    columns = [*itertools.zip_longest(*rows)]
    columns += [(None,) * len(rows)] * (len(header) - len(columns))
    arrays = [pa.array(column, pa.string()) for column in columns]
    arrays += [pa.array(files, pa.string()), pa.array(numbers, pa.int64())]
    return pa.table(arrays, names=[*header, "_file", "_row"])


def _read_records(
    name: str,
    header: list[str],
    records: Iterator[Record],
    report: Callable[[int], None],
    view: View | None,
    keep: Keep | None,
) -> tuple[pa.Table, list[BadRow], int]:
    chunks: list[pa.Table] = []
    bad: list[BadRow] = []
    rows: list[list[Cell]] = []
    numbers: list[int] = []
    total = again = size = 0
    lists = _find_lists(header) if view is not None and view.names else {}
    header = [*header, *lists] if lists else header

    def flush() -> None:
        chunk = make_table(header, rows, [name] * len(rows), numbers)
        if view is not None:
            kept = view.matched(header)
            chunk = chunk.select([c for c in header if c in kept] + ["_file", "_row"])
        chunks.append(keep(chunk) if keep else chunk)
        rows.clear()
        numbers.clear()

    for row, cells, reason, text in records:
        if reason == line_files.AGAIN:
            again += 1
            continue
        if reason:
            shown = text.rstrip("\r\n").replace("\0", "")[:200].encode(errors="replace").decode()
            bad.append(BadRow(name, row, reason, shown))
            bounds.check_bad_rows(name, len(bad))
            continue
        if lists:
            inside = ([cells[place] for place in places] for places in lists.values())
            cells = cells + [" ".join(cell for cell in some if cell) or None for some in inside]
        rows.append(cells)
        numbers.append(row)
        size += 16 * len(cells) + len(text)
        if len(rows) == CHUNK or size > LARGEST_CHUNK:
            total, size = total + len(rows), 0
            flush()
            report(total)
    flush()
    return pa.concat_tables(chunks, promote_options="default"), bad, again


def _find_lists(header: Sequence[str]) -> dict[str, list[int]]:
    """The lists that a scraper lays out as columns, images/0 and images/1 or tags/0/name: name -> their places."""
    lists: dict[str, list[tuple[int, int]]] = {}
    for place, name in enumerate(header):
        if (match := LISTED.fullmatch(name)) and match[1] not in header:
            lists.setdefault(match[1], []).append((int(match[2]), place))
    return {name: [place for _, place in sorted(places)] for name, places in lists.items()}


def _read_blocks(
    name: str, header: list[str], stream: BinaryIO, report: Callable[[int], None], view: View, keep: Keep | None
) -> tuple[pa.Table, list[BadRow], int]:
    """The same for lines whose quotes are letters: many at once, and one by one where any of them is unusual."""
    wanted = list(view.matched(header))
    first, bad, again = _read_records(name, header, iter(()), report, view, keep)
    chunks, row = [first], 1
    while block := stream.readlines(BLOCK):
        data = b"".join(block)
        chunk = line_files.read_fast(data, header, wanted)
        if chunk is None or chunk.num_rows < len(block):
            records = _check_width(
                line_files.unquoted(_decode(Path(name), io.BytesIO(data), encodings.UTF8), row + 1), list(header)
            )
            chunk, wrong, repeated = _read_records(name, header, records, lambda _: None, view, keep)
            bad, again = bad + wrong, again + repeated
            bounds.check_bad_rows(name, len(bad))
        else:
            chunk = chunk.append_column("_file", pa.repeat(pa.scalar(name), len(block)))
            chunk = chunk.append_column("_row", pa.array(range(row + 1, row + 1 + len(block)), pa.int64()))
            chunk = keep(chunk) if keep else chunk
        chunks.append(chunk)
        row += len(block)
        report(row - 1)
    return pa.concat_tables(chunks, promote_options="default"), bad, again


def _decode(path: Path, stream: BinaryIO, encoding: str) -> Iterator[tuple[str, str]]:
    """The stream's lines and what is wrong with each."""
    lines = _decode_utf8(stream) if encoding == encodings.UTF8 else _decode_other(path, stream, encoding)
    for text, reason in lines:
        yield text, "it holds a NUL byte" if "\0" in text else reason


def _decode_utf8(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    for place, line in enumerate(stream):
        line = line if place else line.removeprefix(b"\xef\xbb\xbf")
        try:
            yield line.decode(), ""
        except UnicodeDecodeError as error:
            yield line.decode(errors="replace"), f"byte {line[error.start]:#04x} is not UTF-8"


def _decode_other(path: Path, stream: BinaryIO, encoding: str) -> Iterator[tuple[str, str]]:
    wrapper = io.TextIOWrapper(stream, encoding, errors="replace", newline="\n")
    # In UTF-16 the byte of a line's end is also half of some letters, so a line is measured again when it is text.
    read_line = functools.partial(wrapper.readline, bounds.LIMITS.line + 1)
    try:
        for place, line in enumerate(iter(read_line, "")):
            bounds.check_line(path, len(line))
            line = line if place else line.removeprefix(MARK)
            yield line, f"it holds bytes that are not {encoding.upper()}" if "\ufffd" in line else ""
    finally:
        # Of a file of which only the top is read the stream may be closed before this.
        with suppress(ValueError):
            wrapper.detach()


def _read_lines(lines: Iterator[tuple[str, str]]) -> Iterator[Record]:
    for row, (text, reason) in enumerate(lines, 1):
        text = text.rstrip("\r\n")
        if text or reason:
            yield row, [text], reason, text


def _parse_csv(source: Iterator[tuple[str, str]], delimiter: str, first: int = 1) -> Iterator[Record]:
    """CSV records after RFC 4180, numbered from `first`, by Python's csv, which is fed line by line so that one row
    with an unclosed quote is rejected alone: the lines that it consumed are read again."""
    again: deque[tuple[str, str]] = deque()
    taken: list[tuple[str, str]] = []
    plain = re.compile(rf"[^{re.escape(delimiter)}\r\n]*")

    def feed() -> Iterator[str]:
        size = 0
        while not taken or (len(taken) < LONGEST_RECORD and size <= bounds.LIMITS.line):
            if not (line := again.popleft() if again else next(source, None)):
                return
            size = size + len(line[0]) if taken else len(line[0])
            taken.append(line)
            yield line[0]

    limit = csv.field_size_limit(LONGEST_FIELD)
    try:
        reader = csv.reader(feed(), delimiter=delimiter, strict=True)
        for row in itertools.count(first):
            taken.clear()
            try:
                fields = next(reader, None)
            except csv.Error:
                again.extendleft(reversed(taken[1:]))
                yield row, [], "its quotes are not closed or not doubled", taken[0][0]
                reader = csv.reader(feed(), delimiter=delimiter, strict=True)
                continue
            if fields is None:
                return
            if fields:
                reason = next((reason for _, reason in taken if reason), "")
                cells: list[Cell] = [*fields]
                if "" in fields and len(fields) <= bounds.LIMITS.columns:
                    cells = _restore_nulls(fields, "".join(line for line, _ in taken), plain)
                yield row, cells, reason, taken[0][0]
    finally:
        csv.field_size_limit(limit)


def _restore_nulls(cells: list[str], record: str, plain: re.Pattern[str]) -> list[Cell]:
    """The record's cells with null for those that are empty without quotes, which csv does not distinguish."""
    if '""' not in record:
        return [cell or None for cell in cells]
    kept: list[Cell] = []
    at = 0
    for cell in cells:
        field = QUOTED.match(record, at) or plain.match(record, at)
        assert field is not None
        kept.append(None if field.end() == at else cell)
        at = field.end() + 1
    return kept


def _list_kinds() -> str:
    return f"{', '.join(TEXTS)}, each also with {' or '.join(PACKED)}, {' and '.join(TYPED)}"
