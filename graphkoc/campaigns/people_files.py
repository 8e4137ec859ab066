"""Texts of which there is one for each person, as files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from graphkoc.files import replace_file, translate_errors

__all__ = ["write_texts"]

LONGEST = 40
"""Letters of a person's name in that of their file; the longest letters take four bytes."""


def write_texts(folder: Path, texts: Sequence[dict[str, Any]], suffix: str) -> None:
    """Write the `text` of each person into a file of its own, and note the `file` with it; name: of the person.

    Raises StoreError where one cannot be written; each file is then whole or as it was.
    """
    with translate_errors(f"{folder} cannot be written", "Is the disk full, or the folder not yours?"):
        folder.mkdir(parents=True, exist_ok=True)
        for one, name in zip(texts, _name_files([one["name"] for one in texts], suffix), strict=True):
            replace_file(folder / name, one["text"].encode())
            one["file"] = str(folder / name)


def _name_files(names: Sequence[str], suffix: str) -> list[str]:
    """A name for each person's file: a number, so that no two are alike, and the letters and digits of theirs."""
    width = len(str(len(names)))
    plain = ["-".join(re.findall(r"\w+", name.casefold()))[:LONGEST].strip("-") for name in names]
    return [f"{number:0{width}}{name and '-' + name}{suffix}" for number, name in enumerate(plain, 1)]
