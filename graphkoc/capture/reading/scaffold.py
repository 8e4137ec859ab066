"""A loader for tables with other names: guessed once, written as SELECTs, and then edited by hand.

Columns are recognised by their names (`synonyms.toml`), or else by their cells. A guess is never used unchecked: it is
a file that states which column was taken for what.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from graphkoc.capture.casts import quoted
from graphkoc.capture.reading import own_tables, table_file
from graphkoc.capture.reading.views import plain
from graphkoc.errors import DataError, UsageError
from graphkoc.tables.schema import CANONICAL, Table

__all__ = ["Scaffold", "scaffold"]

SAMPLE = 1_000
"""Rows whose cells are looked at."""
FIXTURE = 5
"""Rows that go into the fixture: enough to see the shape, few enough to read before sharing."""
MOST = 0.8
"""Share of a column's cells that must look like it."""
SUFFIXES = re.compile(r"(?<=.)(id|nr|no|nummer|number|num|code|key|编号|号|番号)$")
TIMES = re.compile(r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}.*|\d{1,2}[./]\d{1,2}[./]\d{4}.*|\d{10}(\d{3})?")
SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True)
class Scaffold:
    """A loader folder that was written.

    columns: canonical table -> column -> its name in the raw file. unused: file -> its other columns.
    """

    folder: Path
    columns: dict[str, dict[str, str]]
    unused: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class _Guess:
    view: str
    file: table_file.RawFile
    table: Table
    columns: dict[str, str]
    about: dict[str, str]
    """Columns of `products` that the file has beside its own table's."""
    cells: dict[str, list[str]]


def scaffold(files: Sequence[Path], folder: Path, encoding: str | None = None) -> Scaffold:
    """Write a loader folder for these tables: README.md, a SELECT for each canonical table, a fixture.

    Raises UsageError when the folder exists already or its name is invalid for a source, and DataError
    for a file that cannot be read or fits no table.
    """
    if not re.fullmatch(r"[\w-]+", folder.name):
        raise UsageError(f"{folder.name!r} is not a name for a source", hint="Use letters, digits, - and _.")
    if folder.exists():
        raise UsageError(f"{folder} is there already", hint="Give another --out, or remove it.")
    found = table_file.find(files)
    guesses = []
    for view, paths in found.items():
        file = table_file.read(paths[0], encoding=table_file.detect(paths[0], encoding))
        guesses.append(_guess(view, file))
    by_table: dict[str, _Guess] = {}
    for guess in guesses:
        if guess.table.name in by_table:
            first = by_table[guess.table.name].file.name
            raise DataError(
                f"{first} and {guess.file.name} both look like {guess.table.name}", hint="Scaffold them one by one."
            )
        by_table[guess.table.name] = guess

    selects = {name: _write_select(guess, folder.name) for name, guess in by_table.items()}
    selects |= _write_node_selects(by_table)
    folder.mkdir(parents=True)
    for name, text in selects.items():
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")
    (folder / "fixture").mkdir()
    for guess in guesses:
        _write_fixture(folder / "fixture" / f"{guess.view}.csv", guess.file)
    unused = {
        guess.file.name: tuple(
            name for name in guess.file.columns if name not in {*guess.columns.values(), *guess.about.values()}
        )
        for guess in guesses
    }
    (folder / "README.md").write_text(_write_readme(folder, guesses, unused), encoding="utf-8")
    columns = {name: guess.columns for name, guess in by_table.items()}
    for guess in guesses:
        if guess.about:
            columns.setdefault("products", {}).update(guess.about)
    return Scaffold(folder, columns, unused)


