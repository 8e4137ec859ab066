"""Names, e-mail addresses, phone numbers and postal addresses out of a CRM's file, read when a list is exported.

Nothing here is stored: a row lives as long as the export that asked for it. Its contacts are normalised as those of
which a load makes keys (`graphkoc.capture.contacts`), so that a person is found by either.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import duckdb

from graphkoc.capture import contacts, macros
from graphkoc.capture.reading import encoding as encodings
from graphkoc.capture.reading import table_file
from graphkoc.capture.reading.views import View, plain
from graphkoc.capture.sources import find_source
from graphkoc.errors import DataError
from graphkoc.files import read_toml, translate_errors

__all__ = ["ADDRESS", "Book", "Entry", "match_people", "read_contact_book"]

NAMES = Path(__file__).with_name("contact_book.toml")
ADDRESS = ("line1", "line2", "zipcode", "city", "state", "country_code")
"""Fields that are taken from one row together."""
SOURCE = "crm"
"""The source of customers, which begins their ids."""
CUSTOMER = ("customer", "email", "phone", "country", "name", "consent")
"""Columns whose names are those of the customers of the source crm."""


@dataclass(frozen=True)
class Entry:
    """A row of the file.

    customer: its id there, "" for none. keys: of its contacts, empty without a secret. consent: yes, no, or None where
    the row states neither. stated: the fields that it has, of email, phone, first_name, last_name and ADDRESS.
    """

    row: int
    customer: str
    keys: frozenset[str]
    consent: str | None
    stated: Mapping[str, str] = field(repr=False)

    @property
    def ids(self) -> list[str]:
        """The ids that the customer may have in a store: as the source crm makes them, or as the file has them."""
        return [f"{SOURCE}:{self.customer}", self.customer] if self.customer else []


@dataclass(frozen=True)
class Book:
    """What a file says of some people, by person: their fields, and yes or no where a consent is stated.

    unclear: rows that fit several people.
    """

    fields: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)
    consents: Mapping[str, str] = field(default_factory=dict)
    unclear: int = 0


def read_contact_book(path: Path, secret: bytes | None, encoding: str | None = None) -> tuple[list[Entry], int]:
    """The rows of a CRM's file that state a contact, a name or a refusal, and how many rows cannot be read.

    secret: for keys of contacts, None for none. encoding: of a text file where it cannot be detected. Raises DataError
    for a file that cannot be read, or has neither a column of customer ids nor one of contacts.
    """
    asked = encodings.check(encoding) if encoding else None
    view = _view()
    with translate_errors(f"{path} cannot be read", kind=DataError):
        if not table_file.suffix(path.name):
            raise DataError(f"{path} is of no kind that graphkoc reads", hint="Give a .csv, .tsv, .xlsx or .parquet.")
        file = table_file.read(path, encoding=table_file.detect(path, asked), view=view)
    matched = view.matched(file.columns)
    if not {"customer", "email", "phone"} & set(matched.values()):
        hint = "It needs a column such as Customer ID, Email or Phone."
        raise DataError(f"{path} has no column of customers or contacts", hint=hint)
    cells = {column: file.table[header].to_pylist() for header, column in matched.items()}
    numbers = file.table["_row"].to_pylist()
    rows = [{column: _bare(values[place]) for column, values in cells.items()} for place in range(len(numbers))]
    consents = _read_consents({row.get("consent", "") for row in rows})
    make_keys = contacts.keys(lambda: secret)
    found = []
    for number, row in zip(numbers, rows, strict=True):
        country = row.get("country", "")
        contact = "\n".join(cell for column in ("email", "phone") if (cell := row.get(column)))
        keys = make_keys(contact, country if len(country) == 2 else "").split() if secret and contact else []
        stated = _state(row)
        consent = consents[row.get("consent", "")]
        if stated or consent == "no":
            found.append(Entry(number, row.get("customer", ""), frozenset(keys), consent, stated))
    return found, len(file.bad)


def match_people(
    entries: Collection[Entry],
    accounts: Mapping[str, str],
    keys: Mapping[str, Collection[str]],
    strangers: Collection[str],
) -> Book:
    """What the rows say of people: a row is of the person with its customer's id, else of the one with a key of it.

    accounts: the person of each account. keys: of each person's contacts. strangers: ids of customers that are other
    people; one of them may share a phone with a person, and gives no contact. A row that fits several people gives none
    either, but a refusal on it counts for each of them.
    """
    whose_key: dict[str, set[str]] = {}
    for person, own in keys.items():
        for key in own:
            whose_key.setdefault(key, set()).add(person)
    alone: dict[str, list[Entry]] = {}
    consents: dict[str, str] = {}
    unclear = 0
    for entry in entries:
        people = {accounts[known] for known in entry.ids if known in accounts}
        if not people and not set(strangers).intersection(entry.ids):
            people = set().union(*(whose_key.get(key, set()) for key in entry.keys))
        unclear += len(people) > 1
        for person in people:
            if entry.consent == "no":
                consents[person] = "no"
            elif len(people) == 1 and entry.consent:
                consents.setdefault(person, entry.consent)
            if len(people) == 1:
                alone.setdefault(person, []).append(entry)
    return Book({person: _merge_entries(rows) for person, rows in alone.items()}, consents, unclear)


def _merge_entries(entries: Collection[Entry]) -> dict[str, str]:
    """The fields of one person with several rows: of each the first that is stated, of an address all of one row."""
    merged: dict[str, str] = {}
    for entry in entries:
        merged = {name: value for name, value in entry.stated.items() if name not in ADDRESS} | merged
    address = next((entry.stated for entry in entries if entry.stated.get("line1")), {})
    return merged | {name: address[name] for name in ADDRESS if name in address}


def _state(row: Mapping[str, str]) -> dict[str, str]:
    """The fields that a row of the file states, contacts normalised."""
    country = row.get("country", "")
    known = {
        "email": contacts.email(row.get("email", "")),
        "phone": contacts.phone(row.get("phone", ""), country if len(country) == 2 else ""),
        # A name that the file does not divide is not divided here: which part is the family's differs by language.
        "first_name": row.get("first_name") or row.get("name"),
        "last_name": row.get("last_name"),
        **{name: row.get(name) for name in ADDRESS if name != "country_code"},
        "country_code": country.upper() if len(country) == 2 else country,
    }
    stated = {name: value for name, value in known.items() if value}
    return {} if set(stated) == {"country_code"} else stated


def _read_consents(cells: Collection[str]) -> dict[str, str | None]:
    """What each cell says of consent, as a load reads it: yes, no or None."""
    ordered = sorted(cells)
    with duckdb.connect() as connection:
        connection.execute(macros.definitions("to_consent"))
        rows = connection.execute("SELECT to_consent(cell) FROM (SELECT unnest(?) AS cell)", [ordered]).fetchall()
    return {cell: consent for cell, (consent,) in zip(ordered, rows, strict=True)}


def _bare(cell: str | None) -> str:
    """A cell without the signs by which spreadsheets keep a number as text."""
    text = (cell or "").strip()
    if text.startswith('="') and text.endswith('"'):
        text = text[2:-1]
    return text.removeprefix("'").strip()


@cache
def _view() -> View:
    """The columns of a CRM's file, under all the names that they are known by."""
    customers = dict(find_source(SOURCE).views["customers"].names)
    names = {column: customers[column] for column in CUSTOMER} | {
        column: (column, *words) for column, words in read_toml(NAMES).items()
    }
    divided = {plain(word) for column in ("first_name", "last_name") for word in names[column]}
    names["name"] = tuple(word for word in names["name"] if plain(word) not in divided)
    return View("contacts", (), (), tuple(names), private=True, names=tuple(names.items()))
