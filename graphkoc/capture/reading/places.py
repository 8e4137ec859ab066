"""The files under the given paths, and what each is called in counts and rejects."""

from __future__ import annotations

import itertools
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from graphkoc.capture.reading import table_file
from graphkoc.errors import DataError, GraphkocError

__all__ = ["FEW", "Place", "find_places", "list_files", "make_unique", "name_counted", "write_reason"]

FEW = 20
"""Up to so many documents in a folder are counted one by one; more are counted as the folder."""

ABOUT = re.compile(r"(readme|licen[cs]e|changelog|notice)(\.\w+)?", re.IGNORECASE)
"""Names of files that describe the others and hold no data."""


@dataclass(frozen=True)
class Place:
    """A file: its path, its name in counts and rejects, and the given folder under which it was found."""

    path: Path
    name: str
    root: Path


def find_places(paths: Sequence[Path]) -> list[Place]:
    """Every file under the paths, once; DataError for a path that does not exist."""
    found: dict[Path, Place] = {}
    for path in paths:
        if not path.exists():
            raise DataError(f"there is no file or folder {path}", hint="Check the spelling of the path.")
        inside = _walk(path) if path.is_dir() else [Place(path, path.name, path.parent)]
        for place in inside:
            found.setdefault(place.path.resolve(), place)
    names = Counter(place.name for place in found.values())
    taken = Counter[str]()
    return [
        replace(place, name=make_unique(place.name if names[place.name] == 1 else str(place.path), taken))
        for place in found.values()
    ]


def name_counted(places: Sequence[Place]) -> dict[Path, str]:
    """The folders as which documents are counted: the innermost ones that have many of them, however deep."""
    counted: dict[Path, str] = {}
    levels: dict[int, dict[tuple[Path, Path], list[Path]]] = {}
    for place in places:
        folder = place.path.parent
        levels.setdefault(len(folder.parts), {}).setdefault((folder, place.root), []).append(place.path)
    for depth in range(max(levels, default=0), -1, -1):
        for (folder, root), inside in levels.get(depth, {}).items():
            if len(inside) > FEW:
                inner = folder.relative_to(root).as_posix() if folder != root else folder.resolve().name
                counted |= dict.fromkeys(inside, f"{_make_printable(inner)}/")
            elif folder != root:
                levels.setdefault(depth - 1, {}).setdefault((folder.parent, root), []).extend(inside)
    return counted


def _walk(folder: Path) -> Iterator[Place]:
    """The files in a folder, except hidden ones and those that only describe the others."""
    for inside, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(table_file.ASIDE))
        for name in sorted(files):
            if not name.startswith(table_file.ASIDE) and not ABOUT.fullmatch(name):
                file = Path(inside) / name
                yield Place(file, file.relative_to(folder).as_posix(), folder)


def _make_printable(name: str) -> str:
    """The name without letters that would break a line or a table of text."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)


def make_unique(name: str, taken: Counter[str]) -> str:
    """The name, printable, with a number added where another file has the same."""
    own = plain = _make_printable(name)
    while own in taken:
        taken[plain] += 1
        own = f"{plain} ({taken[plain]})"
    taken[own] += 1
    return own


def list_files(units: Iterable[str]) -> set[str]:
    """The names of the files that these units are, or are in; with the folders above them."""
    return {name for unit in units for name in itertools.accumulate(unit.split("/"), "{}/{}".format)}


def write_reason(error: GraphkocError, name: str) -> str:
    """An error about the file `name` as the reason why it is not read, which follows its name without repeating it."""
    sentence = str(error)
    # The error about a sheet names its workbook.
    names = (name, name.rpartition("/")[0])
    for known in filter(None, (*names, *(one.rpartition("/")[2] for one in names))):
        folder, found, rest = sentence.partition(known)
        if found and (not folder or folder.endswith("/")) and rest.startswith((" ", ": ")):
            return f"it{rest}" if rest.startswith(" ") else rest.removeprefix(": ")
    return sentence
