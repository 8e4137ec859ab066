"""The layouts of a source: `layouts.toml` in its folder lists the tables that it recognises by their columns.

    [shopify_orders]
    what = "Shopify order export"
    view = "orders"                     # the view that its rows go to
    header = ["Name", ["Review Id", "ID"]]  # columns that must be there; a list where any of them will do
    known = ["name", ["url", "id"]]     # the same of columns of the view, under any of the view's own names
    without = ["Note ID"]               # columns that must not be there
    rows = "reviews"                    # of JSON: the key of the list whose elements are the rows
    asks = ["direction"]                # columns of the view that files leave open and that the user must state
    lacks = ["the products"]            # what such a file does not state

    [shopify_orders.columns]            # the view's columns = the file's; a list, the best first, of several names
    order = "Name"

    [shopify_orders.always]             # what holds for every row
    platform = "instagram"

Names are compared without capitals, widths, spaces and signs, as in `graphkoc.capture.reading.views`; the columns of a
JSON object inside another are named with both names, `owner.id`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graphkoc.capture.reading.views import View, plain
from graphkoc.errors import DataError
from graphkoc.files import read_toml

__all__ = ["NAME", "TOP", "Layout", "find_fitting", "place_header", "read_layouts"]

NAME = "layouts.toml"
KEYS = {"what", "view", "header", "known", "without", "rows", "asks", "lacks", "columns", "always"}
TOP = 10
"""Rows among which the header may be."""
GENERIC = 0.1
"""What a column under any usual name counts, where one by its very name counts 1."""


@dataclass(frozen=True)
class Layout:
    """A table that is recognised by its columns. `view` reads it; see the module for the rest."""

    name: str
    source: str
    what: str
    view: View
    header: tuple[tuple[str, ...], ...]
    known: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ()
    rows: str = ""
    asks: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    def weigh(self, header: Sequence[str]) -> float:
        """How many of a file's columns indicate this layout; 0 where it has another."""
        there = set(map(plain, header))
        if not all(any(plain(name) in there for name in names) for names in self.header):
            return 0
        if any(plain(name) in there for name in self.without):
            return 0
        own = set(self.view.matched(list(header)).values())
        if not all(own & set(columns) for columns in self.known):
            return 0
        return len(self.header) + GENERIC * len(self.known)

    def measure_fit(self, header: Sequence[str]) -> float:
        """The share of the layout's own columns that a file has, 0 to 1."""
        columns = {column for column, names in self.view.names if names}
        return len(set(self.view.matched(list(header)).values())) / len(columns) if columns else 1.0


def read_layouts(folder: Path, views: Mapping[str, View]) -> tuple[Layout, ...]:
    """The layouts that a source's `layouts.toml` declares; none without one.

    Raises DataError for a declaration that is wrong.
    """
    file = folder / NAME
    if not file.is_file():
        return ()
    return tuple(_read_layout(file, folder.name, name, keys, views) for name, keys in read_toml(file).items())


def _read_layout(file: Path, source: str, name: str, keys: object, views: Mapping[str, View]) -> Layout:
    if not isinstance(keys, dict) or not {"what", "view"} <= set(keys) <= KEYS or not re.fullmatch(r"\w+", name):
        others = ", ".join(sorted(KEYS - {"what", "view"}))
        raise DataError(f"{file}: {name} needs what and view, and may have {others}")
    view = views.get(keys["view"]) if isinstance(keys["view"], str) else None
    if view is None:
        raise DataError(f"{file}: {name} names the view {keys['view']!r}; there is only {' and '.join(views)}")
    header, known = (
        tuple(_list_texts(file, name, names) for names in _check_list(file, name, key, keys.get(key, [])))
        for key in ("header", "known")
    )
    without, asks, lacks = (_list_texts(file, name, keys.get(key, [])) for key in ("without", "asks", "lacks"))
    columns, always = keys.get("columns", {}), keys.get("always", {})
    if not isinstance(columns, dict) or not isinstance(always, dict) or not (header or known):
        raise DataError(f"{file}: {name} needs header or known, and its columns and always are tables")
    own = [*view.must, *view.may]
    named = (*columns, *always, *(column for columns in known for column in columns), *asks)
    if strange := next((column for column in named if column not in own), None):
        raise DataError(f"{file}: the view {view.name} has no column {strange!r}, which {name} names")
    names = {column: _list_texts(file, name, words) for column, words in columns.items()}
    placed = replace(
        view,
        must=tuple(column for column in view.must if column not in always),
        may=(*view.may, *(column for column in view.must if column in always)),
        names=tuple(names.items()) if names else view.names,
        always=tuple((column, str(value)) for column, value in always.items()),
    )
    what, rows = keys["what"], keys.get("rows", "")
    if not isinstance(what, str) or not isinstance(rows, str):
        raise DataError(f"{file}: what and rows of {name} are texts")
    return Layout(name, source, what, placed, header, known, without, rows, asks, lacks)


def _check_list(file: Path, name: str, key: str, value: object) -> list[object]:
    if not isinstance(value, list):
        raise DataError(f"{file}: {key} of {name} is a list")
    return value


def _list_texts(file: Path, name: str, value: object) -> tuple[str, ...]:
    """A text, or a list of texts, as a tuple."""
    texts = [value] if isinstance(value, str) else value
    if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
        raise DataError(f"{file}: {value!r} of {name} is neither a text nor a list of texts")
    return tuple(texts)


def find_fitting(layouts: Sequence[Layout], top: Sequence[Sequence[str | None]]) -> list[tuple[Layout, int]]:
    """The layouts that fit the first rows of a table best, and which of the rows is the header; several where they fit
    it equally well."""
    weighed = [
        (layout.weigh(header), -place, layout)
        for place, header in enumerate([[cell or "" for cell in row] for row in top[:TOP]])
        for layout in layouts
    ]
    best = max(((weight, place) for weight, place, _ in weighed), default=(0, 0))
    return [(layout, -place) for weight, place, layout in weighed if weight and (weight, place) == best]


def place_header(top: Sequence[Sequence[str | None]], place: int) -> list[str]:
    """The header in that row."""
    return [cell or "" for cell in top[place]]