@cache
def _read_synonyms() -> Mapping[str, dict[str, list[str]]]:
    """Canonical table -> column -> its names, most usual first; and `tables` -> table -> its names."""
    text = Path(__file__).with_name("synonyms.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text)
    shared = {name: words for name, words in known["columns"].items() if isinstance(words, list)}
    found = {"tables": {name: [*map(plain, words)] for name, words in known["tables"].items()}}
    for table in CANONICAL.values():
        own = known["columns"].get(table.name, {})
        found[table.name] = {
            name: [plain(word) for word in (name, *own.get(name, []), *shared.get(name, []))] for name in table.names
        }
    return found


def _match_by_name(table: Table, headers: Sequence[str]) -> dict[str, str]:
    """Canonical column -> header, by name; the most usual name wins, each header once."""
    ranked = []
    for place, column in enumerate(table.names):
        words = _read_synonyms()[table.name][column]
        for header in headers:
            bare = plain(header)
            for penalty, form in ((0, bare), (0.5, SUFFIXES.sub("", bare))):
                if form in words:
                    ranked.append((words.index(form) + penalty, place, column, header))
    found: dict[str, str] = {}
    for _, _, column, header in sorted(ranked):
        if column not in found and header not in found.values():
            found[column] = header
    return found


def _guess(view: str, file: table_file.RawFile) -> _Guess:
    head = file.table.slice(0, SAMPLE)
    cells = {name: [cell for cell in head.column(name).to_pylist() if cell] for name in file.columns}
    options = []
    for place, table in enumerate(CANONICAL.values()):
        columns = _match_by_name(table, file.columns)
        can_be_made = {own_tables.MADE[table.name][0]} if table.name in own_tables.MADE else set()
        if {column.name for column in table if column.required} - can_be_made <= set(columns):
            named = plain(view) in _read_synonyms()["tables"][table.name]
            # A table that mentions products fits a list of products as well, and carries more.
            options.append((named, len(columns), -place, table, columns))
    if not options:
        raise DataError(
            f"{file.name} looks like no table: its columns are {', '.join(file.columns)}",
            hint="Rename those of people and items, for example to consumer and product; see `graphkoc sources csv`.",
        )
    *_, table, columns = max(options, key=lambda option: option[:3])
    columns |= _match_by_cells(table, columns, cells)
    left = [name for name in file.columns if name not in columns.values()]
    about = {}
    if table.name != "products" and "product" in columns:
        wanted = ("brand", "category", "price") if "amount" not in table.names else ("brand", "category")
        about = {name: header for name, header in _match_by_name(CANONICAL["products"], left).items() if name in wanted}
    return _Guess(view, file, table, columns, about, cells)


def _match_by_cells(table: Table, known: Mapping[str, str], cells: Mapping[str, list[str]]) -> dict[str, str]:
    """Columns with unknown names, by their cells: a time, stars, an address, words."""
    looks: dict[str, Callable[[str], bool]] = {
        **{column.name: lambda cell: bool(TIMES.fullmatch(cell.strip())) for column in table if column.kind == "time"},
        "url": lambda cell: cell.startswith(("http://", "https://")),
        "rating": lambda cell: bool(re.fullmatch(r"[0-5]([.,]\d)?", cell.strip())),
        "text": lambda cell: len(cell) > 20 or bool(re.search(r"[\u4e00-\u9fff]{6}", cell)),
    }
    found: dict[str, str] = {}
    for column, look in looks.items():
        if column in table.names and column not in known:
            for header, values in cells.items():
                taken = header in known.values() or header in found.values()
                if not taken and values and sum(map(look, values)) >= MOST * len(values):
                    found[column] = header
                    break
    return found


def _write_select(guess: _Guess, source: str) -> str:
    kinds = {column.name: column.kind for column in guess.table}
    values = {}
    for column in guess.table.names:
        if column in guess.columns:
            header = guess.columns[column]
            cells = guess.cells[header]
            values[column] = _time_expression(header, cells) if kinds[column] == "time" else quoted(header)
            if column == "rating":
                values[column] = _stars_expression(header, cells)
    if guess.table.name in own_tables.MADE:
        key = own_tables.MADE[guess.table.name][0]
        if key not in values:
            values = {key: own_tables.id_expression(guess.table.name, values, source)} | values
    lines = [f"    {value} AS {quoted(column)}," for column, value in values.items()]
    what = guess.table.what.rstrip(".")
    comment = f"-- A row is a row of {guess.file.name}. {what}."
    return "\n".join(
        [comment.replace("\n", " "), "SELECT", *lines, "    _file,", "    _row", f"FROM {quoted(guess.view)}\n"]
    )


def _time_expression(header: str, cells: Sequence[str]) -> str:
    name = quoted(header)
    if cells and all(re.fullmatch(r"\d{9,10}", cell) for cell in cells):
        return f"unix_time({name})"
    if cells and all(re.fullmatch(r"\d{12,13}", cell) for cell in cells):
        return f"unix_time(left({name}, -3))"
    slashed = [match for cell in cells if (match := SLASHED.match(cell.strip()))]
    if cells and len(slashed) == len(cells):
        first, second = max(int(m[1]) for m in slashed), max(int(m[2]) for m in slashed)
        order = "%d/%m/%Y" if first > 12 >= second else "%m/%d/%Y" if second > 12 >= first else ""
        if order:
            read = f"try_strptime({name}, ['{order}', '{order} %H:%M', '{order} %H:%M:%S'])"
            return f"coalesce(strftime({read}, '%Y-%m-%d %H:%M:%S'), {name})"
    return name


def _stars_expression(header: str, cells: Sequence[str]) -> str:
    """Stars out of 10 become stars out of 5; what is not a number stays and is rejected by the check of the column."""
    numbers = [float(cell.replace(",", ".")) for cell in cells if re.fullmatch(r"\d+([.,]\d+)?", cell.strip())]
    name = quoted(header)
    out_of_ten = len(numbers) >= MOST * len(cells) and 5 < max(numbers, default=0) <= 10
    return f"coalesce((to_number({name}) / 2)::VARCHAR, {name})" if out_of_ten else name


def _write_node_selects(by_table: Mapping[str, _Guess]) -> dict[str, str]:
    """SELECTs for consumers and products that have no file of their own and are only mentioned."""
    texts = {}
    for name, places in own_tables.find_mentions(
        {name: _list_columns(guess) for name, guess in by_table.items()}
    ).items():
        key = CANONICAL[name].key[0]
        if name in by_table or name not in ("consumers", "products"):
            continue
        parts = [f"SELECT DISTINCT {quoted(column)} AS {quoted(key)} FROM clean.{table}" for table, column in places]
        text = "\nUNION\n".join(f"{part}\nWHERE {part.split()[2]} IS NOT NULL" for part in parts)
        about = next((guess for guess in by_table.values() if guess.about), None)
        if name == "products" and about:
            header = quoted(about.columns["product"])
            more = "".join(f",\n    min({quoted(raw_name)}) AS {column}" for column, raw_name in about.about.items())
            text = f"SELECT\n    {header} AS product{more}\nFROM {quoted(about.view)}"
            text += f"\nWHERE {header} IS NOT NULL\nGROUP BY 1"
        texts[name] = f"-- A row is one of the {name} that the other tables mention.\n{text}\n"
    return texts


def _list_columns(guess: _Guess) -> list[str]:
    made = own_tables.MADE.get(guess.table.name, ("",))[0]
    return [name for name in guess.table.names if name in guess.columns or name == made]


def _write_fixture(path: Path, file: table_file.RawFile) -> None:
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(file.columns)
        writer.writerows(row.values() for row in file.table.slice(0, FIXTURE).select(file.columns).to_pylist())


def _write_readme(folder: Path, guesses: Sequence[_Guess], unused: Mapping[str, Sequence[str]]) -> str:
    lines = [f"# {folder.name}", ""]
    names = ", ".join(guess.file.name for guess in guesses)
    lines += [f"Tables of our own: {names}. The columns were guessed from their names and cells; check them below.", ""]
    lines += ["| file | column | is taken for |", "|---|---|---|"]
    for guess in guesses:
        taken = [(header, f"{guess.table.name}.{column}") for column, header in guess.columns.items()]
        taken += [(header, f"products.{column}") for column, header in guess.about.items()]
        taken += [(header, "nothing") for header in unused[guess.file.name]]
        lines += [f"| {_escape_cell(guess.file.name)} | {_escape_cell(header)} | {what} |" for header, what in taken]
    lines += [
        "",
        f"    graphkoc load {_as_argument(folder)} FILE...",
        "",
        "A wrong guess is put right in the `.sql` files: each is one SELECT of DuckDB over the files' own columns,",
        "which are text. `fixture/` has the first rows of each file: take out what others may not see.",
        "",
    ]
    return "\n".join(lines)


def _as_argument(folder: Path) -> str:
    return str(folder) if folder.is_absolute() else f"./{folder}"


def _escape_cell(text: str) -> str:
    return re.sub(r"\s", " ", text).replace("|", "\\|")
