"""What a loader's SELECT may call: the SQL macros in the files beside this one, each with a comment above it.

Some more are not in these files. `masked` and `redacted` are generated from the patterns by which Python masks as well
(`graphkoc.capture.contacts`), so that both always agree. `disclosed` and `origin_of` are generated from the words in
`loaders/origin.toml` (`graphkoc.capture.reading.disclosure`), `to_event` and `to_mark` from those in
`loaders/campaign/words.toml` (`graphkoc.capture.reading.status_words`). `plain_text` and `contact_keys` are Python
functions, which `graphkoc.capture.load` registers.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from graphkoc.capture import contacts
from graphkoc.capture.reading import disclosure, status_words

__all__ = ["FILES", "REFUSED", "definitions"]

FILES = ("times", "numbers", "ids", "texts", "instagram", "mediacrawler", "spreadsheets", "accounts", "campaigns")
"""DuckDB defines a macro only after those that it calls."""

REFUSED = "refused: "
"""How the message of an error begins that a SELECT raises on purpose, by `refuse(words)`."""

DEFINITION = re.compile(r"^CREATE MACRO (\w+)\(.*?(?=^CREATE MACRO |\Z)", re.MULTILINE | re.DOTALL)


def definitions(*callers: str) -> str:
    """The SQL that defines the macros that some SQL names, and those that these call; of no SQL, every macro."""
    if not callers:
        return "".join(_read_all().values())
    # To define all of them takes as long as a small load.
    wanted = {word for caller in callers for word in _words(caller)}
    chosen: list[str] = []
    for name, definition in reversed(_read_all().items()):
        if name in wanted:
            chosen.append(definition)
            wanted |= _words(definition)
    return "".join(reversed(chosen))


@cache
def _read_all() -> dict[str, str]:
    """Each macro's definition by its name, those that others call first."""
    folder = Path(__file__).parent
    texts = [(folder / f"{name}.sql").read_text(encoding="utf-8") for name in FILES]
    every = "\n".join([contacts.macros(), disclosure.macros(), status_words.macros(), *texts])
    return {match[1]: match[0] for match in DEFINITION.finditer(every)}


def _words(sql: str) -> set[str]:
    return set(re.findall(r"\w+", sql.lower()))
