"""Saved plans and groups: who is on a list, kept beside the runs under a name of the user's.

`plans/NAME.json`, and `campaigns/NAME.json` of a campaign, is in the folder that holds the run folders, so that it
survives new analyses. A document has kind (plan, focus-group or campaign), name, made_at (UTC), run (the run's name),
client (or null), settings (of the command), people (a row per person: consumer, and for what is known of it role,
place, wave and status) and whatever else its maker keeps. place is roster (invited) or reserve (invited where others
decline). A list that is saved again under its name replaces the one before, whole or not at all.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graphkoc.errors import DataError, UsageError
from graphkoc.exports.rows import jsonable
from graphkoc.files import read_content, replace_file, translate_errors
from graphkoc.invite.unwilling import FILE as JOURNAL
from graphkoc.runs.edits import check_name
from graphkoc.runs.ledger import read_entries

__all__ = [
    "KINDS",
    "ROSTER",
    "campaigns_folder",
    "check_list_name",
    "last_invited",
    "plans_folder",
    "read_list",
    "read_lists",
    "save_list",
]

FOLDER, CAMPAIGNS = "plans", "campaigns"
KINDS = ("plan", "focus-group", "campaign")
ROSTER = "roster"
"""The place of those who are invited first; a person without a place has this one."""

BYTES = 200
"""Maximum length of a name in UTF-8: a file name has at most 255, of which a file in the making needs some."""
FORBIDDEN = '/\\:*?"<>|'
"""Characters that some system refuses in a file name."""
DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
"""Names that Windows keeps for devices."""


def plans_folder(run_folder: Path) -> Path:
    """The folder of the saved lists that are beside a run folder; it may not exist yet."""
    return run_folder.resolve().parent / FOLDER


def campaigns_folder(run_folder: Path) -> Path:
    """The folder of the campaigns that are beside a run folder, with their ledgers; it may not exist yet."""
    return run_folder.resolve().parent / CAMPAIGNS


def check_list_name(name: str) -> str:
    """A name of a list as it is kept; UsageError for one that cannot be the name of a file on every system."""
    kept = check_name(name)
    hint = "Choose another, such as spring-launch; letters of every language are allowed."
    if wrong := next((c for c in kept if c in FORBIDDEN), None):
        raise UsageError(f"a saved list cannot have {wrong} in its name", hint=hint)
    if kept.startswith((".", "-")) or kept.endswith(".") or DEVICES.fullmatch(kept):
        raise UsageError(f"a saved list cannot be called {kept}", hint=hint)
    if len(kept.encode()) > BYTES:
        raise UsageError("the name is too long for a file", hint=hint)
    return kept


def save_list(folder: Path, document: Mapping[str, Any]) -> Path:
    """Save a plan or group under its name, in the place of an older one of that name; returns its file.

    folder: as `plans_folder` gives it. made_at is added where the document has none. Raises UsageError for a name
    that no file can have or that a list of the other kind has, and StoreError when the file cannot be written.
    """
    name = check_list_name(str(document["name"]))
    kept = jsonable({"made_at": datetime.now(UTC).isoformat(timespec="seconds"), **document, "name": name})
    if wrong := _find_fault(kept):
        raise UsageError(f"this is no list that can be saved: {wrong}")
    path = _file(folder, name)
    if path.exists() and (there := _read(path)["kind"]) != kept["kind"]:
        raise UsageError(f"there is a {there} called {name} already", hint="Choose another name.")
    text = json.dumps(kept, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    with translate_errors(f"{path} cannot be written", "Is the disk full, or the folder not yours?"):
        replace_file(path, text.encode(errors="backslashreplace"))
    return path


def read_list(folder: Path, name: str, kind: str | None = None) -> dict[str, Any]:
    """The saved list of that name; of that kind, if one is given.

    Raises UsageError where there is none, and DataError for a damaged file.
    """
    path = _file(folder, check_list_name(name))
    document = _read(path) if path.is_file() else None
    if document is None or kind not in (None, document["kind"]):
        called = kind or "plan or focus-group"
        names = [one["name"] for one in read_lists(folder) if kind in (None, one["kind"])]
        hint = f"There are: {', '.join(names)}." if names else "None has been saved beside these runs."
        raise UsageError(f"there is no saved {called} called {path.stem!r}", hint=hint)
    return document


def read_lists(folder: Path) -> list[dict[str, Any]]:
    """Every saved list, the oldest first; DataError for a damaged file."""
    found = [_read(path) for path in folder.glob("*.json") if not path.name.startswith(".")]
    return sorted(found, key=lambda one: (_time(one), one["name"]))


def last_invited(folder: Path, without: str = "", campaigns: Path | None = None) -> dict[str, datetime]:
    """When each person was last invited (UTC), by consumer: by the newest list that has them on its roster, or later by
    the journal.

    without: the name of a list that does not count, such as the one that is being made again. campaigns: the folder of
    the campaigns, whose journal has invitations too. Whoever is not in the result is a new face. Raises DataError for a
    damaged file.
    """
    found = {
        person["consumer"]: _time(one)
        for one in read_lists(folder)
        if one["name"] != without
        for person in one["people"]
        if _is_invited(person)
    }
    for entry in [] if campaigns is None else read_entries(campaigns / JOURNAL):
        if entry.get("event") == "invited" and isinstance(entry.get("consumer"), str):
            asked = _time({"made_at": entry.get("happened_at") or entry["at"]})
            found[entry["consumer"]] = max(asked, found.get(entry["consumer"], asked))
    return found


def _file(folder: Path, name: str) -> Path:
    return folder / f"{name}.json"


def _read(path: Path) -> dict[str, Any]:
    hint = "Move it out of the folder, and make the list again."
    try:
        document = json.loads(read_content(path).decode())
    except (ValueError, RecursionError) as error:
        raise DataError(f"the saved list {path} is damaged: it is not JSON", hint=hint) from error
    if wrong := _find_fault(document):
        raise DataError(f"the saved list {path} is damaged: {wrong}", hint=hint)
    # Whoever renames the file renames the list. Some systems keep names decomposed.
    return {**document, "name": unicodedata.normalize("NFC", path.stem)}


def _find_fault(document: Any) -> str | None:
    """What keeps a document from being a saved list; None for one that is."""
    if not isinstance(document, dict):
        return "it is not a JSON object"
    if document.get("kind") not in KINDS:
        return f"its kind is not {' or '.join(KINDS)}"
    if not isinstance(document.get("name"), str):
        return "it has no name"
    people = document.get("people")
    if not isinstance(people, list) or not all(
        isinstance(person, dict) and isinstance(person.get("consumer"), str) for person in people
    ):
        return "its people are not rows with a consumer each"
    try:
        _time(document)
    except (ValueError, LookupError, TypeError, OverflowError):
        return "made_at is not a time"
    return None


def _time(document: Mapping[str, Any]) -> datetime:
    """When a list was made; a time without a zone is UTC."""
    made = datetime.fromisoformat(document["made_at"])
    return made.replace(tzinfo=UTC) if made.tzinfo is None else made.astimezone(UTC)


def _is_invited(person: Mapping[str, Any]) -> bool:
    return (person.get("place") or ROSTER) == ROSTER
