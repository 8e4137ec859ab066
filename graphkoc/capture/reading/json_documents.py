"""Rows of JSON documents: the answers of an API, a social network's export, a crawler's file for each post.

A file holds one document, a list of documents, several of these one after the other, or in a `.jsonl` one a line. A
view (`graphkoc.capture.reading.views`) takes a document that has its list of rows, or where it names none, its required
columns; a document may give rows to several views. A value that is itself an object or a list becomes its JSON.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from graphkoc.capture.reading import encoding as encodings
from graphkoc.capture.reading import formats
from graphkoc.capture.reading.formats import Cell
from graphkoc.capture.reading.views import View
from graphkoc.errors import DataError

__all__ = ["TOP", "Document", "Found", "documents", "in_lines", "records", "rows", "top"]

Found = tuple[int, list[Cell], str]
"""The view's place in the given ones, the cells of its own columns, and what is wrong ("" when nothing is)."""
Document = tuple[Any, str]
"""A value of JSON, and what is wrong with it ("" when nothing is)."""
TOP = 20
"""Documents and records by which a file is recognised."""


def rows(documents: Iterable[Document], views: Sequence[View]) -> Iterator[Found]:
    """The rows of documents; anything else, and a document that no view takes, is one wrong row of the first view."""
    for document, reason in documents:
        if reason:
            yield 0, [], reason
        else:
            yield from _distribute(document, views)


def records(documents: Iterable[Document], key: str) -> Iterator[tuple[dict[str, Cell], str]]:
    """The records of documents that are a table: flat objects, and what is wrong with each ("" when nothing is).

    key: of the list whose elements are the records; "" where the documents themselves are. A value inside another
    object is named with both keys and a dot between, and a list is its JSON.
    """
    for document, reason in documents:
        inside = _look_up(document, key) if key and not reason else [document]
        if not isinstance(inside, list):
            yield {}, f"it has no {key}"
            continue
        for element in inside:
            wrong = reason or ("" if isinstance(element, dict) else "it is not a JSON object")
            try:
                cells = {} if wrong else _flatten(element)
            except RecursionError:
                cells, wrong = {}, formats.DEEP
            yield cells, wrong or formats.wrong(cells.values())


def top(documents: Iterable[Document], key: str) -> list[str]:
    """The names of the columns of the first records, each once."""
    found = itertools.islice(records(documents, key), TOP)
    return list(dict.fromkeys(name for cells, reason in found if not reason for name in cells))


def _flatten(document: dict[str, Any], before: str = "") -> dict[str, Cell]:
    cells: dict[str, Cell] = {}
    for name, value in document.items():
        if isinstance(value, dict):
            cells |= _flatten(value, f"{before}{name}.")
        else:
            cells[before + name] = formats.nested(value)
    return cells


def documents(data: bytes, *, lines: bool, asked: str | None) -> Iterator[Document]:
    """The documents of a file, one or several or a list of them, and what is wrong with each ("" when nothing is).

    With `lines`, or where the file looks like it, each line is a document. `asked` is the encoding of data that are not
    UTF-8; by default their bytes decide.
    """
    if not data.strip(b" \t\r\n\xef\xbb\xbf"):
        yield None, "it is empty"
        return
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = data.decode(encodings.detect("it", io.BytesIO(data), asked)).removeprefix("\ufeff")
        except (DataError, UnicodeDecodeError) as error:
            yield None, str(error)
            return
    if not lines and not in_lines(*text.split("\n", 2)[:2]):
        yield from _read_documents(text)
        return
    for line in text.split("\n"):
        if line.strip():
            yield from _read_documents(line)


def in_lines(first: str, second: str = "") -> bool:
    """Whether a file with these first two lines has a document a line, whatever it is called."""
    return second.lstrip().startswith("{") and isinstance(formats.json_value(first)[0], dict)


def _read_documents(text: str) -> Iterator[Document]:
    value, reason = formats.json_value(text)
    # A text that was cut off is read up to there, and one of several values as each of them.
    found = formats.documents(text) if reason else ((one, "") for one in _as_list(value))
    for document, wrong in found:
        yield document, wrong or ("" if isinstance(document, dict) else "it is not a JSON object")


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _distribute(document: dict[str, Any], views: Sequence[View]) -> Iterator[Found]:
    takers = 0
    for place, view in enumerate(views):
        elements = (
            _look_up(document, view.rows)
            if view.rows
            else [document]
            if _find_missing(document, view) is None
            else None
        )
        if isinstance(elements, list):
            takers += 1
            try:
                around = [formats.nested(_look_up(document, path)) for _, path in view.around]
            except RecursionError:
                yield place, [], formats.DEEP
                continue
            for element in elements:
                yield place, *_read_row(element, view, around)
    if not takers:
        lacking = dict.fromkeys(view.rows or _find_missing(document, view) for view in views)
        yield 0, [], f"it has no {' and no '.join(map(str, lacking))}"


def _read_row(element: object, view: View, around: list[Cell]) -> tuple[list[Cell], str]:
    if not isinstance(element, dict):
        return [], "it is not a JSON object"
    if missing := _find_missing(element, view):
        return [], f"it has no {missing}"
    try:
        cells = [*(formats.nested(element.get(column)) for column in (*view.must, *view.may)), *around]
    except RecursionError:
        return [], formats.DEEP
    return cells, formats.wrong(cells)


def _find_missing(document: dict[str, Any], view: View) -> str | None:
    return next((column for column in view.must if column not in document), None)


def _look_up(document: object, path: str) -> object:
    """The value at a path of keys with dots between; None where there is none."""
    for key in path.split("."):
        document = document.get(key) if isinstance(document, dict) else None
    return document
