"""Lists of links that somebody wrote: a table with two columns of accounts and a reason."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphkoc.capture.contacts import masked
from graphkoc.capture.reading import encoding as encodings
from graphkoc.capture.reading import table_file
from graphkoc.errors import DataError

__all__ = ["List", "Listed", "read_list"]

WHY = "why"


@dataclass(frozen=True)
class Listed:
    """A row of a list, numbered as a spreadsheet does."""

    row: int
    account: str
    other: str
    why: str

    def rejected(self, reason: str) -> dict[str, Any]:
        """The row as an entry of the rejects."""
        return {"row": self.row, "account": self.account, "other": self.other, "reason": reason}


@dataclass(frozen=True)
class List:
    """The rows of a list, and the rejected ones: {row, account, other, reason}."""

    rows: list[Listed] = field(default_factory=list)
    rejects: list[dict[str, Any]] = field(default_factory=list)


def read_list(file: Path, why: str | None = None, encoding: str | None = None) -> List:
    """The rows of a CSV, TSV, workbook, JSON lines or Parquet file; `why` is the reason for rows without one.

    The accounts are in the columns `account` and `other`, or else in the first two that are not `why`.
    Raises DataError where there is no such file or there are no two such columns.
    """
    (paths,) = table_file.find([file]).values() if not file.is_dir() else ([],)
    if not paths:
        raise DataError(f"{file} is a folder and no list", hint="Name one file.")
    asked = encodings.check(encoding) if encoding else None
    read = table_file.read(paths[0], encoding=table_file.detect(paths[0], asked))
    names = {name.casefold().strip(): name for name in read.columns}
    accounts = [name for key, name in names.items() if key != WHY]
    has_names = {"account", "other"} <= set(names)
    if has_names:
        accounts = [names["account"], names["other"]]
    if len(accounts) < 2:
        raise DataError(f"{file} has no two columns of accounts", hint="It needs the columns account, other and why.")
    if not has_names and not any(":" in (cell or "") for cell in read.table[accounts[0]].to_pylist()):
        columns = ", ".join(map(repr, read.columns))
        raise DataError(
            f"{file} has the columns {columns}, and no account in {accounts[0]!r}",
            hint="It needs the columns account, other and why; an account is written source:id.",
        )
    if WHY not in names and why is None:
        raise DataError(
            f"{file} gives no reasons", hint="Add a column why, or give one reason for all rows with --why."
        )
    found = List(rejects=[{"row": b.row, "account": "", "other": "", "reason": b.reason} for b in read.bad])
    reasons = read.table[names[WHY]].to_pylist() if WHY in names else [None] * read.table.num_rows
    cells = (read.table[name].to_pylist() for name in ("_row", *accounts[:2]))
    for number, one, other, reason in zip(*cells, reasons, strict=True):
        row = Listed(int(number), _strip(one), _strip(other), masked(" ".join((reason or why or "").split())))
        if not row.account or not row.other:
            found.rejects.append(row.rejected("it does not name two accounts"))
        elif row.account == row.other:
            found.rejects.append(row.rejected("it names one account twice"))
        elif not row.why:
            found.rejects.append(row.rejected("it gives no reason"))
        else:
            found.rows.append(row)
    return found


def _strip(cell: str | None) -> str:
    return (cell or "").strip()
