"""Codes and shoppable tags: one of its own for each person and post, so that orders can be joined to posts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from graphkoc.errors import DataError, UsageError
from graphkoc.files import translate_errors
from graphkoc.text import count

__all__ = ["assign_codes", "read_codes"]


def read_codes(path: Path) -> list[str]:
    """The codes of a file of UTF-8 text, one a line, in order; empty lines are passed over.

    Raises DataError when it cannot be read, has no code, or has one twice.
    """
    with translate_errors(f"{path} cannot be read", kind=DataError):
        content = path.read_bytes()
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text", hint="Save the codes as plain text, one a line.") from error
    codes = [line.strip() for line in lines if line.strip()]
    if not codes:
        raise DataError(f"{path} has no code", hint="Write one code a line.")
    # A shop takes SAVE10 and save10 for one code.
    times = Counter(code.casefold() for code in codes)
    if twice := [code for code in codes if times[code.casefold()] > 1]:
        raise DataError(f"{path} has the code {twice[0]} twice", hint="Each person and post has a code of its own.")
    return codes


def assign_codes(consumers: Sequence[str], codes: Sequence[str], posts: int = 1) -> pd.DataFrame:
    """The codes of people in their order: consumer, post (from 1), code; as many for each as they have posts.

    Raises UsageError where the codes are too few.
    """
    rows = [(consumer, post) for consumer in consumers for post in range(1, posts + 1)]
    if len(codes) < len(rows):
        raise UsageError(
            f"{count(len(rows), 'codes')} are needed, and the file has {len(codes):,}", hint="Add codes to the file."
        )
    table = pd.DataFrame(rows, columns=["consumer", "post"]).astype({"consumer": "str", "post": "int64"})
    return table.assign(code=pd.Series(codes[: len(rows)], dtype="str"))
