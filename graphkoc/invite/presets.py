"""The columns of exported lists, as `presets.toml` declares them and the user's column map renames and reorders them.

Every export has the flags of its people: where a column map leaves them out, they are its last column.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from graphkoc.errors import UsageError
from graphkoc.files import read_toml

__all__ = ["CONTACTS", "FLAGS", "Preset", "build_table", "check_export_columns", "find_preset", "list_presets"]

FILE = Path(__file__).with_name("presets.toml")
FIELDS = "fields"
"""The table of presets.toml that is no preset."""
FLAGS = "flags"
PHONE = "phone"
CONTACTS = (
    *("email", PHONE, "first_name", "last_name"),
    *("line1", "line2", "zipcode", "city", "state", "country_code"),
)
"""The fields that hold personal data of a CRM."""


@dataclass(frozen=True)
class Preset:
    """A kind of file: columns are the name of each column = our field, in their order.

    optional: fields that are columns where somebody on the list has them. contacts: those that are columns where
    contacts are joined. places: the places of a list that are in the file; empty for all of them.
    """

    name: str
    what: str
    columns: Mapping[str, str]
    optional: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    places: tuple[str, ...] = ()


def list_presets() -> list[str]:
    """The names of the presets."""
    return [name for name in _read() if name != FIELDS]


def find_preset(name: str, columns: Mapping[str, str] | None = None) -> Preset:
    """The preset of that name, with the user's columns in place of its own where there are some.

    Raises UsageError for an unknown preset or field.
    """
    if name not in list_presets():
        raise UsageError(f"there is no preset called {name!r}", hint=f"There are: {', '.join(list_presets())}.")
    declared = _read()[name]
    if columns:
        check_export_columns({name: columns})
        named = dict(columns) | ({} if FLAGS in columns.values() else {FLAGS: FLAGS})
        return Preset(name, declared["what"], named, places=tuple(declared.get("places", ())))
    lists = {key: tuple(declared.get(key, ())) for key in ("optional", "contacts", "places")}
    return Preset(name, declared["what"], declared["columns"], **lists)


def check_export_columns(columns: Mapping[str, Any]) -> None:
    """Raise UsageError for a column map that names a preset or a field which there is none of.

    columns: by preset, the name of each column = our field.
    """
    fields = _read()[FIELDS]
    for preset, chosen in columns.items():
        if preset not in list_presets():
            hint = f"There are: {', '.join(list_presets())}."
            raise UsageError(f"there is no preset called {preset!r}", hint=hint)
        if not isinstance(chosen, Mapping) or not chosen:
            raise UsageError(f"columns.{preset} is no table of columns", hint='Write: "Handle" = "handle".')
        for column, field in chosen.items():
            if not isinstance(field, str) or field not in fields:
                alike = difflib.get_close_matches(str(field), fields, 1)
                hint = f"Did you mean {alike[0]}?" if alike else f"There are: {', '.join(fields)}."
                raise UsageError(
                    f"columns.{preset} has {field!r} for the column {column}, which is no field", hint=hint
                )
            if column.casefold() == FLAGS and field != FLAGS:
                raise UsageError(f"columns.{preset} has another field in the column {column}", hint="Rename it.")


def build_table(
    preset: Preset, people: Sequence[Mapping[str, Any]], with_contacts: bool
) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of a file, and its columns of phone numbers; people: fields of each, None or missing where unknown."""
    there = {field for person in people for field in person}
    more = [field for field in preset.optional if field in there]
    columns = dict(preset.columns) | _named(more) | _named(preset.contacts if with_contacts else ())
    rows = [{name: _cell(person.get(field)) for name, field in columns.items()} for person in people]
    return rows, [name for name, field in columns.items() if field == PHONE]


def _named(fields: Iterable[str]) -> dict[str, str]:
    return {field: field for field in fields}


def _cell(value: Any) -> Any:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else value


@cache
def _read() -> Mapping[str, Any]:
    return read_toml(FILE)
