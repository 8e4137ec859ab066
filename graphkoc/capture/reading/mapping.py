"""Tables whose columns have other names in every file: a `mapping.toml` beside them states which column is which.

    [orders]                            # a view of the source
    files = ["orders-2024.csv"]         # patterns, which fit the end of a file's path

    [orders.columns]                    # ours = as the files write it; a list where they write it in several ways
    order = "订单编号"
    ordered_at = ["付款时间", "下单时间"]

    [orders.always]                     # what holds for every row where a file does not state it
    country = "CN"

It is proposed once, from the headers and a sample of cells, and can then be edited. No cell gets into it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from graphkoc.capture import contacts
from graphkoc.capture.reading import table_file
from graphkoc.capture.reading.guess import MOST, SAMPLE, SLASHED, TIMES
from graphkoc.capture.reading.layouts import Layout, find_fitting
from graphkoc.capture.reading.scaffold import Scaffold
from graphkoc.capture.reading.views import View, check_names
from graphkoc.errors import DataError, UsageError
from graphkoc.files import read_toml

__all__ = ["NAME", "apply", "find", "propose"]

NAME = "mapping.toml"
KEYS = {"files", "columns", "always"}
NUMBER = re.compile(r"1\d{10}|(?:\+|00)\d[\d ().-]{6,}\d|\(?0\d[\d ()./-]{5,}\d|\(\d{3}\) ?\d{3}-\d{4}")
ASK = "?"
_Section = tuple[list[str], dict[str, list[str]], dict[str, str]]
"""Patterns of files, our columns and the files' names for them, and constant values."""
CONTACTS = ("email", "phone")
LOOKS: dict[str, Callable[[str], bool]] = {
    "email": lambda cell: contacts.email(cell) is not None,
    "phone": lambda cell: bool(NUMBER.fullmatch(cell.strip("\t' "))),
    "ordered_at": lambda cell: bool(TIMES.fullmatch(cell.strip())),
    "joined_at": lambda cell: bool(TIMES.fullmatch(cell.strip())),
}
"""Tests of cells, for columns whose name is unknown."""


def find(paths: Sequence[Path]) -> Path | None:
    """The mapping among these paths, in one of these folders, or beside one of these files.

    Raises UsageError when there are two.
    """
    places = [path if path.name == NAME else (path if path.is_dir() else path.parent) / NAME for path in paths]
    found = {place.resolve(): place for place in places if place.is_file()}
    if len(found) > 1:
        hint = "Load the files of each on their own."
        raise UsageError(f"there are two mappings: {', '.join(map(str, found.values()))}", hint=hint)
    return next(iter(found.values()), None)


def apply(views: Mapping[str, View], file: Path) -> dict[str, View]:
    """The views as a mapping has them; those that it does not name have no files.

    Raises DataError for a mapping that does not fit the views.
    """
    declared = read_toml(file)
    if unknown := next((name for name in declared if name not in views), None):
        raise DataError(f"{file} names {unknown!r}: there is only {' and '.join(views)}")
    mapped = {name: _map_view(file, views[name], keys) for name, keys in declared.items()}
    return {name: mapped.get(name, replace(view, files=())) for name, view in views.items()}


def _map_view(file: Path, view: View, keys: object) -> View:
    columns = [*view.must, *view.may]
    if not isinstance(keys, dict) or not set(keys) <= KEYS or not isinstance(keys.get("files"), list):
        raise DataError(f"{file}: {view.name} has files, a list, and may have columns and always, and nothing else")
    columns_of, always = (_read_table(file, view, keys, part) for part in ("columns", "always"))
    names = {column: tuple(words) if isinstance(words, list) else (words,) for column, words in columns_of.items()}
    texts = [*keys["files"], *(word for words in names.values() for word in words), *always.values()]
    if unknown := next((column for column in (*names, *always) if column not in columns), None):
        raise DataError(f"{file}: {view.name} has no {unknown!r}; it has {', '.join(columns)}")
    if not all(isinstance(text, str) for text in texts) or not all(names.values()):
        raise DataError(f"{file}: in {view.name} files, columns and what is always so are texts")
    if missing := next((column for column in view.must if column not in names), None):
        raise DataError(f"{file}: {view.name} does not state which column is {missing}")
    mapped = replace(
        view, files=tuple(keys["files"]), names=tuple(names.items()), always=tuple(always.items()), mapped=True
    )
    check_names(file, mapped)
    return mapped


def _read_table(file: Path, view: View, keys: Mapping[str, Any], part: str) -> dict[str, Any]:
    table = keys.get(part, {})
    if not isinstance(table, dict):
        raise DataError(f"{file}: {view.name}.{part} is not a table")
    return table


def propose(
    views: Mapping[str, View],
    layouts: Sequence[Layout],
    files: Sequence[Path],
    folder: Path,
    encoding: str | None = None,
) -> Scaffold:
    """Write a mapping of these files into a folder, which is made if necessary.

    A file that has one of the layouts is mapped as it says, others as their columns and cells suggest. Raises
    UsageError where a mapping exists already, and DataError for a file that cannot be read or fits no view.
    """
    target = folder / NAME
    if target.exists():
        raise UsageError(f"{target} is there already", hint="Give another --out, or remove it.")
    sections: dict[str, _Section] = {}
    unused: dict[str, tuple[str, ...]] = {}
    for path in [path for paths in table_file.find(files).values() for path in paths]:
        view, columns, always, left = _find_layout(layouts, path, encoding) or _guess(views, path, encoding)
        patterns, known, constant = sections.setdefault(view.name, ([], {}, {}))
        patterns.append(re.sub(r"[*?#{}]", "?", path.name))
        for column, header in columns.items():
            if header not in known.setdefault(column, []):
                known[column].append(header)
        for column, text in always.items():
            constant.setdefault(column, text)
        unused[path.name] = left
    folder.mkdir(parents=True, exist_ok=True)
    target.write_text(_to_toml(sections, views, unused), encoding="utf-8")
    found = {
        name: {column: " or ".join(headers) for column, headers in known.items()}
        for name, (_, known, _) in sections.items()
    }
    return Scaffold(target, found, unused)


