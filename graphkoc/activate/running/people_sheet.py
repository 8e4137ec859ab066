"""A sheet of people who are to be in a campaign, read whatever its columns are called.

The names of columns and the words of cells are data, in `campaign.toml`. A row that cannot be read is reported with its
number, and never guessed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from graphkoc.errors import DataError
from graphkoc.files import read_toml
from graphkoc.invite.marks import Sheet
from graphkoc.invite.references import References
from graphkoc.text import display_name

__all__ = ["read_people"]

WORDS = Path(__file__).with_name("campaign.toml")
HEADERS = 20
"""Rows among which the header may be: there may be titles above it."""
WHO = ("consumer", "url", "handle", "name")
"""The columns that say who somebody is, the surest first."""
MONEY = ("cost", "selling")
ALONG = ("label", "code", "note")
"""Columns that are taken as they are."""


def read_people(sheets: Sequence[Sheet], known: References) -> tuple[list[dict[str, Any]], list[str]]:
    """The people of the first sheet that has a column of WHO, and a sentence for each row that was not taken.

    known: everybody who may be on it. Returns rows with consumer and what the sheet states of role, place, platform,
    label, wave, incentive, code, cost, selling and note; a person who is on it twice is taken once. Raises DataError
    where no sheet names people.
    """
    found = None
    for sheet in sheets:
        if found is None and (header := _find_header(sheet)) is not None:
            found = sheet, *header
    if found is None:
        hint = (
            f"It needs one of the columns {', '.join(WHO)}; role, cost, selling, incentive, code and wave may follow."
        )
        raise DataError("no sheet of the file names people", hint=hint)
    sheet, place, columns = found
    people: dict[str, dict[str, Any]] = {}
    faults: list[str] = []
    for number, cells in sheet.rows[place + 1 :]:
        row = {name: cell for name, at in columns.items() if (cell := _take_cell(cells, at))}
        if not any(name in row for name in WHO):
            continue
        person, why = _read_row(row, known)
        if person is not None and person["consumer"] in people:
            why = f"{display_name(person['consumer'])} is on it twice"
        if person is None or why:
            faults.append(f"{sheet.name}, row {number}: {why}")
        else:
            people[person["consumer"]] = person
    return list(people.values()), faults


def _read_row(row: Mapping[str, str], known: References) -> tuple[dict[str, Any] | None, str]:
    """The person of a row, or None and why it cannot be taken."""
    found = [known.find(row[name]) for name in WHO if name in row]
    meant = {consumer for consumer, _ in found if consumer is not None}
    if len(meant) != 1:
        names = " and ".join(sorted(meant))
        return None, f"it names several people, {names}" if meant else display_name(found[0][1])
    person: dict[str, Any] = {"consumer": next(iter(meant))}
    for name in ("role", "place", "incentive"):
        if name in row:
            if (value := _words(name).get(_fold(row[name]))) is None:
                return (
                    None,
                    f"“{display_name(row[name])}” is no {name} ({', '.join(sorted(set(_words(name).values())))})",
                )
            person[name] = value
    for name in MONEY:
        if name in row:
            if (amount := _read_amount(row[name])) is None:
                return None, f"the {name} “{display_name(row[name])}” is no amount"
            person[name] = amount
    if "wave" in row:
        number = re.search(r"\d+", unicodedata.normalize("NFKC", row["wave"]))
        if number is None or not int(number[0]):
            return None, f"“{display_name(row['wave'])}” is no wave; they are 1, 2 and so on"
        person["wave"] = int(number[0])
    if "platform" in row:
        person["platform"] = _words("platform").get(_fold(row["platform"]), row["platform"].casefold())
    return {**person, **{name: row[name] for name in ALONG if name in row}}, ""


def _find_header(sheet: Sheet) -> tuple[int, dict[str, int]] | None:
    """The place of the row that names most columns, and the place of each; None where none says who somebody is."""
    best: tuple[int, dict[str, int]] | None = None
    for place, (_, cells) in enumerate(sheet.rows[:HEADERS]):
        columns: dict[str, int] = {}
        for at, cell in enumerate(cells):
            if (name := _names().get(_fold(cell or ""))) is not None:
                columns.setdefault(name, at)
        if any(name in columns for name in WHO) and (best is None or len(columns) > len(best[1])):
            best = place, columns
    return best


def _read_amount(cell: str) -> float | None:
    """An amount such as ¥3,000.00 or 250 EUR; None for what is none."""
    plain = re.sub(r"[\s¥$€£元]|(?i:eur|usd|cny|rmb|gbp)", "", unicodedata.normalize("NFKC", cell))
    if not re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?", plain):
        return None
    amount = float(plain.replace(",", ""))
    return amount if math.isfinite(amount) else None


def _take_cell(cells: Sequence[str | None], place: int) -> str:
    """A cell as text; "" where the row ends before it."""
    return (cells[place] or "").strip() if place < len(cells) else ""


def _fold(text: str) -> str:
    return re.sub(r"[\W_]", "", unicodedata.normalize("NFKC", text).casefold())


@cache
def _names() -> dict[str, str]:
    columns: Mapping[str, list[str]] = read_toml(WORDS)["columns"]
    return {_fold(word): column for column, words in columns.items() for word in words}


@cache
def _words(column: str) -> dict[str, str]:
    words: Mapping[str, list[str]] = read_toml(WORDS)["words"][column]
    return {_fold(word): meaning for meaning, all_of_it in words.items() for word in all_of_it}
