"""What a loader's SELECT may call: the SQL macros in the files beside this one, each with a comment above it.

Three more come from elsewhere, because Python or data are their source: `masked` is made of the patterns by which
Python masks as well (`graphkoc.capture.contacts`), `disclosed` and `origin_of` are made of the words in
`loaders/origin.toml` (`graphkoc.capture.reading.disclosure`). `plain_text`, `contact_keys` and `redacted` are Python
functions, which `graphkoc.capture.load` registers.
"""

from __future__ import annotations

from pathlib import Path

__all__ = ["FILES", "REFUSED", "definitions"]

FILES = ("times", "numbers", "ids", "texts", "mediacrawler", "spreadsheets")
"""DuckDB defines a macro only after those that it calls."""

REFUSED = "refused: "
"""How the message of an error begins that a SELECT raises on purpose, by `refuse(words)`."""


def definitions() -> str:
    """The SQL that defines every macro in the files of this folder."""
    folder = Path(__file__).parent
    return "\n".join((folder / f"{name}.sql").read_text(encoding="utf-8") for name in FILES)