def _find_layout(
    layouts: Sequence[Layout], path: Path, encoding: str | None
) -> tuple[View, dict[str, str], dict[str, str], tuple[str, ...]] | None:
    """The same as `_guess` by a layout of the file; None where it has none, or several."""
    top = table_file.read_top(path, table_file.TITLES, encoding)
    fitting = find_fitting(layouts, top)
    if len(fitting) != 1:
        return None
    ((layout, place),) = fitting
    header = [cell or "" for cell in top[place]]
    columns = {column: name for name, column in layout.view.matched(header).items()}
    left = tuple(contacts.redacted(name) for name in header if name and name not in columns.values())
    return layout.view, columns, dict(layout.view.always), left


def _guess(
    views: Mapping[str, View], path: Path, encoding: str | None
) -> tuple[View, dict[str, str], dict[str, str], tuple[str, ...]]:
    """The view that a file's columns fit best, its columns, constant values, and the headers left over."""
    options = []
    for place, view in enumerate(views.values()):
        file = table_file.read(path, encoding=table_file.detect(path, encoding), view=view, every=True)
        head = file.table.slice(0, SAMPLE)
        cells = {header: [cell for cell in head.column(header).to_pylist() if cell] for header in file.columns}
        columns = _match_columns(view, cells)
        if set(view.must) <= set(columns) and columns:
            options.append((len(columns), -place, view, columns, cells))
    if not options:
        raise DataError(
            f"the columns of {path.name} are called like none of {' or '.join(views)}",
            hint=f"Write a {NAME} by hand: [VIEW] with files, and [VIEW.columns].",
        )
    _, _, view, columns, cells = max(options, key=lambda option: option[:2])
    left = tuple(contacts.redacted(header) for header in cells if header not in columns.values())
    return view, columns, _guess_constants(view, columns, cells), left


def _match_columns(view: View, cells: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Our column -> the file's, by its name, or else by its cells."""
    found = {column: header for header, column in view.matched(list(cells)).items()}
    looks = {column: look for column, look in LOOKS.items() if column in (*view.must, *view.may)}
    # Some shops identify people by their address or number alone, in a column called customer.
    for column in [column for column in looks if column in CONTACTS and column not in found]:
        if "customer" in found and _most_match(cells[found["customer"]], looks[column]):
            found[column] = found.pop("customer")
            break
    for column, look in looks.items():
        free = [header for header in cells if header not in found.values()]
        if column not in found and (header := next((h for h in free if _most_match(cells[h], look)), None)):
            found[column] = header
    order = [*view.must, *view.may]
    return {column: found[column] for column in order if column in found}


def _most_match(cells: Sequence[str], look: Callable[[str], bool]) -> bool:
    return bool(cells) and sum(map(look, cells)) >= MOST * len(cells)


def _guess_constants(view: View, columns: Mapping[str, str], cells: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Which part of 03/04/2024 is the day, where some cell decides it."""
    times = [columns[column] for column in ("ordered_at", "joined_at") if column in columns]
    slashed = [match for header in times for cell in cells[header] if (match := SLASHED.match(cell.strip()))]
    if "times" not in view.may or not slashed:
        return {}
    first, second = (max(int(match[part]) for match in slashed) for part in (1, 2))
    return {"times": "dmy" if first > 12 >= second else "mdy" if second > 12 >= first else ASK}


def _to_toml(sections: Mapping[str, _Section], views: Mapping[str, View], unused: Mapping[str, Sequence[str]]) -> str:
    lines = ["# Which column of which file is what, as guessed from the headers and cells. Check it, then load.", ""]
    for name, (files, columns, always) in sections.items():
        lines += [f"[{name}]", f"files = {_quote_toml(files)}", "", f"[{name}.columns]"]
        order = [*views[name].must, *views[name].may]
        known = [(column, columns[column]) for column in order if column in columns]
        lines += [f"{column} = {_quote_toml(heads[0] if len(heads) == 1 else heads)}" for column, heads in known]
        lines += [f"# {column} =" for column in order if column not in columns and column != "times"]
        for file, left in unused.items():
            if file in files and left:
                lines.append(f"# Not used in {_quote_toml(file)}: {', '.join(map(_quote_toml, left))}")
        lines += ["", f"[{name}.always]", *(_constant_line(column, text) for column, text in always.items())]
        if "phone" in columns and "country" not in columns:
            lines.append('# country = "DE"    # where they are, so that phone numbers without + or 00 are of there')
        lines.append("")
    return "\n".join(lines)


def _constant_line(column: str, text: str) -> str:
    if text == ASK:
        return f'# {column} = "dmy"    # or "mdy": no cell shows which part of 03/04/2024 is the day'
    return f"{column} = {_quote_toml(text)}"


def _quote_toml(value: str | Sequence[str]) -> str:
    """A text or a list of texts as TOML writes it, which for these is as JSON does."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
