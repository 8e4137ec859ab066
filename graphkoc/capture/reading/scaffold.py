"""A loader for tables with other names: guessed once, written as SELECTs, and then edited by hand.

`graphkoc.capture.reading.guess` says which column is what. A guess is never used unchecked: it is a file that states
which column was taken for what.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from graphkoc.capture import contacts
from graphkoc.capture.casts import quoted
from graphkoc.capture.reading import own_tables, table_file
from graphkoc.capture.reading.guess import MOST, SLASHED, Guess, contact_kind, guess_table
from graphkoc.errors import DataError, UsageError
from graphkoc.tables.schema import CANONICAL, Column

__all__ = ["Scaffold", "scaffold"]

FIXTURE = 5
"""Rows that go into the fixture: enough to see the shape, few enough to read before sharing."""


@dataclass(frozen=True)
class Scaffold:
    """A loader folder that was written.

    columns: canonical table -> column -> its name in the raw file; consumers may have email and phone, which become
    contact keys. unused: file -> its other columns.
    """

    folder: Path
    columns: dict[str, dict[str, str]]
    unused: dict[str, tuple[str, ...]]


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
        guesses.append(guess_table(view, file))
    by_table: dict[str, Guess] = {}
    for guess in guesses:
        if guess.table.name in by_table:
            first = by_table[guess.table.name].file.name
            raise DataError(
                f"{first} and {guess.file.name} both look like {guess.table.name}", hint="Scaffold them one by one."
            )
        by_table[guess.table.name] = guess

    selects = {name: _write_select(guess, folder.name) for name, guess in by_table.items()}
    selects |= _write_node_selects(by_table, folder.name)
    folder.mkdir(parents=True)
    for name, text in selects.items():
        (folder / f"{name}.sql").write_text(text, encoding="utf-8")
    if any(guess.contacts for guess in guesses):
        (folder / "files.toml").write_text(_write_views(guesses), encoding="utf-8")
    (folder / "fixture").mkdir()
    for guess in guesses:
        _write_fixture(folder / "fixture" / f"{guess.view}.csv", guess)
    unused = {
        guess.file.name: tuple(name for name in guess.file.columns if name not in guess.used) for guess in guesses
    }
    (folder / "README.md").write_text(_write_readme(folder, guesses, unused), encoding="utf-8")
    columns = {name: dict(guess.columns) for name, guess in by_table.items()}
    for guess in guesses:
        for name, more in (("products", guess.about), ("consumers", guess.person)):
            if more:
                columns[name] = columns.get(name, {}) | more
    return Scaffold(folder, columns, unused)


def _write_select(guess: Guess, source: str) -> str:
    values = {}
    for column in guess.table:
        if column.name == "consumer" and guess.contacts and guess.table.name != "consumers":
            values["consumer"] = _consumer_expression(guess)
        elif column.name in guess.columns:
            values[column.name] = _value_expression(column, guess.columns[column.name], guess.cells)
        elif column.name == "consumer" and guess.contacts:
            values["consumer"] = _consumer_expression(guess)
        elif column.name == "contact_key" and guess.contacts:
            values["contact_key"] = _contact_expression(guess)
        elif column.name == "kind" and guess.table.name == "engagements" and "text" in guess.columns:
            values["kind"] = "'comment'"
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


def _contact_expression(guess: Guess) -> str:
    return f"contact_keys(concat_ws(chr(10), {', '.join(map(quoted, guess.contacts))}), NULL)"


def _consumer_expression(guess: Guess) -> str:
    """Who a row is of: the id in its own column, else made of the contact."""
    made = f"'contact-' || left({_contact_expression(guess)}, 32)"
    return f"coalesce({quoted(guess.columns['consumer'])}, {made})" if "consumer" in guess.columns else made


def _value_expression(column: Column, header: str, cells: Mapping[str, Sequence[str]]) -> str:
    if column.kind == "time":
        return _time_expression(header, cells[header])
    if column.name == "rating":
        return _stars_expression(header, cells[header])
    if column.name == "media" and any("://" in cell for cell in cells[header]):
        return f"len(regexp_extract_all({quoted(header)}, 'https?://'))"
    if column.kind == "integer" and column.high != 1 and not all(map(str.isdigit, cells[header])):
        return f"to_count({quoted(header)})"
    return quoted(header)


def _time_expression(header: str, cells: Sequence[str]) -> str:
    """A time as text; the column decides which part of 03/04/2024 is the day, or such days are rejected."""
    name = quoted(header)
    if cells and all(re.fullmatch(r"\d{9,10}", cell) for cell in cells):
        return f"unix_time({name})"
    if cells and all(re.fullmatch(r"\d{12,13}", cell) for cell in cells):
        return f"unix_time(left({name}, -3))"
    slashed = [match for cell in cells if (match := SLASHED.match(cell.strip()))]
    first, second = (max((int(match[part]) for match in slashed), default=0) for part in (1, 2))
    days = "dmy" if first > 12 >= second else "mdy" if second > 12 >= first else ""
    return f"shop_time({name}, '{days}')" if days else name


def _stars_expression(header: str, cells: Sequence[str]) -> str:
    """Stars out of 10 become stars out of 5; what is not a number stays and is rejected by the check of the column."""
    numbers = [float(cell.replace(",", ".")) for cell in cells if re.fullmatch(r"\d+([.,]\d+)?", cell.strip())]
    name = quoted(header)
    out_of_ten = len(numbers) >= MOST * len(cells) and 5 < max(numbers, default=0) <= 10
    return f"coalesce((to_number({name}) / 2)::VARCHAR, {name})" if out_of_ten else name


def _write_node_selects(by_table: Mapping[str, Guess], source: str) -> dict[str, str]:
    """SELECTs for consumers and products that have no file of their own and are only mentioned."""
    texts: dict[str, str] = {}
    mentions = own_tables.find_mentions({name: _list_columns(guess) for name, guess in by_table.items()})
    for name in ("consumers", "products"):
        if name not in mentions or name in by_table:
            continue
        key = CANONICAL[name].key[0]
        parts = [
            f"SELECT DISTINCT {quoted(column)} AS {quoted(key)} FROM clean.{table}" for table, column in mentions[name]
        ]
        text = "\nUNION\n".join(f"{part}\nWHERE {part.split()[2]} IS NOT NULL" for part in parts)
        described = [guess for guess in by_table.values() if (guess.about if name == "products" else guess.person)]
        if described:
            rows = [_describe_product(guess) if name == "products" else _describe_person(guess) for guess in described]
            names = dict.fromkeys(column for row in rows for column in row if column not in (key, "FROM"))
            each = [
                f"    SELECT {', '.join(f'{value} AS {column}' for column, value in row.items() if column != 'FROM')}"
                f" FROM {row['FROM']}"
                for row in rows
            ]
            each += ["    " + part.replace("SELECT DISTINCT", "SELECT") for part in parts]
            picked = ", ".join([f"prefixed({key}, '{source}') AS {key}", *(f"min({n}) AS {n}" for n in names)])
            every = "\n    UNION ALL BY NAME\n".join(each)
            text = f"SELECT {picked}\nFROM (\n{every}\n)\nWHERE {key} IS NOT NULL\nGROUP BY 1"
        texts[name] = f"-- A row is one of the {name} that the other tables mention.\n{text}\n"
    return texts


def _describe_product(guess: Guess) -> dict[str, str]:
    """Column of products -> what a row states of its product, and FROM -> the view."""
    about = {column: quoted(header) for column, header in guess.about.items()}
    return {"product": quoted(guess.columns["product"])} | about | {"FROM": quoted(guess.view)}


def _describe_person(guess: Guess) -> dict[str, str]:
    """Column of consumers -> what a row states of its person, and FROM -> the view."""
    who = _consumer_expression(guess) if guess.contacts else quoted(guess.columns["consumer"])
    name = {"name": quoted(guess.person["name"])} if "name" in guess.person else {}
    keys = {"contact_key": _contact_expression(guess)} if guess.contacts else {}
    return {"consumer": who} | name | keys | {"FROM": quoted(guess.view)}


def _list_columns(guess: Guess) -> list[str]:
    made = [own_tables.MADE.get(guess.table.name, ("",))[0], *(["consumer"] if guess.contacts else [])]
    return [name for name in guess.table.names if name in guess.columns or name in made]


def _write_views(guesses: Sequence[Guess]) -> str:
    """The views of files with contacts, of which only the columns that are used are read, and no reject shows any."""
    lines = ["# These files hold contacts: no reject shows their cells.", ""]
    for guess in guesses:
        pattern = re.sub(r"[*?#{}]", "?", guess.file.name.split(".")[0]) + ".*"
        lines += [f"[{guess.view}]", f"files = [{_quote_toml(pattern)}]"]
        lines += ["must = [", *(f"    {_quote_toml(header)}," for header in guess.used), "]", "private = true", ""]
    return "\n".join(lines)


def _quote_toml(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _write_fixture(path: Path, guess: Guess) -> None:
    """The first rows, without contacts: the cells of columns that hold them, and whatever looks like one elsewhere."""
    rows = guess.file.table.slice(0, FIXTURE).select(guess.file.columns).to_pylist()
    marks = {"email": contacts.MAIL, "phone": contacts.PHONE}
    hidden = {header: marks[kind] for header in guess.file.columns if (kind := contact_kind(header))}
    hidden |= {guess.person[kind]: mark for kind, mark in marks.items() if kind in guess.person}
    with path.open("w", encoding="utf-8", newline="") as sink:
        writer = csv.writer(sink, lineterminator="\n")
        writer.writerow(guess.file.columns)
        for row in rows:
            writer.writerow([cell and hidden.get(header, contacts.redacted(cell)) for header, cell in row.items()])


def _write_readme(folder: Path, guesses: Sequence[Guess], unused: Mapping[str, Sequence[str]]) -> str:
    lines = [f"# {folder.name}", ""]
    names = ", ".join(guess.file.name for guess in guesses)
    lines += [f"Tables of our own: {names}. The columns were guessed from their names and cells; check them below.", ""]
    lines += ["| file | column | is taken for |", "|---|---|---|"]
    for guess in guesses:
        taken = [(header, f"{guess.table.name}.{column}") for column, header in guess.columns.items()]
        taken += [(header, f"products.{column}") for column, header in guess.about.items()]
        taken += [(header, f"consumers.{column}") for column, header in guess.person.items()]
        taken += [(header, "nothing") for header in unused[guess.file.name]]
        lines += [f"| {_escape_cell(guess.file.name)} | {_escape_cell(header)} | {what} |" for header, what in taken]
    lines += [
        "",
        f"    graphkoc load {_as_argument(folder)} FILE...",
        "",
        "A wrong guess is put right in the `.sql` files: each is one SELECT of DuckDB over the files' own columns,",
        "which are text. `fixture/` has the first rows of each file, without e-mail addresses and phone numbers: take",
        "out what else others may not see.",
        "",
    ]
    return "\n".join(lines)


def _as_argument(folder: Path) -> str:
    return str(folder) if folder.is_absolute() else f"./{folder}"


def _escape_cell(text: str) -> str:
    return re.sub(r"\s", " ", text).replace("|", "\\|")
